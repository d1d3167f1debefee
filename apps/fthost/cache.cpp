// fthost cache: what is kept of frozen prefixes, and room for more.

#include <fthost/error.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/cache/folder.h"
#include "core/cache/segment.h"
#include "core/cache/store.h"
#include "core/engine/engine.h"
#include "core/run/interrupt.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr CommandHelp kHelp{
    "fthost cache ls|verify|gc|fill PIPELINE.toml|FOLDER [options]",
    "What runs keep of the part of the model that does not learn, in the folder that [cache] path names.\n"
    "  ls      lists it: boundary, model, examples, size, when it was used last\n"
    "  verify  reads every file and removes those that are damaged\n"
    "  gc      removes what was used least recently, until the folder holds no more than --keep\n"
    "  fill    computes what a pipeline needs at its boundary, or at several in one pass, before any run",
    "  fthost cache ls my.toml\n  fthost cache gc cache --keep 4096\n  fthost cache fill my.toml --boundaries 0,3,6\n"};

/// The folder itself, or the one that a pipeline names.
fs::path cache_folder(const Arguments& arguments) {
  fs::path where = arguments.required("pipeline");
  if (fs::is_directory(where)) return where;
  FoundPlugins plugins;
  return load_pipeline(arguments, plugins).cache.path;
}

nlohmann::json read_space(const fs::path& folder) {
  std::ifstream in(folder / "space.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_object() ? json : nlohmann::json::object();
}

struct Space {
  std::size_t segments = 0;
  std::uint64_t examples = 0;
  std::uint64_t bytes = 0;
  fs::file_time_type used;
};

std::map<fs::path, Space> list_spaces(const fs::path& folder) {
  std::map<fs::path, Space> spaces;
  for (const auto& segment : list_segments(folder)) {
    auto& space = spaces[segment.path.parent_path()];
    ++space.segments;
    space.bytes += segment.bytes;
    space.used = std::max(space.used, segment.used);
    try {
      const auto bytes = SegmentBytes::map(segment.path);
      space.examples += read_segment_table(bytes.view()).entries.size();
    } catch (const Error&) {
      // `verify` says which files are damaged.
    }
  }
  return spaces;
}

std::string ago(fs::file_time_type time) {
  using namespace std::chrono;
  const auto minutes = duration_cast<std::chrono::minutes>(fs::file_time_type::clock::now() - time).count();
  if (minutes < 60) return std::to_string(minutes) + " min ago";
  if (minutes < std::int64_t{48} * 60) return std::to_string(minutes / 60) + " h ago";
  return std::to_string(minutes / (std::int64_t{24} * 60)) + " days ago";
}

int list(const fs::path& folder, bool as_json) {
  auto json = nlohmann::ordered_json::array();
  std::uint64_t bytes = 0;
  if (!as_json)
    std::cout << "boundary  model         precision  storage  threads    examples        size  used          key\n";
  for (const auto& [path, space] : list_spaces(folder)) {
    const auto about = read_space(path);
    const auto text = [&](const char* key) { return about.contains(key) ? about[key].dump() : "?"; };
    const auto plain = [&](const char* key) {
      return about.contains(key) && about[key].is_string() ? about[key].get<std::string>() : "?";
    };
    bytes += space.bytes;
    if (as_json) {
      json.push_back({{"key", path.filename().string()},
                      {"examples", space.examples},
                      {"bytes", space.bytes},
                      {"segments", space.segments},
                      {"about", about}});
      continue;
    }
    std::cout << std::setw(8) << text("boundary") << "  " << std::left << std::setw(12) << plain("model") << "  "
              << std::setw(9) << plain("precision") << "  " << std::setw(7) << plain("storage") << std::right
              << std::setw(9) << text("threads") << std::setw(12)
              << count_text(static_cast<std::int64_t>(space.examples)) << std::setw(12)
              << bytes_text(static_cast<std::int64_t>(space.bytes)) << "  " << std::left << std::setw(12)
              << ago(space.used) << "  " << path.filename().string() << std::right << '\n';
  }
  if (as_json)
    print_json(json);
  else
    std::cout << bytes_text(static_cast<std::int64_t>(bytes)) << " in " << folder.string() << '\n';
  return kDone;
}

/// Why a segment is damaged; empty when it is whole and where it belongs.
std::string damage_in(const SegmentFile& segment, const SegmentBytes& bytes) {
  try {
    const auto table = read_segment_table(bytes.view());
    if (hex(table.space) != segment.path.parent_path().filename().string())
      return "it belongs to another model or boundary";
    return segment_is_whole(bytes.view()) ? "" : "its checksum is wrong";
  } catch (const Error& error) {
    return error.what();
  }
}

/// Looks at one segment after the other. Only bytes that were read can be damaged.
class Verification {
 public:
  void look_at(const SegmentFile& segment) {
    try {
      const auto why = damage_in(segment, SegmentBytes::map(segment.path));
      if (why.empty())
        ++whole_;
      else
        remove(segment.path, why);
    } catch (const FileError& error) {
      take_unread(segment.path, error.what());
    }
  }

  int report() const {
    std::cout << whole_ << (whole_ == 1 ? " file is whole, " : " files are whole, ") << damaged_
              << (damaged_ == 1 ? " was" : " were") << " damaged";
    if (unread_ > 0) std::cout << ", " << unread_ << " could not be read";
    std::cout << '\n';
    return damaged_ + unread_ == 0 ? kDone : kFailed;
  }

 private:
  void remove(const fs::path& file, const std::string& why) {
    ++damaged_;
    std::error_code error;  // none where another process was first
    fs::remove(file, error);
    std::cout << (error ? "cannot remove " : "removed ") << file.string() << ": " << why << '\n';
  }

  /// Another process may have removed it meanwhile.
  void take_unread(const fs::path& file, const std::string& why) {
    std::error_code unknown;
    if (!fs::exists(file, unknown)) return;
    if (fs::file_size(file, unknown) == 0) return remove(file, "it is empty");
    ++unread_;
    std::cout << why << '\n';
  }

  std::size_t whole_ = 0, damaged_ = 0, unread_ = 0;
};

int verify(const fs::path& folder) {
  Verification verification;
  for (const auto& segment : list_segments(folder)) verification.look_at(segment);
  return verification.report();
}

int collect(const Arguments& arguments, const fs::path& folder) {
  if (!arguments.has("keep")) throw InputError("fthost", "gc needs --keep: how many MiB may stay");
  const auto keep = arguments.number("keep");
  if (keep < 0) throw InputError("fthost", "--keep must be 0 or more");
  const auto most_bytes = static_cast<std::uint64_t>(keep) << 20;
  const auto in_use = [](const fs::path&) { return false; };
  const auto leftovers = remove_leftovers(disk(), folder);
  const auto segments = shrink_cache(disk(), folder, most_bytes, in_use);
  const auto files = leftovers.files + segments.files, kept = leftovers.kept + segments.kept;
  std::cout << "removed " << files << (files == 1 ? " file, " : " files, ")
            << bytes_text(static_cast<std::int64_t>(leftovers.bytes + segments.bytes)) << '\n';
  if (kept > 0)
    std::cout << kept << (kept == 1 ? " file stays: " : " files stay, the first for this: ")
              << (leftovers.kept > 0 ? leftovers : segments).why_kept << '\n';
  return segments.bytes_left <= most_bytes ? kDone : kFailed;
}

/// "0,3,6".
std::vector<int> boundaries_of(const std::string& text) {
  std::vector<int> boundaries;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (next < end && (*next != ',' || next + 1 == end)))
      throw InputError("fthost", "--boundaries takes numbers apart by commas, such as 0,3,6, not '" + text + "'");
    boundaries.push_back(number);
    at = next < end ? next + 1 : next;
  }
  return boundaries;
}

