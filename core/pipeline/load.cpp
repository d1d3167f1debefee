#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fthost/error.h>

#include "core/pipeline/check_value.h"
#include "core/pipeline/core_rules.h"
#include "core/pipeline/core_tables.h"
#include "core/pipeline/load.h"
#include "core/pipeline/parameter_groups.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/resolve.h"
#include "core/pipeline/sinks.h"

namespace fthost {
namespace {

/// Checks table by table, then builds the pipeline from what was checked.
class Loader {
 public:
  Loader(const std::filesystem::path& file, PluginRegistry& registry, const Request& request, Problems& problems)
      : file_(file), registry_(registry), request_(request), problems_(problems) {}

  /// Throws InputError when anything is wrong.
  Pipeline load() {
    scan_plugin_paths();  // first: they hold the plugins that other tables name
    for (const auto& given : request_.tables) {
      const auto& core = *find_core_table(given.name);
      if (core.kind)
        check_plugin_table(given, core);
      else if (core.name != "plugins")
        check_core_table(given, core);
    }
    check_run(table("run"), file_, core_values_["run"], problems_);
    check_data(table("data"), problems_);
    check_train(table("train"), core_values_["train"], problems_);
    groups_ = check_groups(table("optimizer"), request_.file().folder, problems_);
    check_padding();
    sinks_ = check_sinks(request_, with_default_sinks(), registry_, problems_);
    problems_.throw_if_any();
    return build();
  }

 private:
  const GivenTable& table(std::string_view name) const {
    return *std::find_if(request_.tables.begin(), request_.tables.end(), [&](const auto& t) { return t.name == name; });
  }

  void check_core_table(const GivenTable& given, const CoreTable& core) {
    const TableRules rules{core.name, &core.options, "", nullptr, nullptr, false, {}};
    core_values_[core.name] = check_table(given, rules, request_.file().folder, problems_);
  }

  void scan_plugin_paths() {
    const auto& given = table("plugins");
    check_core_table(given, *find_core_table("plugins"));
    plugin_paths_ = check_plugin_paths(given, core_values_["plugins"], problems_);
    for (const auto& path : plugin_paths_) registry_.scan(path);
  }

  void check_plugin_table(const GivenTable& given, const CoreTable& core) {
    if (given.source == nullptr) return refuse_missing(core);
    const auto* plugin = given.find(core.plugin_key);
    std::optional<PluginChoice> choice;
    if (plugin != nullptr) {
      choice = choose_plugin(*core.kind, *plugin, registry_, problems_);
    } else {
      auto message = given.at_header("[" + core.name + "] needs the option '" + core.plugin_key + "'");
      message.notes = known_plugins(*core.kind, registry_);
      problems_.add(std::move(message));
    }
    TableRules rules{core.name, &core.options, core.plugin_key, nullptr, nullptr, false, {}};
    if (core.kind == Kind::optimizer) rules.elsewhere.emplace_back(kGroupsOption);
    if (choice) rules.plugin = &choice->component.description;
    const auto replaced = replaced_plugin(given, *core.kind);
    if (replaced) rules.replaced = &*replaced;
    rules.replaced_unknown = given.replaced_plugin && !replaced;
    auto values = check_table(given, rules, request_.file().folder, problems_);
    if (choice) plugins_[core.name] = {core.name, std::move(*choice), std::move(values), given};
  }

  /// What the file's plugin is, when a --set names another one; none when that is not known.
  std::optional<ComponentDescription> replaced_plugin(const GivenTable& given, Kind kind) const {
    if (!given.replaced_plugin) return std::nullopt;
    const auto name = given_text(*given.replaced_plugin);
    for (const auto& component : registry_.components())
      if (component.description.kind == kind && component.description.name == name) return component.description;
    return std::nullopt;
  }

  void refuse_missing(const CoreTable& core) {
    const auto& unknown = request_.unknown_tables;
    const bool misspelt = std::any_of(unknown.begin(), unknown.end(), [&](const std::string& name) {
      return nearest_name(name, table_names()) == core.name;
    });
    if (misspelt) return;
    Message message;
    message.place.file = file_.string();
    message.text = "the table [" + core.name + "] is missing: " + core.summary;
    message.notes = known_plugins(*core.kind, registry_);
    problems_.add(std::move(message));
  }

