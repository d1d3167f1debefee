#include "core/plugins/conformance.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fthost/error.h>
#include <fthost/freezing.h>
#include <fthost/metrics.h>
#include <fthost/reader.h>
#include <fthost/schedule.h>
#include <fthost/sink.h>

#include "core/plugins/guard.h"
#include "core/plugins/library.h"

namespace fthost {
namespace {

using Values = std::map<std::string, OptionValue, std::less<>>;
using Verdict = CheckResult::Verdict;

/// A thread that goes on when its code is gone ends the process within this time.
constexpr std::chrono::milliseconds kLeftThreads{50};

/// A value of the option's type that its declaration allows, where the option has no default.
OptionValue made_up(const OptionDescription& option) {
  double number = std::clamp(0.0, option.min.value_or(0), std::max(option.min.value_or(0), option.max.value_or(0)));
  if (option.min_excluded && number == *option.min)
    number = option.max ? (*option.min + *option.max) / 2 : *option.min + 1;
  const auto whole = static_cast<std::int64_t>(std::ceil(number));
  switch (option.type) {
    case OptionType::boolean:
      return false;
    case OptionType::integer:
      return option.min_excluded ? static_cast<std::int64_t>(*option.min) + 1 : whole;
    case OptionType::real:
      return number;
    case OptionType::text:
      return option.choices.empty() ? "made-up" : option.choices.front();
    case OptionType::path:
      return std::string("/nonexistent/made-up");
    case OptionType::texts:
      return std::vector<std::string>{"made-up"};
    case OptionType::integers:
      return std::vector{whole};
    case OptionType::reals:
      return std::vector{number};
  }
  return false;
}

/// Defaults, what was given, and for the rest that is required something made up.
struct Sample {
  Values values;
  std::vector<std::string> not_given;  ///< Options without a default, which the author's own rules may ask for.
};

Sample sample_of(const ComponentDescription& component,
                 const std::map<std::string, std::string, std::less<>>& all_given) {
  Sample sample;
  for (const auto& option : component.options) {
    const auto given = all_given.find(option.name);
    if (given != all_given.end()) {
      sample.values[option.name] = option.type == OptionType::texts
                                       ? OptionValue(std::vector<std::string>{given->second})
                                       : OptionValue(given->second);
    } else if (option.default_value) {
      sample.values[option.name] = *option.default_value;
    } else {
      if (option.required) sample.values[option.name] = made_up(option);
      sample.not_given.push_back(option.name);
    }
  }
  return sample;
}

Sample sample_of(const CheckSubject& subject) {
  return sample_of(subject.component, subject.given);
}

std::string shown(const std::string& option, const OptionValue& value) {
  return option + " = " + toml_value(value);
}

/// It stays open until the process ends: that it can be closed is a check of its own.
OpenLibrary& open(const CheckSubject& subject) {
  subject.trying("opening the library");
  static const auto library = OpenLibrary::open(subject.library, subject.identity);
  return *library;
}

std::shared_ptr<Component> create(OpenLibrary& library, const CheckSubject& subject, Values values) {
  return library.create(subject.component.kind, subject.component.name, Options(std::move(values)));
}

/// Kinds with tensors are left out: their classes need LibTorch to be named.
bool is_of_its_kind(Component* made, Kind kind) {
  switch (kind) {
    case Kind::reader:
      return dynamic_cast<Reader*>(made) != nullptr;
    case Kind::freezing:
      return dynamic_cast<Freezing*>(made) != nullptr;
    case Kind::schedule:
      return dynamic_cast<Schedule*>(made) != nullptr;
    case Kind::sink:
      return dynamic_cast<Sink*>(made) != nullptr;
    case Kind::model:
    case Kind::head:
    case Kind::optimizer:
      break;
  }
  return true;
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

CheckResult opens(const CheckSubject& subject) {
  const auto start = std::chrono::steady_clock::now();
  open(subject);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  return {Verdict::kept, "in " + std::to_string(std::lround(std::ceil(took.count()))) + " ms"};
}

/// What the component says against the values that it was made with.
CheckResult refused(const Sample& sample, const std::string& why) {
  if (sample.not_given.empty()) return {Verdict::broken, "it refuses its own defaults: " + one_line(why)};
  return {Verdict::not_tried,
          "it needs real values (--with OPTION=VALUE) for " + comma_separated(sample.not_given) + ": " + one_line(why)};
}

CheckResult created_twice(const CheckSubject& subject) {
  auto& library = open(subject);
  const auto sample = sample_of(subject);
  for (const char* time : {"first", "second"}) {
    subject.trying("creating it for the " + std::string(time) + " time");
    std::shared_ptr<Component> made;
    try {
      made = create(library, subject, sample.values);
    } catch (const OptionError& e) {
      require_declared(subject.component, "it", e);
      return refused(sample, e.option() + ": " + e.what());
    } catch (const InputError& e) {
      return refused(sample, e.what());
    }
    if (!is_of_its_kind(made.get(), subject.component.kind))
      return {Verdict::broken,
              "it is of another class than kind " + std::string(kind_name(subject.component.kind)) + " has"};
    subject.trying("destroying it for the " + std::string(time) + " time");
    made.reset();
  }
  return {};
}

/// The number next to `bound`: above it, or below it where `direction` is negative.
double next_to(double bound, double direction) {
  return std::nextafter(bound, direction * std::numeric_limits<double>::infinity());
}

/// The ends of a number's range, the choices of a text, and no text where any is allowed.
std::vector<OptionValue> allowed_values(const OptionDescription& option) {
  std::vector<OptionValue> values;
  const auto add = [&](std::optional<double> bound, bool excluded, double inwards) {
    if (!bound) return;
    if (option.type == OptionType::integer)
      values.emplace_back(static_cast<std::int64_t>(*bound) + (excluded ? static_cast<std::int64_t>(inwards) : 0));
    if (option.type == OptionType::real) values.emplace_back(excluded ? next_to(*bound, inwards) : *bound);
  };
  add(option.min, option.min_excluded, 1);
  add(option.max, option.max_excluded, -1);
  for (const auto& choice : option.choices) values.emplace_back(choice);
  if (option.type == OptionType::text && option.choices.empty()) values.emplace_back(std::string());
  if (option.type == OptionType::boolean) values = {false, true};
  return values;
}

/// What the declaration rules out: the number next to each end of its range, a text that is no choice, an empty path,
/// and last a value of another type.
std::vector<OptionValue> wrong_values(const OptionDescription& option) {
  std::vector<OptionValue> values;
  const auto add = [&](std::optional<double> bound, bool excluded, double outwards) {
    if (!bound) return;
    const double real = excluded ? *bound : next_to(*bound, outwards);
    const auto integer = static_cast<std::int64_t>(*bound) + (excluded ? 0 : static_cast<std::int64_t>(outwards));
    if (option.type == OptionType::integer) values.emplace_back(integer);
    if (option.type == OptionType::real) values.emplace_back(real);
    if (option.type == OptionType::integers) values.emplace_back(std::vector{integer});
    if (option.type == OptionType::reals) values.emplace_back(std::vector{real});
  };
  add(option.min, option.min_excluded, -1);
  add(option.max, option.max_excluded, 1);
  if (!option.choices.empty()) values.emplace_back(std::string("no-such-choice"));
  if (option.type == OptionType::path) values.emplace_back(std::string());
  values.emplace_back(option.type == OptionType::boolean ? OptionValue(std::string("true")) : OptionValue(true));
  return values;
}

/// `values` with another one for `option`.
Values with(Values values, const OptionDescription& option, const OptionValue& value) {
  values[option.name] = value;
  return values;
}

/// Options of which one is wrong, and which that is.
struct WrongOptions {
  std::string what;
  Values values;
};

std::vector<WrongOptions> wrong_options_of(const ComponentDescription& component, const Values& sample) {
  std::vector<WrongOptions> all;
  for (const auto& option : component.options) {
    for (const auto& value : wrong_values(option))
      all.push_back({shown(option.name, value), with(sample, option, value)});
    if (!option.required) continue;
    all.push_back({"no " + option.name, sample});
    all.back().values.erase(option.name);
  }
  return all;
}

/// What the component says against values that it allows; nothing when it takes them, or refuses them as it may.
std::string objection(OpenLibrary& library, const CheckSubject& subject, Values values) {
  try {
    create(library, subject, std::move(values));
  } catch (const OptionError& e) {
    // Its right, as a value may be wrong together with others.
    require_declared(subject.component, "it", e);
  } catch (const InputError&) {
    // Likewise.
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

CheckResult bounds(const CheckSubject& subject) {
  auto& library = open(subject);
  const auto sample = sample_of(subject).values, made_up_sample = sample_of(subject.component, {}).values;
  std::size_t tried = 0;
  for (const auto& option : subject.component.options)
    for (const auto& value : allowed_values(option)) {
      const auto what = shown(option.name, value);
      if (!subject.host_takes(Options(with(made_up_sample, option, value))))
        return {Verdict::broken, "the host refuses " + what + ", which is allowed by its declaration"};
      subject.trying("creating it with " + what);
      ++tried;
      const auto said = objection(library, subject, with(sample, option, value));
      if (!said.empty())
        return {Verdict::broken, std::string("with ").append(what).append(": ").append(said) +
                                     "; expected it to be taken, or an OptionError"};
    }
  if (tried == 0) return {Verdict::not_tried, "no option has a range, choices, or free text"};
  return {Verdict::kept, std::to_string(tried) + " tried"};
}

CheckResult wrong_options(const CheckSubject& subject) {
  if (subject.component.options.empty()) return {Verdict::not_tried, "it has no options"};
  const auto sample = sample_of(subject.component, {}).values;
  if (!subject.host_takes(Options(sample))) return {Verdict::broken, "the host refuses what its declarations allow"};
  const auto all = wrong_options_of(subject.component, sample);
  for (const auto& [what, values] : all) {
    subject.trying("asking the host about " + what);
    if (subject.host_takes(Options(values)))
      return {Verdict::broken, "the host takes " + what + ", which is ruled out by its declaration"};
  }
  return {Verdict::kept, std::to_string(all.size()) + " tried, each refused by the host"};
}

/// What the Options say when a constructor asks for a value that is not there, or for one of another type.
bool is_from_options(const Error& error) {
  return std::string_view(error.what()).find("the component asks for its option '") != std::string_view::npos;
}

CheckResult survives_wrong_options(const CheckSubject& subject) {
  if (subject.component.options.empty()) return {Verdict::not_tried, "it has no options"};
  auto& library = open(subject);
  const auto all = wrong_options_of(subject.component, sample_of(subject).values);
  std::size_t refused = 0, thrown = 0;
  for (const auto& [what, values] : all) {
    subject.trying("creating it with " + what);
    try {
      create(library, subject, values);
    } catch (const OptionError&) {
      ++refused;
    } catch (const Error& error) {
      ++(is_from_options(error) ? refused : thrown);
    }
  }
  auto found = std::to_string(all.size()) + " tried, " + std::to_string(refused) + " of them refused by it";
  if (thrown != 0) found += ", " + std::to_string(thrown) + " ended in another exception";
  return {Verdict::kept, found};
}

CheckResult exceptions_cross(const CheckSubject& subject) {
  if (subject.component.options.empty()) return {Verdict::not_tried, "it has no options"};
  auto& library = open(subject);
  for (const auto& option : subject.component.options) {
    auto values = sample_of(subject).values;
    values[option.name] = wrong_values(option).back();
    subject.trying("letting its constructor ask for " + option.name + " of another type");
    try {
      create(library, subject, std::move(values));
    } catch (const OptionError&) {
      // Of its own making: no exception of the host's came through.
    } catch (const Error& e) {
      const std::string said = e.what();
      if (said.find("asks for its option '" + option.name + "' by another type than it declared") != std::string::npos)
        return {};
    }
  }
  return {Verdict::not_tried, "its constructor asks for none of its options, or hides what happens then"};
}

/// Four layers of two tensors, with embeddings and a head, under names as a checkpoint has them.
Topology made_up_topology() {
  constexpr int kLayers = 4;
  Topology topology;
  topology.hidden_size = topology.intermediate_size = 2;
  topology.attention_heads = 1;
  const auto add = [&](const std::string& stage, const std::string& tensor) {
    topology.stages.push_back({stage});
    const auto index = static_cast<int>(topology.stages.size()) - 1;
    topology.tensors.push_back({tensor + ".weight", {2, 2}, index});
    topology.tensors.push_back({tensor + ".bias", {2}, index});
  };
  add("embeddings", "embeddings.LayerNorm");
  for (int i = 0; i < kLayers; ++i)
    add("layer." + std::to_string(i), "encoder.layer." + std::to_string(i) + ".output.dense");
  add("head", "classifier");
  return topology;
}

/// What a strategy is told before an epoch. No two tensors and no two epochs have the same gradients.
Progress made_up_progress(int epoch, int epochs, const MetricTable& metrics, const Topology& topology, bool norms) {
  Progress progress{epoch, epochs, std::int64_t{10} * std::max(epoch - 1, 0), &metrics, {}};
  for (std::size_t i = 0; norms && epoch > 1 && i < topology.tensors.size(); ++i)
    progress.gradient_norms.push_back(static_cast<double>(i + 1) / static_cast<double>(epoch + static_cast<int>(i)));
  return progress;
}

/// Asks for each epoch twice. Returns the first one that was answered in two ways.
std::optional<int> epoch_of_two_answers(Freezing& freezing, const CheckSubject& subject) {
  constexpr int kEpochs = 5;
  const auto topology = made_up_topology();
  const bool norms = dynamic_cast<GradientNormReader*>(&freezing) != nullptr;
  MetricTable metrics;
  for (int epoch = 0; epoch <= kEpochs; ++epoch) {
    subject.trying("asking it before epoch " + std::to_string(epoch));
    const auto progress = made_up_progress(epoch, kEpochs, metrics, topology, norms);
    if (freezing.learns(topology, progress) != freezing.learns(topology, progress)) return epoch;
    for (const auto* figure : {"train_loss", "dev_loss", "dev_f1", "dev_precision", "dev_recall"})
      if (epoch > 0) metrics.set(figure, epoch, 0.5);
  }
  return std::nullopt;
}

CheckResult asked_twice(const CheckSubject& subject) {
  auto& library = open(subject);
  std::shared_ptr<Component> made;
  try {
    subject.trying("creating it");
    made = create(library, subject, sample_of(subject).values);
  } catch (const Error& e) {
    return {Verdict::not_tried, "it could not be made: " + one_line(e.what())};
  }
  auto* freezing = dynamic_cast<Freezing*>(made.get());
  if (freezing == nullptr) return {Verdict::not_tried, "it is of another class than its kind has"};
  std::string refusal;
  const auto complain = [&](const OptionError& e) {
    require_declared(subject.component, "it", e);
    refusal = "it refuses a made-up model of 4 layers: " + e.option() + ": " + one_line(e.what());
  };
  try {
    const auto epoch = guard_plugin([] { return std::string("it failed while choosing what learns"); }, complain,
                                    [&] { return epoch_of_two_answers(*freezing, subject); });
    if (!epoch) return {};
    return {Verdict::broken, "before epoch " + std::to_string(*epoch) + " it gave two answers to the same progress"};
  } catch (const PluginFailure&) {
    if (refusal.empty()) throw;
    return {Verdict::not_tried, refusal};
  }
}

CheckResult unloads(const CheckSubject& subject) {
  subject.trying("opening the library");
  auto library = OpenLibrary::open(subject.library, subject.identity);
  try {
    subject.trying("creating it");
    create(*library, subject, sample_of(subject).values);
  } catch (const Error&) {
    // Without an object then.
  }
  subject.trying("closing the library");
  library.reset();
  subject.trying("waiting for threads that it left");
  std::this_thread::sleep_for(kLeftThreads);
  if (!is_in_process(subject.library)) return {};
  return {Verdict::broken,
          "it stays in the process after its last object is gone; the usual cause is a variable that is inline or in a "
          "template and not hidden: compile with -fvisibility=hidden, as fthost_add_plugin does"};
}

}  // namespace

bool is_in_process(const std::filesystem::path& library) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.ends_with(" " + library.string())) return true;
  return false;
}

const std::array<ConformanceCheck, 8> kConformanceChecks = {{
    {"opens", opens, false},
    {"created twice", created_twice, false},
    {"bounds", bounds, false},
    {"wrong options", wrong_options, false},
    {"survives wrong options", survives_wrong_options, false},
    {"exceptions cross", exceptions_cross, false},
    {"asked twice", asked_twice, false, Kind::freezing},
    {"unloads", unloads, true},
}};

}  // namespace fthost
