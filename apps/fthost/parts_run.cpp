#include "apps/fthost/parts_run.h"

#include <fthost/error.h>

#include <boost/interprocess/exceptions.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "core/run/run_folder.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

PartsRun::PartsRun(const Arguments& arguments, FoundPlugins& plugins, std::string whole)
    : arguments_(arguments),
      plugins_(plugins),
      console_(console_style(arguments)),
      whole_(std::move(whole)),
      text_(text_of(arguments.text("pipeline"))) {}

void PartsRun::say(const std::string& text) const {
  if (!console_.quiet) std::cerr << text << '\n';
}

EngineRequest PartsRun::request() {
  return {.plugins = &plugins_, .files = &disk(), .console = console_, .stop_signal = &interrupts_.stop_signal()};
}

void PartsRun::keep_others_off(const fs::path& folder, const Shard& shard) {
  make_folder_with_parents(disk(), folder);
  const bool all = shard.parts == 1;
  // Shards keep off who runs all of it, and the other way round; two of the same meet at a file of their own.
  const bool is_free = try_lock(folder / ".lock", all ? Use::alone : Use::shared) &&
                       (all || try_lock(folder / (".lock-" + shard_name(shard)), Use::alone));
  if (!is_free)
    throw InputError(Message{.place = {folder.string(), 0, 0},
                             .text = "another process runs this " + whole_ + (all ? "" : ", or this shard of it"),
                             .notes = {"wait for its end, or end it; then the same command goes on where it was"}});
}

bool PartsRun::try_lock(const fs::path& file, Use use) {
  // Closed before it is locked: a process loses its locks on a file when it closes it anywhere.
  std::ofstream(file, std::ios::app).close();
  try {
    Lock lock(file.c_str());
    if (!(use == Use::alone ? lock.try_lock() : lock.try_lock_sharable())) return false;
    locks_.push_back(std::move(lock));
  } catch (const boost::interprocess::interprocess_exception&) {
    // There are file systems without locks.
  }
  return true;
}

bool PartsRun::file_has_changed() const {
  return text_of(arguments_.text("pipeline")) != text_;
}

std::string PartsRun::changed_file_text(const std::string& parts) const {
  return render(
      {Message{.place = {arguments_.text("pipeline"), 0, 0},
               .text = "the file has changed since this " + whole_ + " began: its other " + parts + " were not started",
               .notes = {"the same command goes on with the file as it is now"}}});
}

}  // namespace fthost
