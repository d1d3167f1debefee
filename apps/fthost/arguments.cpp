#include "apps/fthost/arguments.h"

#include <fthost/error.h>

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <iostream>

namespace fthost {
namespace {

namespace po = boost::program_options;

InputError wrong(const CommandHelp& help, const std::string& text) {
  return InputError("fthost", text, {"usage: " + std::string(help.usage)});
}

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

}  // namespace

Arguments::Arguments(const CommandHelp& help, const po::options_description& options,
                     const std::vector<std::string>& positional, const std::vector<std::string>& words)
    : help_(help) {
  po::options_description visible("Options");
  visible.add(options);
  visible.add_options()("help,h", po::bool_switch(), "show this text");
  po::options_description all;
  all.add(visible);
  po::positional_options_description places;
  for (const auto& name : positional) {
    constexpr std::string_view kMore = "…";
    const bool is_list = name.ends_with(kMore);
    const auto own = name.substr(0, name.size() - (is_list ? kMore.size() : 0));
    if (is_list)
      all.add_options()(own.c_str(), po::value<std::vector<std::string>>(), "");
    else
      all.add_options()(own.c_str(), po::value<std::string>(), "");
    places.add(own.c_str(), is_list ? -1 : 1);
  }
  using Style = po::command_line_style::style_t;
  try {
    po::command_line_parser parser(words);
    parser.options(all).positional(places).style(Style::unix_style & ~Style::allow_guessing);
    po::store(parser.run(), values_);
    po::notify(values_);
  } catch (const po::unknown_option& error) {
    const auto name = error.get_option_name();
    const auto names = option_names(visible);
    const auto near = nearest_name(name, names);
    throw wrong(help, "there is no option '" + name + "'" +
                          (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
  } catch (const po::too_many_positional_options_error&) {
    throw wrong(help, "too many words: " + std::to_string(positional.size()) + " expected besides the options");
  } catch (const po::error& error) {
    throw wrong(help, error.what());
  }
  if (!flag("help")) return;
  help_shown_ = true;
  std::cout << "usage: " << help.usage << "\n\n" << help.text << "\n\n" << visible;
  if (!help.examples.empty()) std::cout << "\nExamples:\n" << help.examples;
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  return has(name) ? values_[name].as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string Arguments::required(const std::string& name) const {
  if (!has(name)) throw wrong(help_, "what is missing: " + name);
  return text(name);
}

}  // namespace fthost
