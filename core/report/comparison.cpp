#include "core/report/comparison.h"

#include <fthost/message.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/report/kinds.h"

namespace fthost::report {
namespace {

constexpr std::size_t kMostInLabel = 2;  ///< Options; more of them are better told by the folder's name.
constexpr std::size_t kHashLetters = 8;

/// Options that change no figure but by chance.
bool is_incidental(std::string_view option) {
  static const std::set<std::string_view> names = {"run.seed", "run.name", "run.output", "run.default_sinks",
                                                   "cache.path"};
  return names.contains(option) || option.starts_with("sinks.");
}

/// Options that are paths, and what of the bytes there is in run.json: files are the same wherever they lie.
struct FileOptions {
  std::string_view name;  ///< Of the bytes, in a key.
  std::vector<std::string_view> paths;
  std::vector<std::string> RunFiles::*hashes;
};

const std::vector<FileOptions>& file_options() {
  static const std::vector<FileOptions> all = {
      {"data.sha256", {"data.train", "data.dev", "data.test"}, &RunFiles::data_hashes},
      {"model.sha256", {"model.path"}, &RunFiles::model_hashes}};
  return all;
}

/// The first letters of each SHA-256.
std::string hashes_text(const std::vector<std::string>& hashes, std::size_t letters = std::string::npos) {
  std::string text;
  for (const auto& hash : hashes) text.append(text.empty() ? "" : " ").append(hash.substr(0, letters));
  return text;
}

OptionTexts key_of(const RunFiles& run) {
  OptionTexts key;
  for (const auto& [name, value] : run.options)
    if (!is_incidental(name)) key[name] = value;
  for (const auto& files : file_options()) {
    if ((run.*files.hashes).empty()) continue;
    for (const auto path : files.paths) key.erase(std::string(path));
    key[std::string(files.name)] = hashes_text(run.*files.hashes);
  }
  if (!run.device.empty()) key["run.device"] = run.device;
  return key;
}

bool is_by_name(std::string_view plugin) {
  return plugin == "\"by-name\"";
}

/// Strategies whose choice does not change in a run: what learns says all of them, whichever it is. By name a part of a
/// layer may learn: then it does not.
bool stands_still(const OptionTexts& options, const Setting& setting) {
  static const std::set<std::string, std::less<>> plugins = {"\"classifier-only\"", "\"last-n-layers\"", "\"full\""};
  const auto plugin = value_in(options, "freezing.plugin");
  return plugins.contains(plugin) || (is_by_name(plugin) && !setting.name.ends_with("by name"));
}

/// The options without those that say no more than what learns.
OptionTexts besides_setting(OptionTexts options, const Setting& setting) {
  if (!stands_still(options, setting)) return options;
  std::erase_if(options, [](const auto& option) {
    return option.first.starts_with("freezing.") && option.first != "freezing.frozen_dropout";
  });
  return options;
}

/// Runs of one key and state, before they have a label.
struct Bundle {
  Setting setting;
  OptionTexts key;
  OptionTexts besides;  ///< The key without what the setting says, as people are told it.
  std::vector<const RunFiles*> runs;

  explicit Bundle(const RunFiles& run)
      : setting(setting_of(run)), key(key_of(run)), besides(besides_setting(key, setting)), runs{&run} {}

