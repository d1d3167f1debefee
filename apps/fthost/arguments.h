#pragma once

/// A command's words, parsed with Boost.Program_options and fthost's own messages.

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// What `--help` prints around the list of options.
struct CommandHelp {
  std::string_view usage;     ///< "fthost plan PIPELINE.toml [--set KEY=VALUE]…"
  std::string_view text;      ///< What the command does, and how people use it.
  std::string_view examples;  ///< Lines as one would type them.
};

class Arguments {
 public:
  /// Parses `words`. `positional`: what each word without dashes is called, in order; the last one's name may end in
  /// "…" and then is a list of all further words (without that, they are an error). Every command has --help. Throws
  /// InputError that names the word, the nearest option, and where to read on.
  Arguments(const CommandHelp& help, const boost::program_options::options_description& options,
            const std::vector<std::string>& positional, const std::vector<std::string>& words);

  /// --help was asked for; it has been printed to standard output.
  bool help_shown() const { return help_shown_; }
  bool has(const std::string& name) const { return values_.count(name) > 0; }
  bool flag(const std::string& name) const { return has(name) && values_[name].as<bool>(); }
  std::string text(const std::string& name) const { return has(name) ? values_[name].as<std::string>() : ""; }
  int number(const std::string& name) const { return values_[name].as<int>(); }
  std::vector<std::string> list(const std::string& name) const;

  /// The value, or an InputError that shows the usage.
  std::string required(const std::string& name) const;

 private:
  CommandHelp help_;
  boost::program_options::variables_map values_;
  bool help_shown_ = false;
};

}  // namespace fthost
