#pragma once

/// Each tensor's learning rate. No tensors.

#include <fthost/topology.h>

#include <vector>

#include "core/pipeline/pipeline.h"

namespace fthost {

/// Of each tensor, in the topology's order, its learning rate over [optimizer] lr: that of the first of [optimizer]
/// groups that names it, else of layer_decay, by which each stage learns slower than the one above it (Clark et al.,
/// "ELECTRA", ICLR 2020). Throws InputError, which points at the group, when an expression names no tensor.
std::vector<double> learning_rate_factors(const Pipeline& pipeline, const Topology& topology);

}  // namespace fthost
