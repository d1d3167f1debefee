// fthost new: a plugin of one's own that builds and passes its test, to start from.

#include <fthost/describe.h>
#include <fthost/error.h>
#include <fthost/files.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/plugins/program_file.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr CommandHelp kHelp{
    "fthost new KIND NAME [DIR]",
    "Writes a plugin with a component NAME of KIND (freezing, schedule, sink, reader, head, optimizer or model) into "
    "the\n"
    "new folder DIR, or NAME: working code with comments, a test, a CMakeLists.txt and a README.md that says how to\n"
    "build, test and use it. Building it needs an installed fthost and none of its sources.",
    "  fthost new freezing thaw-later\n  fthost new sink word-accuracy ~/plugins/word-accuracy\n"};

/// Names that CMake keeps for targets of its own.
constexpr std::array<std::string_view, 8> kTargetsOfCMake = {"all",  "clean",   "edit_cache", "help",
                                                             "test", "package", "install",    "depend"};

/// The folder that holds bin/.
fs::path prefix_of_program() {
  return program_file().parent_path().parent_path();
}

bool uses_tensors(Kind kind) {
  return kind == Kind::model || kind == Kind::head || kind == Kind::optimizer;
}

/// The nearest good name: small letters, digits, and '-' for the rest.
std::string mended(const std::string& name) {
  std::string good;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z')
      good += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && !good.empty()))
      good += c;
    else if (!good.empty() && good.back() != '-')
      good += '-';
  }
  while (good.ends_with('-')) good.pop_back();
  return good.substr(0, kLongestName);
}

void check_name(Kind kind, const std::string& name) {
  const auto good = mended(name);
  if (name != good || name.empty())
    throw InputError("fthost",
                     "'" + name + "' is no name of a component; " +
                         (good.empty() ? std::string("'my-") + std::string(kind_name(kind)) + "' is one"
                                       : "did you mean '" + good + "'?"),
                     {"a name has small letters, digits and '-' between them, begins with a letter, and has at most " +
                      std::to_string(kLongestName) + " of them"});
  if (std::find(kTargetsOfCMake.begin(), kTargetsOfCMake.end(), name) != kTargetsOfCMake.end())
    throw InputError("fthost", "CMake keeps the name '" + name + "' for itself; 'my-" + name + "' would do");
  const FoundPlugins plugins;
  if (const auto* found = plugins.find(kind, name))
    throw InputError("fthost", title(kind, name) + " is there already, in " + found->library.string(),
                     {"no pipeline could tell two of one name apart: choose another one"});
}

/// "thaw-later" -> "ThawLater".
std::string class_name(const std::string& name) {
  std::string result;
  bool begins = true;
  for (const char c : name) {
    if (c != '-') result += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '-';
  }
  return result;
}

using Words = std::vector<std::pair<std::string_view, std::string>>;

/// What stands for what in the templates.
Words words_of(Kind kind, const std::string& name) {
  auto file = name;
  std::replace(file.begin(), file.end(), '-', '_');
  return {{"plugin-name", name},
          {"plugin_name", file},
          {"PluginName", class_name(name)},
          {"plugin-kind", std::string(kind_name(kind))},
          {"@TENSORS@", uses_tensors(kind) ? " TENSORS" : ""},
          {"@LIBRARY@", uses_tensors(kind) ? "fthost::ops" : "fthost::sdk"}};
}

/// In one pass: what was put in is not looked at again.
std::string filled_in(std::string_view text, const Words& words) {
  std::string out;
  while (!text.empty()) {
    const auto found =
        std::find_if(words.begin(), words.end(), [&](const auto& w) { return text.starts_with(w.first); });
    out += found == words.end() ? std::string(1, text.front()) : found->second;
    text.remove_prefix(found == words.end() ? 1 : found->first.size());
  }
  return out;
}

/// The files of the kind's template by name. What all kinds have is added behind the kind's own text of that name.
std::map<std::string, std::string> template_of(Kind kind) {
  const auto templates = prefix_of_program() / "share/fthost/templates";
  std::map<std::string, std::string> files;
  for (const auto& folder : {templates / kind_name(kind), templates / "all"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().filename().string()].append(std::istreambuf_iterator<char>(in), {});
      if (!in) throw Error("cannot read " + entry.path().string());
    }
    if (error)
      throw Error("the templates are missing: cannot read " + folder.string() + ": " + error.message() +
                  "; they are part of an installed fthost");
  }
  return files;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder, error)))
    throw InputError("fthost", "there is a " + folder.string() + " already",
                     {"`fthost new KIND NAME DIR` names another folder"});
  const auto parent = fs::absolute(folder).lexically_normal().parent_path();
  if (!fs::is_directory(parent, error)) throw InputError("fthost", "there is no folder " + parent.string());
  disk().make_folder(folder);
}

/// `path` as one may type it in a shell.
std::string quoted(const fs::path& path) {
  const auto text = path.string();
  return text.find_first_of(" \t'\"\\$`&;()<>|*?[]#~!{}") == std::string::npos ? text : "'" + text + "'";
}

void say_what_next(Kind kind, const std::string& name, const fs::path& folder) {
  const auto prefix = prefix_of_program();
  const bool installed = fs::exists(prefix / "lib/cmake/fthost/fthostConfig.cmake");
  std::cerr << folder.string() << ": " << title(kind, name)
            << ", which builds and passes its test as it is; README.md says more\n";
  if (!installed)
    std::cerr << "  cmake --install " << quoted(prefix) << " --prefix FTHOST    once: it builds against that\n";
  std::cerr << "  cd " << quoted(folder)
            << "\n  cmake -B build -G Ninja -DCMAKE_PREFIX_PATH=" << (installed ? quoted(prefix) : "FTHOST")
            << "\n  cmake --build build && ctest --test-dir build\n  FTHOST_PLUGIN_PATH=build fthost options "
            << kind_name(kind) << '/' << name << '\n';
}

}  // namespace

int new_command(const std::vector<std::string>& words) {
  const Arguments arguments(kHelp, {}, {"kind", "name", "folder"}, words);
  if (arguments.help_shown()) return kDone;
  const auto kind = kind_named(arguments.required("kind"));
  const auto name = arguments.required("name");
  check_name(kind, name);
  const fs::path folder = arguments.has("folder") ? arguments.text("folder") : name;
  const auto files = template_of(kind);
  const auto replaced = words_of(kind, name);
  make_folder(folder);
  for (const auto& [file, text] : files)
    write_file(disk(), folder / filled_in(file, replaced), filled_in(text, replaced));
  say_what_next(kind, name, folder);
  return kDone;
}

}  // namespace fthost
