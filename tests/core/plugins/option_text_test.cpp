#include <toml++/toml.h>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/formats/toml.h"
#include "core/plugins/description.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

OptionDescription option(OptionType type) {
  OptionDescription option;
  option.name = "x";
  option.type = type;
  option.help = "what it does";
  return option;
}

/// What toml++ makes of a value that was written.
toml::table read_back(const OptionValue& value) {
  return toml::parse("x = " + toml_value(value));
}

}  // namespace

TEST_CASE("option text says type, range, default and unit", "[unit][plugins]") {
  auto layers = option(OptionType::integer);
  layers.required = true;
  layers.min = 0;
  CHECK(help_line(layers) == "x: integer, 0 or more; what it does");
  layers.required = false;
  layers.default_value = std::int64_t{3};
  CHECK(type_and_range(layers) == "integer, 0 or more, default 3");
  layers.default_value.reset();
  CHECK(type_and_range(layers) == "integer, 0 or more, optional");
  layers.max = 1000000;
  layers.unit = "tokens";
  CHECK(type_and_range(layers) == "integer (tokens), 0 to 1000000, optional");

  auto rate = option(OptionType::real);
  rate.default_value = 3e-5;
  CHECK(type_and_range(rate) == "number, default 3e-05");
  rate.min = 0;
  rate.min_excluded = true;
  CHECK(type_and_range(rate) == "number, above 0, default 3e-05");
  rate.max = .5;
  CHECK(type_and_range(rate) == "number, above 0, at most 0.5, default 3e-05");
  rate.max_excluded = true;
  rate.min_excluded = false;
  CHECK(type_and_range(rate) == "number, 0 or more, below 0.5, default 3e-05");
  rate.min.reset();
  CHECK(type_and_range(rate) == "number, below 0.5, default 3e-05");

  auto choice = option(OptionType::text);
  choice.choices = {"window", "truncate"};
  choice.default_value = std::string("window");
  CHECK(type_and_range(choice) == R"("window" or "truncate", default "window")");
  choice.choices = {"a", "b", "c"};
  choice.default_value.reset();
  CHECK(type_and_range(choice) == R"("a", "b" or "c", optional)");

  auto list = option(OptionType::reals);
  list.min = 0;
  CHECK(type_and_range(list) == "list of numbers, each 0 or more, optional");
  CHECK(type_and_range(option(OptionType::boolean)) == "true or false, optional");
  CHECK(type_and_range(option(OptionType::path)) == "path, optional");
}

TEST_CASE("option values are written as TOML", "[unit][plugins]") {
  CHECK(toml_value(true) == "true");
  CHECK(toml_value(std::int64_t{-7}) == "-7");
  CHECK(toml_value(1.0) == "1.0");
  CHECK(toml_value(-0.0) == "-0.0");
  CHECK(toml_value(0.1) == "0.1");
  CHECK(toml_value(3e-5) == "3e-05");
  CHECK(toml_value(1e300) == "1e+300");
  CHECK(toml_value(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(toml_value(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(toml_value(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(toml_value(std::string("a\"\\\n\t\x01\x7F"
                               "é")) == R"("a\"\\\n\t\u0001\u007Fé")");
  CHECK(toml_value(std::vector<std::string>{"a", "b"}) == R"(["a", "b"])");
  CHECK(toml_value(std::vector<std::int64_t>{1, 2}) == "[1, 2]");
  CHECK(toml_value(std::vector<double>{1, .5}) == "[1.0, 0.5]");
  CHECK(toml_value(std::vector<double>{}) == "[]");
}

TEST_CASE("option values come back from TOML as they were", "[unit][plugins]") {
  for (const double value : {0.0, -0.0, 1.0, 100000.0, 123456789012345680.0, 3e-5, 0.1, 1.0 / 3, 5e-324,
                             std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity()}) {
    INFO(toml_value(value));
    const auto table = read_back(value);
    REQUIRE(table["x"].is_floating_point());
    const double read = table["x"].value_or(-1.0);
    CHECK((read == value && std::signbit(read) == std::signbit(value)));
  }
  CHECK(std::isnan(read_back(std::numeric_limits<double>::quiet_NaN())["x"].value_or(0.0)));
  std::string all;
  for (char c = 1; c > 0; ++c) all += c;  // Every ASCII character but NUL.
  CHECK(read_back(all)["x"].value_or(std::string()) == all);
  CHECK(read_back(std::numeric_limits<std::int64_t>::min())["x"].value_or(std::int64_t{0}) ==
        std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("what a file holds is written on one line of TOML", "[unit][plugins]") {
  const auto written = [](const std::string& text) {
    return written_value(parse_toml(text, "p.toml").root().entries.front().value);
  };
  CHECK(written("x = [true, -7, 0.5, 'a\"']") == R"([true, -7, 0.5, "a\""])");
  CHECK(written("x = 1979-05-27") == "a date");
  CHECK(written("[[x]]\ntensors = ['a', 'b\\.']\nlr = 0.5\n[[x]]\n'a b'.c = 3\n[[x]]\n") ==
        R"([{tensors = ["a", "b\\."], lr = 0.5}, {"a b" = {c = 3}}, {}])");
}
