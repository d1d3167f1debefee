#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fthost/error.h>
#include <fthost/plugin.h>

#include "core/plugins/description.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

/// An option as the bytes have it, free to be wrong.
struct RawOption {
  std::string name = "layers";
  std::uint8_t type = 1, presence = 2, bounds = 1;
  double min = 0, max = 0;
  std::uint8_t boolean = 0;
  std::int64_t integer = 3;
  double real = 0;
  std::string text;
  std::vector<std::string> choices;
  std::string unit = "layers", help = "how many learn";
};

struct RawComponent {
  std::uint8_t kind = 3;
  std::string name = "last-n", summary = "Trains the last n.";
  std::vector<std::string> handles;
  std::vector<RawOption> options{RawOption{}};
};

struct Raw {
  std::uint32_t layout = 1, sdk = 1;
  std::string abi = "libstdc++/cxx11", libtorch, cuda;
  std::vector<RawComponent> components{RawComponent{}};
  std::string after;
};

void put(description::Writer& out, const std::vector<std::string>& texts) {
  out.u32(static_cast<std::uint32_t>(texts.size()));
  for (const auto& text : texts) out.string(text);
}

void put(description::Writer& out, const RawOption& option) {
  out.string(option.name);
  out.u8(option.type);
  out.u8(option.presence);
  out.u8(option.bounds);
  out.u64(std::bit_cast<std::uint64_t>(option.min));
  out.u64(std::bit_cast<std::uint64_t>(option.max));
  out.u8(option.boolean);
  out.u64(static_cast<std::uint64_t>(option.integer));
  out.u64(std::bit_cast<std::uint64_t>(option.real));
  out.string(option.text);
  put(out, option.choices);
  out.string(option.unit);
  out.string(option.help);
}

void put(description::Writer& out, const Raw& raw) {
  out.u32(raw.layout);
  out.u32(raw.sdk);
  out.string(raw.abi);
  out.string(raw.libtorch);
  out.string(raw.cuda);
  out.u32(static_cast<std::uint32_t>(raw.components.size()));
  for (const auto& component : raw.components) {
    out.u8(component.kind);
    out.string(component.name);
    out.string(component.summary);
    put(out, component.handles);
    out.u32(static_cast<std::uint32_t>(component.options.size()));
    for (const auto& option : component.options) put(out, option);
  }
  out.bytes(raw.after);
}

std::vector<std::byte> encoded(const Raw& raw) {
  description::Writer counter(nullptr);
  put(counter, raw);
  std::vector<unsigned char> bytes(counter.size());
  description::Writer writer(bytes.data());
  put(writer, raw);
  const auto all = std::as_bytes(std::span(bytes));
  return {all.begin(), all.end()};
}

std::string fault_of(std::span<const std::byte> bytes) {
  try {
    decode_description(bytes);
  } catch (const Error& e) {
    return e.what();
  }
  return "no fault";
}

struct Bad {
  std::function<void(Raw&)> change;
  std::string fault;
};

void check(const std::vector<Bad>& rows, const std::string& prefix = "its description is wrong: ") {
  for (const auto& row : rows) {
    Raw raw;
    row.change(raw);
    CHECK(fault_of(encoded(raw)) == prefix + row.fault);
  }
}

RawOption& option(Raw& raw) {
  return raw.components[0].options[0];
}

}  // namespace

