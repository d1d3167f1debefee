// The resolved text is a pipeline again, whatever the values: random ones through --set, and back through the file.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "core/formats/utf8.h"
#include "core/pipeline/pipeline.h"
#include "tests/catch.h"
#include "tests/core/pipeline/fake_plugins.h"
#include "tests/temporary_folder.h"

using namespace fthost;

namespace {

/// Any scalar value but the surrogates, low ones more often.
std::string any_text() {
  std::string text;
  for (const auto value : *rc::gen::container<std::vector<std::uint32_t>>(
           rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0, 0x110000))))
    if (value < 0xD800 || value > 0xDFFF) utf8::append(text, static_cast<char32_t>(value));
  return text;
}

std::string any_path() {
  auto path = any_text();
  std::erase(path, '\0');
  return path.empty() ? "x" : path;
}

double any_number() {
  const auto mantissa = *rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 53);
  return std::ldexp(static_cast<double>(mantissa), *rc::gen::inRange(-1000, 900));
}

std::vector<Override> any_overrides() {
  std::map<std::string, OptionValue> values;
  values["data.train"] = any_path();
  values["train.metric"] = any_text();
  values["model.path"] = any_path();
  values["optimizer.lr"] = any_number();
  values["optimizer.weight_decay"] = any_number();
  values["train.clip_norm"] = any_number();
  values["run.seed"] = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  values["run.default_sinks"] = *rc::gen::arbitrary<bool>();
  values["head.labels"] = std::vector<std::string>{any_text(), any_text()};
  values["head.weights"] = std::vector<double>{any_number(), 0, any_number()};
  values["head.ignored"] = *rc::gen::arbitrary<std::vector<std::int64_t>>();
  values["freezing.plugin"] = *rc::gen::element<std::string>("full", "classifier-only", "last-n-layers");
  std::vector<Override> overrides;
  for (const auto& [key, value] : values) overrides.push_back({key, toml_value(value)});
  return overrides;
}

bool same_values(const Pipeline& a, const Pipeline& b) {
  const auto choice = [](const ComponentChoice& x, const ComponentChoice& y) {
    return x.table == y.table && x.component.description.name == y.component.description.name &&
           x.options.values() == y.options.values();
  };
  return a.run.name == b.run.name && a.run.seed == b.run.seed && a.run.output == b.run.output &&
         a.data.train == b.data.train && a.data.dev == b.data.dev && a.train.metric == b.train.metric &&
         a.train.clip_norm == b.train.clip_norm && a.lr == b.lr && choice(a.model, b.model) && choice(a.head, b.head) &&
         choice(a.reader, b.reader) && choice(a.freezing, b.freezing) && choice(a.optimizer, b.optimizer) &&
         choice(a.schedule, b.schedule) &&
         std::equal(a.sinks.begin(), a.sinks.end(), b.sinks.begin(), b.sinks.end(), choice);
}

}  // namespace

TEST_CASE("a resolved pipeline is itself again", "[unit][pipeline-file]") {
  const TemporaryFolder folder, elsewhere;
  PluginRegistry registry{Fingerprint{}};
  add_fake_plugins(registry);
  const std::filesystem::path file = FTHOST_TEST_DATA "/core/pipeline/golden/pipeline.toml";
  const bool holds = rc::check("resolve, write, load", [&] {
    const auto first = load_pipeline(file, any_overrides(), registry);
    const auto second = load_pipeline(elsewhere.write("other.toml", first.resolved), {}, registry);
    RC_ASSERT(second.resolved == first.resolved);
    RC_ASSERT(same_values(first, second));
  });
  CHECK(holds);
}
