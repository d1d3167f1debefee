#include <fthost/utc.h>

#include "tests/catch.h"

namespace fthost {

TEST_CASE("utc text is ISO 8601 with milliseconds", "[unit][run]") {
  using std::chrono::milliseconds;
  const auto text = [](long long count) {
    return utc_text(std::chrono::system_clock::time_point(milliseconds(count)));
  };
  CHECK(text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(text(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(text(1'709'251'199'045) == "2024-02-29T23:59:59.045Z");
}

}  // namespace fthost
