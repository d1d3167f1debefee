#include <fthost/version.h>

#include "tests/catch.h"

TEST_CASE("the SDK's version is the one that plugins of this release carry", "[unit][sdk]") {
  CHECK(fthost::kSdkVersion == 1);
}
