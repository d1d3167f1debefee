#include "core/pipeline/sinks.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"

namespace fthost {
namespace {

struct Sink {
  std::string name;
  GivenTable table;
  std::optional<PluginChoice> choice;  ///< None: there is a message about it already.
};

class SinkCheck {
 public:
  SinkCheck(const Request& request, PluginRegistry& registry, Problems& problems)
      : request_(request), registry_(registry), problems_(problems) {}

  std::vector<CheckedPlugin> check(bool with_defaults) {
    for (const auto& given : request_.sinks) take(given);
    if (with_defaults) add_defaults();
    for (const auto& each : request_.sink_overrides) lay_over(each);
    std::vector<CheckedPlugin> checked;
    for (const auto& sink : sinks_) {
      if (!sink.choice) continue;
      const std::string table = std::string(kSinksTable) + "." + sink.name;
      const TableRules rules{table, nullptr, "plugin", &sink.choice->component.description, nullptr, false, {}};
      auto values = check_table(sink.table, rules, request_.file().folder, problems_);
      checked.push_back({table, *sink.choice, std::move(values), sink.table});
    }
    return checked;
  }

 private:
  void take(const GivenTable& given) {
    const auto* plugin = given.find("plugin");
    if (plugin == nullptr) {
      auto message = given.at_header("[[sinks]] needs the option 'plugin'");
      message.notes = known_plugins(Kind::sink, registry_);
      problems_.add(std::move(message));
      return;
    }
    auto choice = choose_plugin(Kind::sink, *plugin, registry_, problems_);
    const auto name = choice ? choice->component.description.name : given_text(*plugin).value_or("");
    if (const auto* first = find(name)) {
      auto message = plugin->at_value("the sink '" + name + "' stands twice");
      if (first->table.header.line > 0)
        message.notes.push_back("the first stands in line " + std::to_string(first->table.header.line));
      problems_.add(std::move(message));
      return;
    }
    sinks_.push_back({name, given, std::move(choice)});
  }

  const Sink* find(std::string_view name) const {
    const auto found = std::find_if(sinks_.begin(), sinks_.end(), [&](const Sink& s) { return s.name == name; });
    return found == sinks_.end() ? nullptr : &*found;
  }

  /// Default sinks come first, in their own order, whether the file configures them or not.
  void add_defaults() {
    std::vector<Sink> sorted;
    std::vector<std::string> missing;
    for (const auto& name : default_sinks()) {
      const auto* configured = find(name);
      sorted.push_back(configured != nullptr ? *configured : default_sink(name, missing));
    }
    for (const auto& sink : sinks_) {
      const auto& names = default_sinks();
      if (std::find(names.begin(), names.end(), sink.name) == names.end()) sorted.push_back(sink);
    }
    sinks_ = std::move(sorted);
    if (missing.empty()) return;
    Message message;
    message.place.file = request_.file().document.file();
    message.text = "there is no sink plugin '" + missing.front() + "'";
    for (std::size_t i = 1; i < missing.size(); ++i) message.text += ", '" + missing[i] + "'";
    message.notes = known_plugins(Kind::sink, registry_, missing.front());
    message.notes.insert(message.notes.begin(), "every run has them unless [run] default_sinks = false");
    problems_.add(std::move(message));
  }

  /// Found as a name in the file would be.
  Sink default_sink(const std::string& name, std::vector<std::string>& missing) {
    Sink sink{name, {}, std::nullopt};
    sink.table.name = kSinksTable;
    sink.table.source = &request_.file();
    const auto names = registry_.names(Kind::sink);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      missing.push_back(name);
      return sink;
    }
    GivenOption plugin;
    plugin.name = "plugin";
    plugin.bare = name;
    plugin.source = &request_.file();
    sink.choice = choose_plugin(Kind::sink, plugin, registry_, problems_);
    return sink;
  }

  void lay_over(const SinkOverride& each) {
    auto found = std::find_if(sinks_.begin(), sinks_.end(), [&](const Sink& s) { return s.name == each.sink; });
    if (found == sinks_.end()) {
      std::vector<std::string> names;
      for (const auto& sink : sinks_) names.push_back(sink.name);
      auto message = each.option.at_key("the pipeline has no sink '" + each.sink + "'");
      message.hint = suggestion(each.sink, names);
      message.notes.push_back(names.empty() ? "it has none" : "its sinks: " + comma_separated(names));
      problems_.add(std::move(message));
    } else if (each.option.name == "plugin") {
      problems_.add(each.option.at_key("the plugin of a sink cannot be changed by --set"));
    } else {
      auto& options = found->table.options;
      std::erase_if(options, [&](const GivenOption& o) { return o.name == each.option.name; });
      options.push_back(each.option);
    }
  }

  const Request& request_;
  PluginRegistry& registry_;
  Problems& problems_;
  std::vector<Sink> sinks_;
};

}  // namespace

std::vector<CheckedPlugin> check_sinks(const Request& request, bool with_defaults, PluginRegistry& registry,
                                       Problems& problems) {
  return SinkCheck(request, registry, problems).check(with_defaults);
}

}  // namespace fthost
