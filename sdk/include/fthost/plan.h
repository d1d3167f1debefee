#pragma once

/// Which tensors learn, and the boundary that follows from it.

#include <string>
#include <vector>

#include <fthost/topology.h>
#include <fthost/version.h>

namespace fthost {

/// Made by the engine from a freezing strategy's answer. The lowest stage with a learning tensor is where the suffix
/// starts: stages below it are the prefix, computed without autograd and in evaluation mode.
struct Plan {
  std::vector<bool> learns;  ///< One flag per tensor of the topology, in its order.
  int first_stage = 0;       ///< First stage of the suffix: 0 embeddings (no prefix), 1 + k for boundary k.

  bool operator==(const Plan&) const = default;
};

/// The plan for `learns`. Throws fthost::Error when the number of flags is not the number of tensors, or when no tensor
/// learns.
FTHOST_API Plan make_plan(const Topology& topology, std::vector<bool> learns);

/// The boundary as people write it: "embeddings" when there is no prefix, else k from "0" to "L" (only the head
/// learns).
FTHOST_API std::string boundary_name(const Plan& plan);

}  // namespace fthost
