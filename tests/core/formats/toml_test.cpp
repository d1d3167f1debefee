#include "core/formats/toml.h"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/error.h>
#include <fthost/json.h>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"

using fthost::parse_toml;
using fthost::TomlSpan;
using fthost::TomlTable;
using fthost::TomlValue;

namespace {

nlohmann::json typed(const TomlValue& value);

nlohmann::json typed_table(const TomlTable& table) {
  auto json = nlohmann::json::object();
  for (const auto& entry : table.entries) json[entry.key] = typed(entry.value);
  return {{"table", json}};
}

nlohmann::json typed_real(double value) {
  if (std::isnan(value)) return {{"real", "nan"}};
  if (std::isinf(value)) return {{"real", value > 0 ? "inf" : "-inf"}};
  return {{"real", value}};
}

nlohmann::json typed(const TomlValue& value) {
  if (const auto* boolean = value.as<bool>()) return {{"boolean", *boolean}};
  if (const auto* integer = value.as<std::int64_t>()) return {{"integer", *integer}};
  if (const auto* real = value.as<double>()) return typed_real(*real);
  if (const auto* text = value.as<std::string>()) return {{"text", *text}};
  if (value.as<fthost::TomlDate>() != nullptr) return "date";
  if (const auto* table = value.as<TomlTable>()) return typed_table(*table);
  auto json = nlohmann::json::array();
  for (const auto& item : value.as<fthost::TomlArray>()->items) json.push_back(typed(item));
  return json;
}

std::string refusal(std::string_view text) {
  return complaint([&] { parse_toml(text, "p.toml"); });
}

std::string shown(const TomlSpan& span) {
  return std::to_string(span.line) + ":" + std::to_string(span.column) + "+" + std::to_string(span.length);
}

}  // namespace

TEST_CASE("toml reads and refuses what Python's tomllib does", "[unit][formats]") {
  const auto cases = fthost::read_json(FTHOST_TEST_DATA "/golden/toml/cases.json", {std::size_t{1} << 20U, 32});
  CHECK(cases.size() > 100);
  for (const auto& each : cases) {
    const auto text = each["text"].get<std::string>();
    INFO(text);
    if (each["value"].is_null())
      CHECK(refusal(text) != "no error");
    else
      CHECK(typed_table(parse_toml(text, "p.toml").root()).dump() == each["value"].dump());
  }
}

TEST_CASE("toml keeps the place of every key and value", "[unit][formats]") {
  const auto document = parse_toml(
      "\xEF\xBB\xBF# \xC3\xA4\r\n"
      "[train]  # x\r\n"
      "  epochs = 12\r\n"
      "  'k\xC3\xA4y' = { a = \"\xC3\xA4\xC3\xA4\", bb = [1, 22] }\r\n"
      "text = \"\"\"a\r\nb\"\"\"\r\n"
      "[[sinks]]\r\n"
      "a.b.c = true",
      "p.toml");
  const auto& train = document.root().entries.at(0);
  CHECK(train.key == "train");
  CHECK(shown(train.key_span) == "2:2+5");
  CHECK(shown(train.value.span) == "2:1+7");
  const auto& options = train.value.as<TomlTable>()->entries;
  CHECK(shown(options.at(0).key_span) == "3:3+6");
  CHECK(shown(options.at(0).value.span) == "3:12+2");
  CHECK(options.at(1).key == "k\xC3\xA4y");
  CHECK(shown(options.at(1).key_span) == "4:3+5");
  const auto& inner = options.at(1).value.as<TomlTable>()->entries;
  CHECK(shown(inner.at(0).value.span) == "4:17+4");
  CHECK(shown(inner.at(1).key_span) == "4:23+2");
  CHECK(shown(inner.at(1).value.as<fthost::TomlArray>()->items.at(1).span) == "4:32+2");
  CHECK(shown(options.at(2).value.span) == "5:8+1");
  CHECK(*options.at(2).value.as<std::string>() == "a\nb");
  const auto* sinks = document.root().find("sinks")->value.as<fthost::TomlArray>();
  CHECK(shown(sinks->items.at(0).span) == "7:1+9");
  const auto& a = sinks->items.at(0).as<TomlTable>()->entries.at(0);
  CHECK(shown(a.value.as<TomlTable>()->find("b")->key_span) == "8:3+1");
}

TEST_CASE("toml keeps keys in the order of the file", "[unit][formats]") {
  std::string keys;
  const auto document = parse_toml("z = 1\nb = 2\n[y]\n[a]\n", "p.toml");
  for (const auto& entry : document.root().entries) keys += entry.key;
  CHECK(keys == "zbya");
  CHECK(document.root().find("q") == nullptr);
}

TEST_CASE("toml points at a key or value with its line", "[unit][formats]") {
  const auto document = parse_toml("a = 1\n\tk = \"\xC3\xA4\"\n", "p.toml");
  const auto& entry = document.root().entries.at(1);
  CHECK(fthost::render(document.message(entry.value.span, "what")) ==
        "p.toml:2:6: error: what\n"
        "    2 | \tk = \"\xC3\xA4\"\n"
        "      | \t    ^^^\n");
}

