#pragma once

/// Catch2 2 or 3, whichever the machine has: Debian 12 ships 2.13, newer distributions 3.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
