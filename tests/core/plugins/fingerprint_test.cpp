#include <string>

#include "core/plugins/fingerprint.h"
#include "tests/catch.h"

using namespace fthost;

namespace {

const Fingerprint kHost{1, "libstdc++/cxx11", "2.11.0", "13.0"};

}  // namespace

TEST_CASE("fingerprint that differs is shown from both sides", "[unit][plugins]") {
  CHECK(explain_difference({2, "libc++", "", ""}, kHost) ==
        "built for another SDK\n"
        "            plugin  host\n"
        "  sdk       2       1                <- differs\n"
        "  c++       libc++  libstdc++/cxx11  <- differs\n"
        "  libtorch  none    2.11.0\n"
        "  cuda      none    13.0\n"
        "  Rebuild it against this fthost: CMAKE_PREFIX_PATH is to point at its installation.");
  CHECK(explain_difference({1, "libstdc++/old", "2.11.0", ""}, kHost) ==
        "built for another C++ library\n"
        "            plugin         host\n"
        "  sdk       1              1\n"
        "  c++       libstdc++/old  libstdc++/cxx11  <- differs\n"
        "  libtorch  2.11.0         2.11.0\n"
        "  cuda      none           13.0\n"
        "  Rebuild it with the C++ library that fthost was built with, and without another _GLIBCXX_USE_CXX11_ABI.");
  CHECK(explain_difference({1, "libstdc++/cxx11", "2.11.0", "12.8"}, kHost) ==
        "built for another CUDA\n"
        "            plugin           host\n"
        "  sdk       1                1\n"
        "  c++       libstdc++/cxx11  libstdc++/cxx11\n"
        "  libtorch  2.11.0           2.11.0\n"
        "  cuda      12.8             13.0             <- differs\n"
        "  Rebuild it with the CUDA toolkit that fthost was built with.");
}

TEST_CASE("fingerprint fits where both sides have the same or one has none", "[unit][plugins]") {
  CHECK(explain_difference(kHost, kHost).empty());
  CHECK(explain_difference({1, "libstdc++/cxx11", "", ""}, kHost).empty());
  CHECK(explain_difference({1, "libstdc++/cxx11", "2.9.1", "12.8"}, {1, "libstdc++/cxx11", "", ""}).empty());
}