TEST_CASE("toml says what is wrong with the syntax", "[unit][formats]") {
  struct Row {
    std::string_view text, message;
  };
  const std::vector<Row> rows = {
      {"a = 1\n\nb = bert\n",
       "p.toml:3:5: error: expected a value: text in quotes, a number, true, false or a list\n"
       "    3 | b = bert\n"
       "      |     ^^^^ did you mean \"bert\"?\n"},
      {"p = data/x.conll",
       "p.toml:1:5: error: expected a value: text in quotes, a number, true, false or a list\n"
       "    1 | p = data/x.conll\n"
       "      |     ^^^^^^^^^^^^ did you mean \"data/x.conll\"?\n"},
      {"[train]\r\nepochs = 1\r\n  keep = \"\xC3\xA4\"\r\n  epochs  = 2\r\n",
       "p.toml:4:3: error: the key 'epochs' stands twice in its table\n"
       "    4 |   epochs  = 2\n"
       "      |   ^^^^^^\n"
       "  the first stands in line 2\n"},
      {"[a]\nx = 1\n[b]\nx = 1\ny = 1\nx = 2\n",
       "p.toml:6:1: error: the key 'x' stands twice in its table\n"
       "    6 | x = 2\n"
       "      | ^\n"
       "  the first stands in line 4\n"},
      {"\"\xC3\xA4 b\" = 1\n\"\xC3\xA4 b\" = 2\n",
       "p.toml:2:1: error: the key \"\xC3\xA4 b\" stands twice in its table\n"
       "    2 | \"\xC3\xA4 b\" = 2\n"
       "      | ^^^^^\n"
       "  the first stands in line 1\n"},
      {"x = { \xC3\xA4 = 1 }",
       "p.toml:1:7: error: expected ASCII outside of quotes, found '\xC3\xA4'\n"
       "    1 | x = { \xC3\xA4 = 1 }\n"
       "      |       ^\n"},
      {"x = { p = 1, p = 2 }",
       "p.toml:1:14: error: the key 'p' stands twice in its table\n"
       "    1 | x = { p = 1, p = 2 }\n"
       "      |              ^\n"},
      {"[train]\n[run]\n [train] # x\n",
       "p.toml:3:2: error: this table stands twice\n"
       "    3 |  [train] # x\n"
       "      |  ^^^^^^^\n"
       "  the first stands in line 1\n"},
      {"a = 1\n[a]\n",
       "p.toml:2:1: error: cannot redefine existing integer 'a' as table\n"
       "    2 | [a]\n"
       "      | ^\n"},
      {"t = \"\xC3\xA4\xC3\xA4\" x",
       "p.toml:1:10: error: expected the end of the line, found 'x'\n"
       "    1 | t = \"\xC3\xA4\xC3\xA4\" x\n"
       "      |          ^\n"},
      {"a =",
       "p.toml:1:4: error: the file ends before the key-value pair does\n"
       "    1 | a =\n"
       "      |    ^\n"},
      {"a = # x",
       "p.toml:1:5: error: expected a value, found '#'\n"
       "    1 | a = # x\n"
       "      |     ^\n"},
      {"a : 1",
       "p.toml:1:3: error: expected '=', found ':'\n"
       "    1 | a : 1\n"
       "      |   ^\n"},
      {"[run\nx = 1",
       "p.toml:1:5: error: expected ']', found the end of the line\n"
       "    1 | [run\n"
       "      |     ^\n"},
      {"= 1",
       "p.toml:1:1: error: expected a key or a [table], found '='\n"
       "    1 | = 1\n"
       "      | ^\n"},
  };
  for (const auto& row : rows) CHECK(refusal(row.text) == row.message);
}

TEST_CASE("toml guards its parser", "[unit][formats]") {
  struct Row {
    std::string text;
    std::string_view place, what;
  };
  const std::string dots = [] {
    std::string key = "a";
    for (int i = 0; i < 33; ++i) key += ".a";
    return key;
  }();
  const std::vector<Row> rows = {
      {std::string((1U << 20U) + 1, '#'), "", "the file has 1048577 bytes; at most 1048576 are read"},
      {"a = \"\xC3\"", ":1:6", "expected UTF-8, found the byte 0xC3"},
      {std::string("a = 1\n\0", 7), ":2:1", "expected text, found the control character U+0000"},
      {"# \x1B[2J", ":1:3", "expected text, found the control character U+001B"},
      {"a = 1\rb = 2", ":1:6", "expected text, found the control character U+000D"},
      {"[`", ":1:2", "expected the name of a table after '['"},
      {"[[[a]]]", ":1:3", "expected the name of a table after '['"},
      {dots + " = 1", ":1:66", "expected at most 32 dots in a key"},
      {"a = " + std::string(33, '['), ":1:37", "expected at most 32 brackets inside each other"},
      {"a = x\"y\"", ":1:6", "expected a quote only at the start of a key or a value, found one in the middle"},
      {"a = \"x\"y", ":1:8", "expected the end of the key or value after its closing quote"},
      {"a = 1\nb = \"x\nc = 2", ":2:5", "expected a closing quote in the same line"},
      {"a = '''x\n", ":1:5", "expected closing quotes ''' before the end of the file"},
      {"a = \"\"\"x \\\n y\"\"\"", ":1:10",
       "a backslash at the end of a line is not supported; write the text in one line"},
  };
  for (const auto& row : rows) {
    const auto message = refusal(row.text);
    CHECK(message.substr(0, message.find('\n')) ==
          "p.toml" + std::string(row.place) + ": error: " + std::string(row.what));
  }
}

TEST_CASE("toml takes what is just within its limits", "[unit][formats]") {
  std::string key = "a";
  for (int i = 0; i < 32; ++i) key += ".a";
  CHECK(refusal(key + " = 1") == "no error");
  CHECK(refusal("[" + key + "]\n" + std::string(20, 'b') + " = 1") == "no error");
  CHECK(refusal("a = " + std::string(32, '[') + std::string(32, ']')) == "no error");
  CHECK(refusal("#" + std::string((1U << 20U) - 1, 'x')) == "no error");
}
