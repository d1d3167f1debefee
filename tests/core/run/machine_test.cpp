#include "core/run/machine.h"

#include <cstdlib>

#include "core/run/version.h"
#include "tests/catch.h"

namespace fthost {

TEST_CASE("machine knows its processor and system", "[unit][run]") {
  CHECK_FALSE(cpu_model().empty());
  CHECK(operating_system().find("Linux ") != std::string::npos);
}

TEST_CASE("machine tells of the variables that change results and no others", "[unit][run]") {
  for (const auto* name : {"OMP_X", "MKL_X", "ATEN_X", "CUBLAS_X", "X_OMP_", "SECRET"}) ::setenv(name, "a=b", 1);
  const auto variables = numeric_environment();
  for (const auto* name : {"OMP_X", "MKL_X", "ATEN_X", "CUBLAS_X"}) {
    REQUIRE(variables.count(name) == 1);
    CHECK(variables.at(name) == "a=b");
  }
  CHECK(variables.count("X_OMP_") == 0);
  CHECK(variables.count("SECRET") == 0);
  for (const auto* name : {"OMP_X", "MKL_X", "ATEN_X", "CUBLAS_X", "X_OMP_", "SECRET"}) ::unsetenv(name);
}

TEST_CASE("version names release, commit and compiler", "[unit][run]") {
  CHECK(build_info().version == "0.1.0");
  CHECK((build_info().commit.empty() || build_info().commit.size() == 40));
  CHECK(build_info().compiler.find(' ') != std::string_view::npos);
}

}  // namespace fthost
