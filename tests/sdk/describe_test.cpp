#include <fthost/describe.h>
#include <fthost/freezing.h>
#include <fthost/plugin.h>
#include <fthost/schedule.h>

#include <string>
#include <vector>

#include "core/plugins/description.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

struct Nothing final : Schedule {
  double factor(std::int64_t, std::int64_t) const override { return 0; }
};

struct Frozen final : Freezing {
  explicit Frozen(const Options& options) : layers(options.integer("layers")) {}
  std::vector<bool> learns(const Topology&, const Progress&) override { return {}; }
  std::int64_t layers;
};

constexpr auto kLibrary = description::library_of(
    component<Nothing>("nothing", "Does nothing.").handles("this").handles("that"),
    component<Frozen>("frozen", "Has every type – and more.")
        .option("layers", integer().above(0).at_most(12).unit("layers").by_default(3), "how many")
        .option("share", real().at_least(0).below(1).by_default(.25), "what share")
        .option("whole", real().by_default(2), "a real given as an integer")
        .option("on", boolean().by_default(true), "on or off")
        .option("mode", text().one_of({"slow", "fast"}).by_default("fast"), "how")
        .option("file", path().required(), "where from")
        .option("names", texts().optional(), "which")
        .option("sizes", integers().at_least(1).optional(), "how large")
        .option("rates", reals().optional(), "how fast"));

/// The description as FTHOST_PLUGIN writes it, decoded.
LibraryDescription decoded() {
  std::vector<unsigned char> bytes(description::descriptor_size(kLibrary));
  description::Writer writer(bytes.data());
  description::write_descriptor(writer, kLibrary);
  return decode_description(std::as_bytes(std::span(bytes)));
}

}  // namespace

TEST_CASE("describe writes what the host reads", "[unit][sdk]") {
  const auto library = decoded();
  CHECK(library.fingerprint == Fingerprint{kSdkVersion, std::string(kCxxAbi), "", ""});
  REQUIRE(library.components.size() == 2);
  CHECK(library.components[0].kind == Kind::schedule);
  CHECK(library.components[0].name == "nothing");
  CHECK(library.components[0].handles == std::vector<std::string>{"this", "that"});
  CHECK(library.components[0].options.empty());
  CHECK(library.components[1].kind == Kind::freezing);
  CHECK(library.components[1].summary == "Has every type – and more.");
  std::string options;
  for (const auto& option : library.components[1].options) options += help_line(option) + "\n";
  CHECK(options ==
        "layers: integer (layers), above 0, at most 12, default 3; how many\n"
        "share: number, 0 or more, below 1, default 0.25; what share\n"
        "whole: number, default 2.0; a real given as an integer\n"
        "on: true or false, default true; on or off\n"
        "mode: \"slow\" or \"fast\", default \"fast\"; how\n"
        "file: path; where from\n"
        "names: list of texts, optional; which\n"
        "sizes: list of integers, each 1 or more, optional; how large\n"
        "rates: list of numbers, optional; how fast\n");
}

TEST_CASE("describe's library creates by kind and name", "[unit][sdk]") {
  const Options options({{"layers", std::int64_t{5}}});
  const std::unique_ptr<Component> frozen(kLibrary.create("freezing", "frozen", options));
  REQUIRE(dynamic_cast<Frozen*>(frozen.get()) != nullptr);
  CHECK(dynamic_cast<Frozen&>(*frozen).layers == 5);
  const std::unique_ptr<Component> nothing(kLibrary.create("schedule", "nothing", {}));
  CHECK(dynamic_cast<Nothing*>(nothing.get()) != nullptr);
  CHECK(kLibrary.create("freezing", "nothing", {}) == nullptr);
  CHECK(kLibrary.create("freezing", "none", {}) == nullptr);
}

TEST_CASE("describe asks of a model, and of nothing else, a required path to its folder", "[unit][sdk]") {
  constexpr OptionSpec kOthers[] = {path().optional(), path().by_default("model"), text().required()};
  ComponentSpec component;
  component.kind = Kind::model;
  CHECK_FALSE(names_its_folder(component));
  component.option_count = 1;
  auto& option = component.options[0];
  for (const auto& other : kOthers) {
    option = other;
    option.name = "path";
    CHECK_FALSE(names_its_folder(component));
  }
  option = path().required();
  option.name = "folder";
  CHECK_FALSE(names_its_folder(component));
  option.name = "path";
  CHECK(names_its_folder(component));
  component.option_count = 0;
  for (const auto kind : {Kind::head, Kind::reader, Kind::freezing, Kind::optimizer, Kind::schedule, Kind::sink}) {
    component.kind = kind;
    CHECK(names_its_folder(component));
  }
}

TEST_CASE("describe's texts are one line of UTF-8", "[unit][sdk]") {
  for (const std::string good : {"", "a b", "é – 漢 🙂", "\xC2\xA0"}) CHECK(is_one_line(good));
  for (const std::string bad : {"a\n", "\t", "\x1b[1m", "\x7F", "\xC2\x9B", "\xE2\x82", "\x80", "\xFF"})
    CHECK_FALSE(is_one_line(bad));
}
