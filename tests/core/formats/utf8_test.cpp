#include "core/formats/utf8.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"

namespace utf8 = fthost::utf8;
using namespace std::string_view_literals;

TEST_CASE("utf8 writes every scalar value and reads it back", "[unit]") {
  std::string all;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const auto start = all.size();
    utf8::append(all, c);
    const auto decoded = utf8::decode(all, start);
    if (!decoded.valid || decoded.value != c || start + decoded.length != all.size())
      FAIL("U+" << std::hex << static_cast<unsigned long>(c));
  }
  CHECK(utf8::first_bad_byte(all) == std::string_view::npos);
  CHECK(utf8::count(all) == 0x110000 - 0x800);
  CHECK(utf8::replace_invalid(all) == all);
}

namespace {

struct Broken {
  std::string_view text;
  std::size_t first_bad;
  std::string_view replaced;
};

/// The last column is what Rust's String::from_utf8_lossy and the WHATWG decoder give: one U+FFFD for each longest
/// start of a valid sequence, else for each byte. Python's bytes.decode(errors="replace") agrees.
const std::vector<Broken> kBroken = {
    {"a\x80z", 1, "a\uFFFDz"},                            // a continuation alone
    {"ab\xFF", 2, "ab\uFFFD"},                            // never a first byte
    {"\xC0\xAF", 0, "\uFFFD\uFFFD"},                      // overlong, two bytes
    {"\xC1\xBF", 0, "\uFFFD\uFFFD"},                      // the same
    {"\xE0\x9F\xBF", 0, "\uFFFD\uFFFD\uFFFD"},            // overlong, three
    {"\xF0\x8F\xBF\xBF", 0, "\uFFFD\uFFFD\uFFFD\uFFFD"},  // overlong, four
    {"\xED\xA0\x80", 0, "\uFFFD\uFFFD\uFFFD"},            // a surrogate
    {"\xF4\x90\x80\x80", 0, "\uFFFD\uFFFD\uFFFD\uFFFD"},  // above U+10FFFF
    {"\xF5\x80", 0, "\uFFFD\uFFFD"},                      // far above
    {"12345678\xC3", 8, "12345678\uFFFD"},                // cut after one of two
    {"\xE2\x82", 0, "\uFFFD"},                            // after two of three: one part
    {"\xF0\x9F\x98x", 0, "\uFFFDx"},                      // after three of four
    {"\xE2\x82\xE2\x82\xAC", 0, "\uFFFD\u20AC"},          // a new sequence inside one
    {"\xC3\xA9\xA9"
     "A",
     2, "\u00E9\uFFFDA"},                                 // one continuation too many
    {"Hello \xF0\x90\x80World", 6, "Hello \uFFFDWorld"},  // the example in Rust's documentation
};

}  // namespace

TEST_CASE("utf8 finds the first bad byte and replaces as Rust does", "[unit]") {
  for (const auto& [text, first_bad, replaced] : kBroken) {
    INFO(replaced);
    CHECK(utf8::first_bad_byte(text) == first_bad);
    CHECK(utf8::replace_invalid(text) == replaced);
    CHECK(utf8::count(text) == utf8::count(replaced));
  }
}

TEST_CASE("utf8 takes what is odd but valid", "[unit]") {
  for (const auto text : {""sv, "\0"sv, "\uFFFD\uFEFF\uFFFF"sv, "\U0010FFFF"sv, "\u0080\u07FF\u0800\uD7FF\uE000"sv}) {
    CHECK(utf8::first_bad_byte(text) == std::string_view::npos);
  }
  CHECK(utf8::count("") == 0);
  CHECK(utf8::count("na\u00EFve \U0001F600") == 7);
}