int fill(const Arguments& arguments) {
  FoundPlugins plugins;
  Pipeline pipeline = load_pipeline(arguments, plugins);
  pipeline.cache.mode = "disk";  // later processes are to find it
  const InterruptGuard interrupts;
  const auto filled = open_engine()->fill_cache(pipeline, boundaries_of(arguments.text("boundaries")),
                                                {.plugins = &plugins,
                                                 .files = &disk(),
                                                 .console = console_style(arguments),
                                                 .stop_signal = &interrupts.stop_signal()});
  for (const auto& boundary : filled)
    std::cout << "boundary " << boundary.boundary << ": " << count_text(boundary.computed) << " examples computed in "
              << std::fixed << std::setprecision(1) << boundary.seconds << " s, " << count_text(boundary.there)
              << " were there" << (boundary.whole ? "" : "; not all of it is kept") << '\n';
  const int signal = interrupts.stop_signal().load();
  if (signal != 0) return 128 + signal;
  return std::ranges::all_of(filled, &FilledBoundary::whole) ? kDone : kFailed;
}

}  // namespace

int cache_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  add_console_options(options);
  options.add_options()("keep", boost::program_options::value<int>()->value_name("MIB"), "gc: how many MiB may stay")(
      "boundaries", boost::program_options::value<std::string>()->value_name("K,K…"),
      "fill: which boundaries; without it the pipeline's first")("json", boost::program_options::bool_switch(),
                                                                 "ls: as JSON");
  const Arguments arguments(kHelp, options, {"action", "pipeline"}, words);
  if (arguments.help_shown()) return kDone;
  const auto action = arguments.required("action");
  if (action == "fill") return fill(arguments);
  const std::vector<std::string> actions = {"ls", "verify", "gc", "fill"};
  if (std::ranges::find(actions, action) == actions.end()) {
    const auto near = nearest_name(action, actions);
    throw InputError("fthost", "cache does ls, verify, gc or fill, not '" + action + "'" +
                                   (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
  }
  const auto folder = cache_folder(arguments);
  if (action == "ls") return list(folder, arguments.flag("json"));
  return action == "verify" ? verify(folder) : collect(arguments, folder);
}

}  // namespace fthost