TEST_CASE("description decodes every field", "[unit][plugins]") {
  Raw raw;
  raw.libtorch = "2.11.0";
  raw.cuda = "13.0";
  raw.components[0].handles = {"bert", "roberta"};
  raw.components[0].options[0].bounds = 1 | 2 | 4;
  raw.components[0].options[0].max = 12;
  RawOption choice{"mode", 3, 2, 0};
  choice.text = "fast";
  choice.choices = {"slow", "fast"};
  raw.components[0].options.push_back(choice);
  raw.components[0].options.push_back({"files", 5, 3, 0});
  raw.components[0].options.push_back({"path", 4, 1, 0});
  const auto library = decode_description(encoded(raw));

  CHECK(library.fingerprint == Fingerprint{1, "libstdc++/cxx11", "2.11.0", "13.0"});
  CHECK(decode_fingerprint(encoded(raw)) == library.fingerprint);
  REQUIRE(library.components.size() == 1);
  const auto& component = library.components[0];
  CHECK(component.kind == Kind::freezing);
  CHECK(component.name == "last-n");
  CHECK(component.summary == "Trains the last n.");
  CHECK(component.handles == std::vector<std::string>{"bert", "roberta"});
  REQUIRE(component.options.size() == 4);
  const auto& layers = component.options[0];
  CHECK(layers.type == OptionType::integer);
  CHECK_FALSE(layers.required);
  CHECK(layers.default_value == OptionValue(std::int64_t{3}));
  CHECK((layers.min == 0.0 && layers.min_excluded && layers.max == 12.0 && !layers.max_excluded));
  CHECK(layers.unit == "layers");
  CHECK(layers.help == "how many learn");
  CHECK(component.options[1].choices == std::vector<std::string>{"slow", "fast"});
  CHECK(component.options[1].default_value == OptionValue(std::string("fast")));
  CHECK((component.options[2].type == OptionType::texts && !component.options[2].required));
  CHECK_FALSE(component.options[2].default_value.has_value());
  CHECK(component.options[3].required);
}

TEST_CASE("description refuses components that are wrong", "[unit][plugins]") {
  check({{[](Raw& r) { r.layout = 2; },
          "its description has the layout 2, this fthost reads layout 1: rebuild it with the SDK of this fthost"}},
        "");
  check({
      {[](Raw& r) { r.abi = "a\nb"; }, "the library: the C++ ABI holds a control character"},
      {[](Raw& r) { r.cuda = "\xC3("; }, "the library: the CUDA version is not UTF-8"},
      {[](Raw& r) { r.components.clear(); }, "the library has no components"},
      {[](Raw& r) { r.components.resize(257); }, "the library has 257 components, at most 256 are allowed"},
      {[](Raw& r) { r.components.resize(2); }, "freezing 'last-n' stands twice in the library"},
      {[](Raw& r) { r.after = "abc"; }, "freezing 'last-n' is followed by 3 bytes too many"},
      {[](Raw& r) { r.components[0].kind = 7; },
       "component 1 is of the unknown kind 7, of a newer SDK perhaps: update fthost, or build the library against this "
       "one"},
      {[](Raw& r) { r.components[0].name = "Last"; },
       "freezing 'Last' has a name that is not lower case letters, digits and '-'"},
      {[](Raw& r) { r.components[0].name = std::string(65, 'a'); },
       "freezing '" + std::string(65, 'a') + "' has a name that is not lower case letters, digits and '-'"},
      {[](Raw& r) { r.components[0].name = ""; },
       "freezing '' has a name that is not lower case letters, digits and '-'"},
      {[](Raw& r) { r.components[0].summary = ""; }, "freezing 'last-n' has no summary"},
      {[](Raw& r) { r.components[0].summary = "a\xC2\x9B"; },
       "freezing 'last-n': the summary holds a control character"},
      {[](Raw& r) {
         r.components[0].handles = {"bert", "bert"};
       },
       "freezing 'last-n' has 'bert' twice among its things that it handles"},
      {[](Raw& r) { r.components[0].handles = {""}; },
       "freezing 'last-n' has an empty string among its things that it handles"},
      {[](Raw& r) { r.components[0].handles.resize(9); },
       "freezing 'last-n' has 9 things that it handles, at most 8 are allowed"},
      {[](Raw& r) { r.components[0].options.resize(33); }, "freezing 'last-n' has 33 options, at most 32 are allowed"},
  });
}

