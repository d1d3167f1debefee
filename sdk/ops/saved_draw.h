#pragma once

/// A draw in what autograd keeps between forward and backward: the mask itself is drawn again.

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>

#include "sdk/ops/draw.h"

namespace fthost::ops {

inline void keep_draw(torch::autograd::AutogradContext& context, const Draw& draw) {
  context.saved_data["stream"] = static_cast<std::int64_t>(draw.stream);
  context.saved_data["threshold"] = static_cast<std::int64_t>(draw.threshold);
  context.saved_data["scale"] = static_cast<double>(draw.scale);
}

inline Draw kept_draw(torch::autograd::AutogradContext& context) {
  return {static_cast<std::uint64_t>(context.saved_data["stream"].toInt()),
          static_cast<std::uint32_t>(context.saved_data["threshold"].toInt()),
          static_cast<float>(context.saved_data["scale"].toDouble())};
}

}  // namespace fthost::ops
