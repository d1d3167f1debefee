#include "core/formats/run_name.h"

#include <string>

#include "tests/catch.h"

namespace fthost {

TEST_CASE("run's name is one component of a path, and no option", "[unit][formats]") {
  for (const std::string& name :
       {std::string("a"), std::string("A-1_b.c"), std::string("_-"), std::string(".a"), std::string(100, 'a')}) {
    CAPTURE(name);
    CHECK(is_run_name(name));
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("../x"),
        std::string("/abs"), std::string("a/b"), std::string("a\0b", 3), std::string("a b"), std::string("ä"),
        std::string("-x"), std::string("--set"), std::string(101, 'a')}) {
    CAPTURE(name);
    CHECK_FALSE(is_run_name(name));
  }
}

}  // namespace fthost
