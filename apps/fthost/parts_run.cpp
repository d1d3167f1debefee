#include "apps/fthost/parts_run.h"

#include <fthost/error.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

namespace fthost {

std::string pipeline_text(const Arguments& arguments) {
  std::ifstream in(arguments.text("pipeline"), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

PartsRun::PartsRun(const Arguments& arguments, FoundPlugins& plugins, std::string whole, std::string text)
    : arguments_(arguments),
      plugins_(plugins),
      console_(console_style(arguments)),
      whole_(std::move(whole)),
      text_(std::move(text)) {}

void PartsRun::say(const std::string& text) const {
  if (!console_.quiet) std::cerr << text << '\n';
}

EngineRequest PartsRun::request() {
  return {.plugins = &plugins_, .files = &disk(), .console = console_, .stop_signal = &interrupts_.stop_signal()};
}

bool PartsRun::file_has_changed() const {
  return pipeline_text(arguments_) != text_;
}

std::string PartsRun::changed_file_text(const std::string& parts) const {
  return render(
      Message{.place = {arguments_.text("pipeline"), 0, 0},
              .text = "the file has changed since this " + whole_ + " began: its other " + parts + " were not started",
              .notes = {"the same command goes on with the file as it is now"}});
}

}  // namespace fthost
