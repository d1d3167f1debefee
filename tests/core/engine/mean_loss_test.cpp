#include "core/engine/mean_loss.h"

#include "tests/catch.h"

namespace fthost {
namespace {

TEST_CASE("mean loss weighs batches by their tokens, or all alike", "[unit][engine]") {
  MeanLoss tokens(false), batches(true);
  for (auto* mean : {&tokens, &batches}) {
    CHECK(mean->value() == 0);
    mean->add(1, 30);
    mean->add(2, 10);
    mean->add(6, 0);
  }
  CHECK(tokens.value() == Approx(1.25));
  CHECK(batches.value() == Approx(3));
}

}  // namespace
}  // namespace fthost