  /// Rows of padding are no example's: nothing of them could be kept.
  void check_padding() {
    const auto* pad = table("data").find("pad");
    if (pad == nullptr || given_text(*pad) != "max_length") return;
    const auto mode = core_values_["cache"].find("mode");
    if (mode == core_values_["cache"].end() || std::get<std::string>(mode->second) == "off") return;
    auto message = pad->at_value("padding is computed anew in every step, and the cache is not off");
    message.notes.emplace_back("write [cache] mode = \"off\"");
    problems_.add(std::move(message));
  }

  bool with_default_sinks() const {
    const auto& run = core_values_.at("run");
    const auto found = run.find("default_sinks");
    return found == run.end() || std::get<bool>(found->second);
  }

  Pipeline build() {
    Pipeline pipeline;
    pipeline.file = file_;
    fill_run(pipeline.run);
    fill_data(pipeline.data);
    fill_train(pipeline.train);
    fill_cache(pipeline.cache);
    const Options optimizer(plugins_["optimizer"].values);
    pipeline.lr = optimizer.real("lr");
    pipeline.layer_decay = optimizer.real("layer_decay");
    for (const auto& group : groups_) {
      const Options values(group.values);
      pipeline.groups.push_back({values.texts("tensors"), values.real("lr")});
    }
    pipeline.frozen_dropout = Options(plugins_["freezing"].values).boolean("frozen_dropout");
    pipeline.plugin_paths = plugin_paths_;
    const std::array<std::pair<const char*, ComponentChoice*>, 6> choices = {{{"model", &pipeline.model},
                                                                              {"head", &pipeline.head},
                                                                              {"data", &pipeline.reader},
                                                                              {"freezing", &pipeline.freezing},
                                                                              {"optimizer", &pipeline.optimizer},
                                                                              {"schedule", &pipeline.schedule}}};
    for (const auto& [name, choice] : choices) *choice = component_choice(plugins_[name]);
    for (const auto& sink : sinks_) pipeline.sinks.push_back(component_choice(sink));
    pipeline.resolved = resolve();
    fill_origins(pipeline);
    return pipeline;
  }

  void fill_run(RunOptions& run) const {
    const Options values(core_values_.at("run"));
    run.name = values.text("name");
    run.seed = static_cast<std::uint64_t>(values.integer("seed"));
    run.device = values.text("device");
    run.precision = values.text("precision");
    run.threads = static_cast<int>(values.integer("threads"));
    run.output = values.path("output");
    run.default_sinks = values.boolean("default_sinks");
  }

  void fill_data(DataOptions& data) const {
    const Options values(plugins_.at("data").values);
    data.train = values.path("train");
    if (values.has("dev")) data.dev = values.path("dev");
    if (values.has("split")) data.split = values.real("split");
    if (values.has("test")) data.test = values.path("test");
    data.max_length = static_cast<int>(values.integer("max_length"));
    data.long_sentences = values.text("long");
    data.pad = values.text("pad") == "max_length";
    data.sentences = values.integer("sentences");
  }

  void fill_train(TrainOptions& train) const {
    const Options values(core_values_.at("train"));
    train.epochs = static_cast<int>(values.integer("epochs"));
    if (values.has("batch_tokens"))
      train.batch_tokens = static_cast<int>(values.integer("batch_tokens"));
    else
      train.batch_size = static_cast<int>(values.integer("batch_size"));
    train.accumulation_steps = static_cast<int>(values.integer("accumulation_steps"));
    train.clip_norm = values.real("clip_norm");
    train.clip_over_all = values.text("clip_over") == "all";
    train.epoch_loss_over_batches = values.text("epoch_loss_over") == "batches";
    train.score_on_tokens = values.text("score_on") == "tokens";
    train.evaluate_every = static_cast<int>(values.integer("evaluate_every"));
    train.keep = values.text("keep");
    train.metric = values.text("metric");
  }

  void fill_cache(CacheOptions& cache) const {
    const Options values(core_values_.at("cache"));
    cache.mode = values.text("mode");
    cache.memory = values.integer("memory");
    cache.disk = values.integer("disk");
    if (values.has("device_memory")) cache.device_memory = values.integer("device_memory");
    cache.path = values.path("path");
    cache.storage = values.text("storage");
  }

