#include "core/engine/unseen_label.h"

#include "tests/catch.h"

namespace fthost {

TEST_CASE("the label of a word that is not seen is O, wherever it stands, or else the first", "[unit][engine]") {
  CHECK(unseen_label({"O", "B-LOC"}) == "O");
  CHECK(unseen_label({"B-LOC", "B-PER", "O"}) == "O");
  CHECK(unseen_label({"NOUN", "VERB"}) == "NOUN");
}

}  // namespace fthost