TEST_CASE("description refuses options that are wrong", "[unit][plugins]") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const std::string layers = "option 'layers' of freezing 'last-n'";
  check({
      {[](Raw& r) { option(r).name = "a-b"; },
       "option 'a-b' of freezing 'last-n' has a name that is not lower case letters, digits and '_'"},
      {[](Raw& r) { option(r).name = "frozen_dropout"; },
       "option 'frozen_dropout' of freezing 'last-n' has a name that the core keeps for itself"},
      {[](Raw& r) { r.components[0].options.push_back(option(r)); }, layers + " stands twice"},
      {[](Raw& r) { option(r).type = 8; },
       layers +
           " has the unknown type 8, of a newer SDK perhaps: update fthost, or build the library against this one"},
      {[](Raw& r) { option(r).presence = 0; }, layers + " is neither required nor optional nor has it a default"},
      {[](Raw& r) { option(r).presence = 4; }, layers + " is neither required nor optional nor has it a default"},
      {[](Raw& r) { option(r).bounds = 16; }, layers + " has bounds of an unknown form"},
      {[](Raw& r) { option(r).bounds = 2; }, layers + " excludes a bound that it has not got"},
      {[](Raw& r) { option(r).bounds = 8; }, layers + " excludes a bound that it has not got"},
      {[&](Raw& r) { option(r).min = nan; }, layers + " has a bound that is not finite"},
      {[](Raw& r) { option(r).min = .5; }, layers + " has a bound that is no integer of at most 53 bits"},
      {[](Raw& r) { option(r).min = 1e17; }, layers + " has a bound that is no integer of at most 53 bits"},
      {[](Raw& r) { option(r).bounds = 5, option(r).max = -1; }, layers + " has bounds between which nothing lies"},
      {[](Raw& r) { option(r).type = 3; }, layers + " has a bound, but is no number"},
      {[](Raw& r) { option(r).integer = -1; }, layers + " has a default that is out of its range"},
      {[](Raw& r) { option(r).integer = 0, option(r).bounds = 3; }, layers + " has a default that is out of its range"},
      {[](Raw& r) { option(r).type = 2, option(r).real = -.1; }, layers + " has a default that is out of its range"},
      {[&](Raw& r) { option(r).type = 2, option(r).real = nan; }, layers + " has a default that is not finite"},
      {[](Raw& r) { option(r).type = 0, option(r).bounds = 0, option(r).boolean = 2; },
       layers + " has a default that is neither true nor false"},
      {[](Raw& r) { option(r).type = 6; }, layers + " is a list and has a default"},
      {[](Raw& r) { option(r).choices = {"a"}; }, layers + " has choices, but is no text"},
      {[](Raw& r) { option(r).type = 3, option(r).bounds = 0, option(r).choices = {"a"}; },
       layers + " has a default that is not among its choices"},
      {[](Raw& r) { option(r).choices.resize(17); }, layers + " has 17 choices, at most 16 are allowed"},
      {[](Raw& r) { option(r).help = ""; }, layers + " has no help"},
      {[](Raw& r) { option(r).unit = "\x1b[2J"; }, layers + ": the unit holds a control character"},
  });
}

TEST_CASE("description refuses a model whose folder has no option", "[unit][plugins]") {
  const auto fault_with = [](std::vector<RawOption> options) {
    Raw raw;
    raw.components[0] = {0, "bort", "A model.", {"bort"}, std::move(options)};
    return fault_of(encoded(raw));
  };
  const std::string fault =
      "its description is wrong: model 'bort' has no required option 'path' of type path, by which a saved model is "
      "opened";
  CHECK(fault_with({}) == fault);
  CHECK(fault_with({{"folder", 4, 1, 0}}) == fault);
  CHECK(fault_with({{"path", 3, 1, 0}}) == fault);  // a text
  CHECK(fault_with({{"path", 4, 2, 0}}) == fault);  // with a default
  CHECK(fault_with({{"path", 4, 3, 0}}) == fault);  // optional
  CHECK(fault_with({RawOption{}, {"path", 4, 1, 0}}) == "no fault");
}

TEST_CASE("description that is cut short is refused at every length", "[unit][plugins]") {
  Raw raw;
  raw.components[0].handles = {"bert"};
  const auto bytes = encoded(raw);
  REQUIRE(fault_of(bytes) == "no fault");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO("length " << length);
    const auto start = std::span(bytes).first(length);
    CHECK(fault_of(std::vector(start.begin(), start.end())).find("it ends at byte " + std::to_string(length)) !=
          std::string::npos);
  }
}

TEST_CASE("description with an impossible size asks for no memory", "[unit][plugins]") {
  auto bytes = encoded({});
  for (std::size_t i = 8; i < 12; ++i) bytes[i] = std::byte{0xFF};  // The size of the ABI's name.
  CHECK(fault_of(bytes) == "its description is wrong: the library: it ends at byte " + std::to_string(bytes.size()) +
                               ", inside the C++ ABI");
}