  static ComponentChoice component_choice(const CheckedPlugin& checked) {
    const auto& component = checked.choice.component;
    OptionValues own;
    for (const auto& option : component.description.options) {
      const auto found = checked.values.find(option.name);
      if (found != checked.values.end()) own.insert(*found);
    }
    return {component.description.kind, checked.table, component, Options(std::move(own))};
  }

  std::string resolve() const {
    ResolvedText text;
    for (const auto& core : core_tables()) {
      if (core.name == "plugins" && plugin_paths_.empty()) continue;
      text.header("[" + core.name + "]");
      const auto plugin = plugins_.find(core.name);
      if (plugin == plugins_.end()) {
        auto values = core_values_.at(core.name);
        if (core.name == "run") values["default_sinks"] = false;  // all are written down below
        text.values(core.options, values);
      } else {
        text.value(core.plugin_key, plugin->second.choice.written);
        text.values(core.options, plugin->second.values);
        text.values(plugin->second.choice.component.description.options, plugin->second.values);
      }
      if (core.kind != Kind::optimizer) continue;
      for (const auto& group : groups_) {
        text.header("[[optimizer.groups]]");
        text.values(group_options(), group.values);
      }
    }
    for (const auto& sink : sinks_) {
      text.header("[[sinks]]");
      text.value("plugin", sink.choice.written);
      text.values(sink.choice.component.description.options, sink.values);
    }
    return text.text();
  }

  void fill_origins(Pipeline& pipeline) const {
    for (const auto& given : request_.tables)
      add_origins(pipeline, given.name, given, find_core_table(given.name)->options);
    for (const auto& [name, plugin] : plugins_)
      add_origins(pipeline, name, plugin.given, plugin.choice.component.description.options);
    for (std::size_t i = 0; i < groups_.size(); ++i)
      add_origins(pipeline, "optimizer.groups[" + std::to_string(i) + "]", groups_[i].given, group_options());
    for (const auto& sink : sinks_)
      add_origins(pipeline, sink.table, sink.given, sink.choice.component.description.options);
  }

  static void add_origins(Pipeline& pipeline, const std::string& table, const GivenTable& given,
                          const std::vector<OptionDescription>& declared) {
    for (const auto& option : declared) {
      const auto* value = given.find(option.name);
      if (value == nullptr) continue;
      const auto message = value->at_value("");
      pipeline.origins[table + "." + option.name] = {user_place(message.place), message.source_line,
                                                     message.caret_length, help_line(option)};
    }
  }

  const std::filesystem::path& file_;
  PluginRegistry& registry_;
  const Request& request_;
  Problems& problems_;
  std::vector<std::filesystem::path> plugin_paths_;
  std::map<std::string, OptionValues, std::less<>> core_values_;  ///< Of the tables that are the core's alone.
  std::map<std::string, CheckedPlugin, std::less<>> plugins_;     ///< By table.
  std::vector<CheckedPlugin> sinks_;
  std::vector<CheckedGroup> groups_;
};

}  // namespace

Pipeline load_pipeline(const std::filesystem::path& file, const std::vector<Override>& overrides,
                       PluginRegistry& registry) {
  Problems problems;
  const auto request = read_request(file, overrides, problems);
  return check_request(file, *request, registry, problems);
}

Pipeline check_request(const std::filesystem::path& file, const Request& request, PluginRegistry& registry,
                       Problems& problems) {
  return Loader(file, registry, request, problems).load();
}

Message point_at(const Pipeline& pipeline, std::string_view table, std::string_view option, const std::string& text) {
  Message message;
  message.place.file = pipeline.file.string();
  message.text = text;
  const auto origin = pipeline.origins.find(std::string(table) + "." + std::string(option));
  if (origin == pipeline.origins.end()) return message;
  message.place = origin->second.place;
  message.source_line = origin->second.source_line;
  message.caret_length = origin->second.caret_length;
  if (!origin->second.help.empty()) message.notes.push_back(origin->second.help);
  return message;
}

}  // namespace fthost
