#include "core/engine/learning_rates.h"

#include <vector>

#include "tests/catch.h"

namespace fthost {
namespace {

Topology topology() {
  Topology shape;
  shape.stages = {{"embeddings"}, {"layer 0"}, {"head"}};
  shape.tensors = {{"embeddings.weight", {2}, 0},
                   {"layer.0.weight", {2}, 1},
                   {"layer.0.bias", {2}, 1},
                   {"classifier.weight", {2}, 2}};
  return shape;
}

}  // namespace

TEST_CASE("learning rates fall by layer_decay from the head down", "[unit][engine]") {
  Pipeline pipeline;
  pipeline.lr = 0.5;
  pipeline.layer_decay = 0.5;
  CHECK(learning_rate_factors(pipeline, topology()) == std::vector<double>{0.25, 0.5, 0.5, 1});
}

TEST_CASE("the first group that names a tensor has it, whatever layer_decay says", "[unit][engine]") {
  Pipeline pipeline;
  pipeline.lr = 0.5;
  pipeline.layer_decay = 0.5;
  pipeline.groups = {{{"bias$", "^embed"}, 2}, {{"layer"}, 1}};
  CHECK(learning_rate_factors(pipeline, topology()) == std::vector<double>{4, 2, 4, 1});
}

}  // namespace fthost
