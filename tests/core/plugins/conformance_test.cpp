/// The part of the conformance checks that is about the host: what it takes of a component's options, and what not.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/plugins/conformance.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

OptionDescription option(std::string name, OptionType type, std::optional<OptionValue> by_default = {}) {
  OptionDescription made;
  made.name = std::move(name);
  made.type = type;
  made.required = !by_default.has_value();
  made.default_value = std::move(by_default);
  return made;
}

/// A component with an option of each type, which no library has.
ComponentDescription component() {
  auto layers = option("layers", OptionType::integer, OptionValue(std::int64_t{1}));
  layers.min = 0, layers.max = 12;
  auto share = option("share", OptionType::real, OptionValue(.5));
  share.min = 0, share.min_excluded = true, share.max = 1;
  auto mode = option("mode", OptionType::text, OptionValue(std::string("a")));
  mode.choices = {"a", "b"};
  auto counts = option("counts", OptionType::integers, OptionValue(std::vector<std::int64_t>{2}));
  counts.min = 2;
  return {Kind::schedule,
          "made-up",
          "Stands nowhere.",
          {},
          {layers, share, mode, counts, option("on", OptionType::boolean, OptionValue(false)),
           option("word", OptionType::text), option("path", OptionType::path),
           option("names", OptionType::texts, OptionValue(std::vector<std::string>{}))}};
}

using HostTakes = std::function<bool(const Options&)>;

CheckResult wrong_options(HostTakes host_takes) {
  const auto is_meant = [](const ConformanceCheck& check) { return check.name == "wrong options"; };
  const auto check = std::ranges::find_if(kConformanceChecks, is_meant);
  REQUIRE(check != kConformanceChecks.end());
  return check->run({.library = {},
                     .identity = {},
                     .component = component(),
                     .given = {},
                     .trying = [](const std::string&) {},
                     .host_takes = std::move(host_takes)});
}

/// The value, when there is one and it is a T.
template <class T>
const T* value_of(const Options& options, const char* name) {
  const auto found = options.values().find(name);
  return found == options.values().end() ? nullptr : std::get_if<T>(&found->second);
}

/// The rules that component() declares, written down once more.
bool is_allowed(const Options& options) {
  const auto* layers = value_of<std::int64_t>(options, "layers");
  const auto* share = value_of<double>(options, "share");
  const auto* mode = value_of<std::string>(options, "mode");
  const auto* counts = value_of<std::vector<std::int64_t>>(options, "counts");
  const auto* path = value_of<std::string>(options, "path");
  return layers != nullptr && *layers >= 0 && *layers <= 12 && share != nullptr && *share > 0 && *share <= 1 &&
         mode != nullptr && (*mode == "a" || *mode == "b") && counts != nullptr &&
         std::ranges::all_of(*counts, [](std::int64_t n) { return n >= 2; }) && path != nullptr && !path->empty() &&
         value_of<bool>(options, "on") != nullptr && value_of<std::string>(options, "word") != nullptr &&
         value_of<std::vector<std::string>>(options, "names") != nullptr;
}

}  // namespace

TEST_CASE("conformance asks the host to refuse what a declaration rules out, and only that", "[unit][plugins]") {
  std::vector<Options> asked;
  const auto result = wrong_options([&](const Options& options) {
    asked.push_back(options);
    return is_allowed(options);
  });
  CHECK(result.verdict == CheckResult::Verdict::kept);
  // Two ends and another type; the same; no choice and another type; an end and another type; another type; another
  // type and left out; an empty path, another type and left out; another type.
  CHECK(result.detail == "17 tried, each refused by the host");
  REQUIRE(asked.size() == 18);
  CHECK(is_allowed(asked.front()));
  for (std::size_t i = 1; i < asked.size(); ++i) CHECK_FALSE(is_allowed(asked[i]));
}

TEST_CASE("conformance says what a host takes though it is wrong, or refuses though it is right", "[unit][plugins]") {
  const auto careless = wrong_options([](const Options& options) {
    const auto* layers = value_of<std::int64_t>(options, "layers");
    return is_allowed(options) || (layers != nullptr && *layers == 13);
  });
  CHECK(careless.verdict == CheckResult::Verdict::broken);
  CHECK(careless.detail == "the host takes layers = 13, which is ruled out by its declaration");
  const auto forgetful = wrong_options([](const Options& options) {
    auto completed = options.values();
    completed.emplace("word", std::string("a"));
    return is_allowed(Options(completed));
  });
  CHECK(forgetful.detail == "the host takes no word, which is ruled out by its declaration");
  const auto strict = wrong_options([](const Options&) { return false; });
  CHECK(strict.verdict == CheckResult::Verdict::broken);
  CHECK(strict.detail == "the host refuses what its declarations allow");
}