  const RunFiles& first() const { return *runs.front(); }
  std::string folder() const { return folder_of_study(first().folder).filename().string(); }
  bool has_seed_of(const RunFiles& run) const {
    return std::ranges::any_of(runs, [&](const RunFiles* each) { return each->seed == run.seed; });
  }
};

bool are_alike(const Bundle& a, const Bundle& b) {
  return !a.first().options.empty() && a.key == b.key && a.setting == b.setting;
}

/// Are the runs of `more` other seeds of what is in `bundle`?
bool takes(const Bundle& bundle, const Bundle& more) {
  const auto is_there = [&](const RunFiles* run) { return bundle.has_seed_of(*run); };
  return are_alike(bundle, more) && bundle.first().state == more.first().state &&
         std::ranges::none_of(more.runs, is_there);
}

bool takes_on_one_machine(const Bundle& bundle, const Bundle& more) {
  return takes(bundle, more) && bundle.first().machine == more.first().machine;
}

template <class Takes>
void add(std::vector<Bundle>& bundles, Bundle more, const Takes& takes_it) {
  const auto found = std::ranges::find_if(bundles, [&](const Bundle& each) { return takes_it(each, more); });
  if (found == bundles.end())
    bundles.push_back(std::move(more));
  else
    found->runs.insert(found->runs.end(), more.runs.begin(), more.runs.end());
}

std::string fact_of(const RunFiles& run, std::string_view name) {
  const auto found = std::ranges::find(run.versions, name, &Facts::value_type::first);
  return found == run.versions.end() ? "" : found->second;
}

/// What sets `a` apart from a bundle of the same options: its state, else its machine, else its name.
void tell_apart(Bundle& a, const Bundle& b) {
  const auto &one = a.first(), &other = b.first();
  if (one.state != other.state) {
    a.besides["run.state"] = one.state;
    return;
  }
  bool differs = false;
  for (const auto* name : {"cpu", "device", "precision", "threads"}) {
    if (fact_of(one, name) == fact_of(other, name)) continue;
    a.besides[std::string("machine.") + name] = fact_of(one, name);
    differs = true;
  }
  if (!differs) a.besides["run.name"] = one.name;
}

void tell_repeats_apart(std::vector<Bundle>& bundles) {
  for (auto& a : bundles)
    for (const auto& b : bundles)
      if (&a != &b && are_alike(a, b)) tell_apart(a, b);
}

OptionTexts paths_of(const Bundle& bundle, const FileOptions& files) {
  OptionTexts paths;
  for (const auto name : files.paths)
    if (const auto found = bundle.first().options.find(name); found != bundle.first().options.end())
      paths.insert(*found);
  return paths;
}

/// People know files by their paths: the first ones at which these bytes were. Where other bytes have the same paths,
/// only the hashes tell.
void name_files(std::vector<Bundle>& bundles, const FileOptions& files) {
  std::map<std::string, OptionTexts> paths;  // by the hashes
  for (const auto& each : bundles)
    if (const auto found = each.key.find(files.name); found != each.key.end())
      paths.try_emplace(found->second, paths_of(each, files));
  std::set<OptionTexts> different;
  for (const auto& [hashes, each] : paths) different.insert(each);
  for (auto& each : bundles) {
    if (each.besides.erase(std::string(files.name)) == 0) continue;
    if (different.size() == paths.size())
      each.besides.merge(OptionTexts(paths[each.key.find(files.name)->second]));
    else
      each.besides[std::string(files.name)] = hashes_text(each.first().*files.hashes, kHashLetters);
  }
}

/// Seeds that ran on one machine come together first: only they have a mean of seconds.
std::vector<Bundle> bundle(const std::vector<RunFiles>& runs) {
  std::vector<Bundle> of_machines, bundles;
  for (const auto& run : runs) add(of_machines, Bundle(run), takes_on_one_machine);
  for (auto& each : of_machines) add(bundles, std::move(each), takes);
  for (const auto& files : file_options()) name_files(bundles, files);
  tell_repeats_apart(bundles);
  return bundles;
}

/// The options that differ between bundles of one setting.
std::set<std::string> differing_options(const std::vector<Bundle>& bundles) {
  std::set<std::string> differing;
  for (const auto& a : bundles)
    for (const auto& b : bundles) {
      if (a.setting != b.setting) continue;
      for (const auto& [name, value] : a.besides)
        if (value_in(b.besides, name) != value) differing.insert(name);
    }
  return differing;
}

/// Does the folder's name tell the bundles of each setting apart, as far as they differ?
bool folders_tell_apart(const std::vector<Bundle>& bundles) {
  std::map<std::pair<std::string, std::string>, OptionTexts> seen;
  return std::all_of(bundles.begin(), bundles.end(), [&](const Bundle& b) {
    return seen.try_emplace({b.setting.name, b.folder()}, b.besides).first->second == b.besides;
  });
}

OptionTexts varied_of(const Bundle& bundle, const std::set<std::string>& differing) {
  OptionTexts varied;
  for (const auto& name : differing) varied[name] = value_in(bundle.besides, name);
  return varied;
}

std::string text_of(const OptionTexts& options) {
  std::vector<std::string> texts;
  texts.reserve(options.size());
  for (const auto& [name, value] : options) texts.push_back(std::string(name).append(" = ").append(value));
  return comma_separated(texts);
}

/// Where the values of an option stand among each other: numbers by size, others in the order of the bundles.
std::map<std::string, double> ranks_of(const std::string& option, const std::vector<Bundle>& bundles) {
  std::map<std::string, double> ranks, numbers;
  for (const auto& each : bundles) {
    const auto value = value_in(each.besides, option);
    ranks.try_emplace(value, static_cast<double>(ranks.size()));
    if (const auto number = option_number(value)) numbers[value] = *number;
  }
  return numbers.size() == ranks.size() ? numbers : ranks;
}

void sort(std::vector<Bundle>& bundles, const std::set<std::string>& differing) {
  std::map<std::string, std::map<std::string, double>> ranks;
  for (const auto& option : differing) ranks[option] = ranks_of(option, bundles);
  const auto place = [&](const Bundle& bundle) {
    std::vector<double> own;
    own.reserve(ranks.size());
    for (const auto& [option, by_value] : ranks) own.push_back(by_value.at(value_in(bundle.besides, option)));
    return std::tuple(bundle.setting.order, bundle.setting.name, own);
  };
  std::stable_sort(bundles.begin(), bundles.end(),
                   [&](const Bundle& a, const Bundle& b) { return place(a) < place(b); });
}

/// The sentences that the figures were measured on, and how they were scored.
std::string data_of(const Bundle& bundle) {
  std::string text;
  for (const auto* name : {"data.sha256", "data.train", "data.dev", "data.test", "data.split", "data.sentences"})
    text.append(value_in(bundle.key, name)).append("\n");
  return text + f1_kind(bundle.key);
}

bool lie_in_several_folders(const std::vector<Bundle>& bundles) {
  const auto elsewhere = [&](const Bundle& each) { return each.folder() != bundles.front().folder(); };
  return std::any_of(bundles.begin(), bundles.end(), elsewhere);
}

/// Runs of which nothing is known but their name bear that.
void make_unique(std::vector<Group>& groups) {
  std::map<std::string, int> count;
  for (const auto& group : groups) ++count[group.label];
  for (auto& group : groups)
    if (count[group.label] > 1) group.label += " (" + group.runs.front()->name + ")";
  std::map<std::string, int> seen;
  for (auto& group : groups)
    if (const int number = ++seen[group.label]; number > 1) group.label += " " + std::to_string(number);
}

/// Of the epochs that have it.
std::map<int, double> figures_of(const RunFiles& run, std::string_view figure) {
  std::map<int, double> values;
  for (const auto& row : run.epochs)
    if (const auto found = row.figures.find(figure); found != row.figures.end())
      values.try_emplace(row.epoch, found->second);
  return values;
}

std::optional<double> figure_at(const RunFiles& run, std::string_view figure, int epoch) {
  const auto values = figures_of(run, figure);
  const auto found = values.find(epoch);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

/// Seconds of different machines have none.
bool has_mean(const Group& group, std::string_view figure) {
  return figure != "seconds" || group.is_of_one_machine();
}

double sum_of(const std::map<int, double>& values) {
  double sum = 0;
  for (const auto& [epoch, value] : values) sum += value;
  return sum;
}

}  // namespace

Setting setting_of(const RunFiles& run) {
  const int layers = static_cast<int>(run.layers), learning = static_cast<int>(run.learning_layers);
  if (run.frozen_parameters == 0) return {"full", std::numeric_limits<int>::max()};
  if (run.boundary == std::to_string(layers)) return {"classifier only", 0};
  const auto some = std::to_string(learning) + " of " + std::to_string(layers) + " layers";
  const auto plugin = run.options.find("freezing.plugin");
  if (plugin != run.options.end() && is_by_name(plugin->second)) return {some + " by name", learning};
  if (run.boundary == std::to_string(layers - learning)) return {"last " + std::to_string(learning), learning};
  return {some, learning};
}

std::optional<double> option_number(std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_whole = error == std::errc() && end == value.data() + value.size();
  return is_whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<Spread> spread_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return Spread{mean, values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0, values.size()};
}

int last_epoch(const RunFiles& run) {
  if (run.kept_epoch) return *run.kept_epoch;
  int last = 0;
  for (const auto& row : run.epochs) last = std::max(last, row.epoch);
  return last;
}

std::optional<Spread> Group::over(const std::function<std::optional<double>(const RunFiles&)>& figure) const {
  std::vector<double> values;
  for (const auto* run : runs)
    if (const auto value = figure(*run)) values.push_back(*value);
  return spread_of(values);
}

bool Group::is_of_one_machine() const {
  return std::ranges::all_of(runs, [&](const RunFiles* run) { return run->machine == runs.front()->machine; });
}

std::map<int, Spread> Group::by_epoch(std::string_view figure) const {
  if (!has_mean(*this, figure)) return {};
  std::map<int, std::vector<double>> values;
  for (const auto* run : runs)
    for (const auto& [epoch, value] : figures_of(*run, figure)) values[epoch].push_back(value);
  std::map<int, Spread> spreads;
  for (const auto& [epoch, each] : values) spreads[epoch] = *spread_of(each);
  return spreads;
}

std::optional<Spread> Group::at_end(std::string_view figure) const {
  return over([&](const RunFiles& run) {
    const auto kept = run.kept.find(figure);
    return kept != run.kept.end() ? std::optional(kept->second) : figure_at(run, figure, last_epoch(run));
  });
}

std::optional<Spread> Group::sum(std::string_view figure) const {
  if (!has_mean(*this, figure)) return std::nullopt;
  return over([&](const RunFiles& run) -> std::optional<double> {
    const auto values = figures_of(run, figure);
    return values.empty() ? std::nullopt : std::optional(sum_of(values));
  });
}

std::optional<Spread> Group::mean(std::string_view figure) const {
  if (!has_mean(*this, figure)) return std::nullopt;
  return over([&](const RunFiles& run) -> std::optional<double> {
    const auto values = figures_of(run, figure);
    return values.empty() ? std::nullopt : std::optional(sum_of(values) / static_cast<double>(values.size()));
  });
}

std::vector<Group> compare(const std::vector<RunFiles>& runs) {
  auto bundles = bundle(runs);
  const auto differing = differing_options(bundles);
  const bool by_folder = differing.size() > kMostInLabel && folders_tell_apart(bundles);
  const bool several_folders = lie_in_several_folders(bundles);
  sort(bundles, by_folder ? std::set<std::string>() : differing);
  std::vector<Group> groups;
  for (auto& each : bundles) {
    // Tasks have other data: whatever else is alike, they are not to be compared.
    const auto& task = each.first().task;
    const auto varied = by_folder || !task.empty() ? OptionTexts() : varied_of(each, differing);
    const auto variant = !task.empty() ? (several_folders ? each.folder() + " " : "") + task
                         : by_folder   ? each.folder()
                                       : text_of(varied);
    const auto label = each.setting.name + (variant.empty() ? "" : ", " + variant);
    groups.push_back({label, each.setting, variant, varied, data_of(each), f1_kind(each.key), loss_kind(each.key),
                      std::move(each.runs)});
  }
  make_unique(groups);
  return groups;
}

std::vector<Setting> settings_of(const std::vector<Group>& groups) {
  std::vector<Setting> settings;
  for (const auto& group : groups)
    if (settings.empty() || settings.back() != group.setting) settings.push_back(group.setting);
  return settings;
}

std::vector<std::string> variants_of(const std::vector<Group>& groups) {
  std::vector<std::string> variants;
  for (const auto& group : groups)
    if (std::find(variants.begin(), variants.end(), group.variant) == variants.end()) variants.push_back(group.variant);
  return variants;
}

}  // namespace fthost::report
