// The executable: finds the command, reports what it throws.

#include <fthost/error.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "apps/fthost/check_library.h"
#include "apps/fthost/command.h"
#include "core/run/version.h"

namespace fthost {
namespace {

void print_help() {
  std::cout
      << "fthost fine-tunes BERT for named-entity recognition and trains only as much of it as a freezing strategy\n"
         "says, at the cost of that much.\n\n"
         "usage: fthost PIPELINE.toml [--set KEY=VALUE]…   run a pipeline: the main use\n"
         "       fthost COMMAND …                          `fthost COMMAND --help` says more\n\n"
         "Commands:\n";
  for (const auto& command : kCommands)
    std::cout << "  " << command.name << std::string(10 - command.name.size(), ' ') << command.summary << '\n';
  std::cout << "\nStart here:\n"
               "  fthost init --model DIR --train FILE    writes pipeline.toml\n"
               "  fthost plan pipeline.toml               says what it takes\n"
               "  fthost pipeline.toml                    trains\n"
               "  fthost predict runs/pipeline/model      labels new text\n\n"
               "Exit status: 0 done, 1 failed, 2 the input is wrong, 130 or 143 interrupted.\n";
}

/// Is the first word a command, a pipeline, or a mistake?
int dispatch(std::vector<std::string> words) {
  if (words.empty()) {
    print_help();
    return kInputIsWrong;
  }
  const std::string first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    print_help();
    return kDone;
  }
  if (first == "--version") {
    std::cout << "fthost " << build_info().version << '\n';
    return kDone;
  }
  if (first == kCheckComponent) return check_component_command({words.begin() + 1, words.end()});
  std::vector<std::string> names;
  for (const auto& command : kCommands) {
    names.emplace_back(command.name);
    if (command.name != first) continue;
    words.erase(words.begin());
    return command.function(words);
  }
  const bool looks_like_file = first.find('.') != std::string::npos || first.find('/') != std::string::npos;
  if (looks_like_file || first.starts_with('-')) return run_command(words);
  Message message{.place = {"fthost", 0, 0}, .text = "there is no command '" + first + "'"};
  const auto near = nearest_name(first, names);
  if (!near.empty()) message.text += "; did you mean '" + std::string(near) + "'?";
  message.notes = {"a pipeline file is named with its ending: fthost my.toml", "`fthost --help` lists the commands"};
  throw InputError(std::move(message));
}

/// What was printed reaches its file or pipe at the end only: a full disk shows here.
int finish(int status) {
  errno = 0;
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0;
  if (std::cout && flushed) return status;
  throw Error(std::string("cannot write to standard output: ") +
              (errno != 0 ? std::strerror(errno) : "it is closed or full"));
}

}  // namespace
}  // namespace fthost

int main(int argc, char** argv) {
  try {
    return fthost::finish(fthost::dispatch({argv + 1, argv + argc}));
  } catch (const fthost::InputError& error) {
    std::cerr << error.what();
    return fthost::kInputIsWrong;
  } catch (const fthost::Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    return fthost::kFailed;
  } catch (const std::exception& error) {
    std::cerr << "error: unexpected: " << error.what() << "; please report this with the command that you ran\n";
    return fthost::kFailed;
  }
}
