#include <fthost/complaints.h>

#include <string>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"

namespace fthost {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("complaints shorten what they quote to 80 code points", "[unit][sdk]") {
  CHECK(shortened("").empty());
  CHECK(shortened(repeated("ö", 80)) == repeated("ö", 80));
  CHECK(shortened(repeated("ö", 81)) == repeated("ö", 80) + "…");
}

TEST_CASE("complaints keep the beginning of texts without bound", "[unit][sdk]") {
  Complaints complaints("a.txt");
  const auto long_text = repeated("ö", 1'000'000);
  const auto kept = repeated("ö", 800) + "…\n";
  complaints.add({.text = long_text, .hint = long_text, .notes = {"short", long_text}});
  CHECK(complaint([&] { complaints.throw_if_any(); }) == "a.txt: error: " + kept + "  " + kept + "  short\n  " + kept);
}

}  // namespace fthost
