#include "core/pipeline/check_table.h"

#include <algorithm>
#include <utility>

#include "core/pipeline/check_value.h"

namespace fthost {
namespace {

const OptionDescription* find_option(const std::vector<OptionDescription>& options, std::string_view name) {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const OptionDescription& o) { return o.name == name; });
  return found == options.end() ? nullptr : &*found;
}

class TableCheck {
 public:
  TableCheck(const GivenTable& given, const TableRules& rules, const std::filesystem::path& folder, Problems& problems)
      : given_(given), rules_(rules), folder_(folder), problems_(problems) {
    if (rules.core != nullptr) add_options(*rules.core, "[" + rules.table + "]");
    if (rules.plugin != nullptr) add_options(rules.plugin->options, title(*rules.plugin));
    names_.insert(names_.end(), rules.elsewhere.begin(), rules.elsewhere.end());
  }

  OptionValues check() {
    for (const auto& option : given_.options) check_given(option);
    for (const auto& [option, owner] : declared_) fill_in(*option, owner);
    return std::move(values_);
  }

 private:
  void add_options(const std::vector<OptionDescription>& options, const std::string& owner) {
    for (const auto& option : options) {
      declared_.emplace_back(&option, owner);
      names_.push_back(option.name);
    }
  }

  const OptionDescription* find_declared(std::string_view name) const {
    for (const auto& [option, owner] : declared_)
      if (option->name == name) return option;
    return nullptr;
  }

  void check_given(const GivenOption& given) {
    if (!rules_.plugin_key.empty() && given.name == rules_.plugin_key) return;
    if (std::ranges::find(rules_.elsewhere, given.name) != rules_.elsewhere.end()) return;
    if (const auto* option = find_declared(given.name)) {
      if (auto value = check_value(*option, given, problems_)) values_[given.name] = std::move(*value);
    } else if (!is_left_aside(given)) {
      refuse_name(given);
    }
  }

  /// Options of a plugin that is not known, or of one that a --set has taken the place of.
  bool is_left_aside(const GivenOption& given) const {
    if (rules_.plugin == nullptr && !rules_.plugin_key.empty()) return true;
    if (given.source->is_override || given.source->is_change) return false;
    if (rules_.replaced != nullptr) return find_option(rules_.replaced->options, given.name) != nullptr;
    return rules_.replaced_unknown;
  }

  void refuse_name(const GivenOption& given) {
    const auto owner = rules_.plugin != nullptr ? title(*rules_.plugin) : "[" + rules_.table + "]";
    auto message = given.at_key(owner + " has no option '" + given.name + "'");
    auto candidates = names_;
    if (!rules_.plugin_key.empty()) candidates.push_back(rules_.plugin_key);
    message.hint = suggestion(given.name, candidates);
    if (given.name == "plugin" && !rules_.plugin_key.empty())
      message.hint = "did you mean '" + rules_.plugin_key + "'?";
    if (const auto* near = find_declared(nearest_name(given.name, candidates)))
      message.notes.push_back(help_line(*near));
    else if (message.hint.empty())
      message.notes.push_back(names_.empty() ? "it has no options" : "options: " + comma_separated(names_));
    problems_.add(std::move(message));
  }

  void fill_in(const OptionDescription& option, const std::string& owner) {
    if (given_.find(option.name) != nullptr) return;
    if (option.default_value) {
      values_[option.name] = default_of(option);
    } else if (option.required && !is_misspelt(option.name)) {
      auto message = given_.at_header(owner + " needs the option '" + option.name + "'");
      message.notes.push_back(help_line(option));
      problems_.add(std::move(message));
    }
  }

  OptionValue default_of(const OptionDescription& option) const {
    const auto* text = std::get_if<std::string>(&*option.default_value);
    if (option.type == OptionType::path && text != nullptr && !text->empty())
      return absolute_path(folder_, *text).string();
    return *option.default_value;
  }

  /// Is an unknown name there that was probably meant for it? One message is enough then.
  bool is_misspelt(std::string_view name) const {
    return std::any_of(given_.options.begin(), given_.options.end(), [&](const GivenOption& given) {
      return find_declared(given.name) == nullptr && nearest_name(given.name, names_) == name;
    });
  }

  const GivenTable& given_;
  const TableRules& rules_;
  const std::filesystem::path& folder_;
  Problems& problems_;
  std::vector<std::pair<const OptionDescription*, std::string>> declared_;  ///< With whose option it is.
  std::vector<std::string> names_;
  OptionValues values_;
};

}  // namespace

OptionValues check_table(const GivenTable& given, const TableRules& rules, const std::filesystem::path& folder,
                         Problems& problems) {
  return TableCheck(given, rules, folder, problems).check();
}

}  // namespace fthost
