#include <fthost/json.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"

using fthost::parse_json;

TEST_CASE("json reads what is JSON", "[unit]") {
  CHECK(parse_json("7", "f") == 7);
  CHECK(parse_json(" [1, -2.5, \"\\u00e9\", null, true] \n", "f").dump() == "[1,-2.5,\"\u00E9\",null,true]");
  CHECK(parse_json(R"({"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]})", "f")["b"][1]["a"] == 3);
  CHECK(parse_json("[[[[[[[[]]]]]]]]", "f").is_array());
}

namespace {

struct Row {
  std::string_view text;
  std::size_t line, column;
  std::string_view what;
  std::string_view shown;  // the line that the message shows, if any
};

std::string rendered(const Row& row) {
  const auto line = std::to_string(row.line);
  auto all = "f:" + line + ":" + std::to_string(row.column) + ": error: " + std::string(row.what) + "\n";
  if (row.shown.empty()) return all;
  return all + "    " + line + " | " + std::string(row.shown) + "\n      | " + std::string(row.column - 1, ' ') + "^\n";
}

const std::vector<Row> kWrong = {
    {"", 1, 1, "not JSON: the text ends too early", ""},
    {"{\n  \"a\": 1,\n}", 3, 1, "not JSON: unexpected '}' here or just before", "}"},
    {"[1, 2", 1, 6, "not JSON: the text ends too early", "[1, 2"},
    {"[1] x", 1, 5, "not JSON: unexpected 'x' here or just before", "[1] x"},
    {"{\"\u00E9\": nul}", 1, 10, "not JSON: unexpected '}' here or just before", "{\"\u00E9\": nul}"},
    {"[\"a\tb\"]", 1, 4, "not JSON: unexpected character here or just before", "[\"a\tb\"]"},
    {"[NaN]", 1, 2, "not JSON: unexpected 'N' here or just before", "[NaN]"},
    {"{'a': 1}", 1, 2, "not JSON: unexpected ''' here or just before", "{'a': 1}"},
    {"[1,\n 1e999]", 2, 7, "a number that no double can hold ends here", " 1e999]"},
    {"{\"a\": 1,\r\n \"b\": 2, \"a\": 3}", 2, 10, "the key 'a' stands twice in this object", " \"b\": 2, \"a\": 3}"},
    {R"({"\"": 1, "\"": 2})", 1, 11, "the key '\"' stands twice in this object", R"({"\"": 1, "\"": 2})"},
    {R"({"a\\": 1, "a\\": 2})", 1, 12, "the key 'a\\' stands twice in this object", R"({"a\\": 1, "a\\": 2})"},
    {R"({"a": 1, "\u0061": 2})", 1, 10, "the key 'a' stands twice in this object", R"({"a": 1, "\u0061": 2})"},
    {R"({"": 1, "": 2})", 1, 9, "the key '' stands twice in this object", R"({"": 1, "": 2})"},
    {"[[[[[[[[[0]]]]]]]]]", 1, 9, "more than 8 arrays and objects inside each other", "[[[[[[[[[0]]]]]]]]]"},
    {"[\"\xC3\"]", 1, 3, "expected UTF-8, found the byte 0xC3", "[\"\uFFFD\"]"},
};

}  // namespace

TEST_CASE("json errors point at the place", "[unit]") {
  for (const auto& row : kWrong) CHECK(complaint([&] { parse_json(row.text, "f"); }) == rendered(row));
}

TEST_CASE("json keeps its limits", "[unit]") {
  CHECK(complaint([] { parse_json("[1, 2]", "f", {.max_bytes = 5}); }) ==
        "f: error: the JSON text has 6 bytes; at most 5 are read\n");
  CHECK(complaint([] { parse_json("[[1]]", "f", {.max_depth = 1}); }) ==
        rendered({"", 1, 2, "more than 1 arrays and objects inside each other", "[[1]]"}));
  CHECK(parse_json("[[1]]", "f", {.max_depth = 2})[0][0] == 1);
  // A million open brackets must end at the limit, not on the stack.
  CHECK(complaint([] { parse_json(std::string(1'000'000, '['), "f"); }) ==
        "f:1:9: error: more than 8 arrays and objects inside each other\n  just after: [[[[[[[[\n");
}

TEST_CASE("json shows the end of a long line only", "[unit]") {
  const auto text = "[" + std::string(150, '1') + ", \"" + std::string(80, 'x') + "\", ?]";
  CHECK(complaint([&] { parse_json(text, "f"); }) ==
        "f:1:238: error: not JSON: unexpected '?' here or just before\n  just after: " + std::string(57, 'x') +
            "\", \n");
}

TEST_CASE("json files are measured before they are read", "[unit]") {
  const auto folder = std::filesystem::temp_directory_path() / "fthost-json-test";
  std::filesystem::create_directories(folder);
  const auto file = folder / "config.json";
  std::ofstream(file) << "{\"layers\": 6}";
  CHECK(fthost::read_json(file)["layers"] == 6);
  CHECK(complaint([&] { fthost::read_json(file, {.max_bytes = 3}); }) ==
        file.string() + ": error: the file has 13 bytes; at most 3 are read\n");
  CHECK(complaint([&] { fthost::read_json(folder); }) == folder.string() + ": error: expected a regular file\n");
  CHECK(complaint([&] { fthost::read_json(folder / "no.json"); }) ==
        (folder / "no.json").string() + ": error: no such file\n");
  std::filesystem::remove_all(folder);
}
