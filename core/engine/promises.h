#pragma once

/// What a plugin gave, held against what its kind promises. All throw Error that says what was promised and what came;
/// call them inside call_plugin(), which says who it was.

#include <ATen/core/Tensor.h>
#include <fthost/head.h>
#include <fthost/parameters.h>
#include <fthost/sentence.h>
#include <fthost/topology.h>

#include <span>
#include <string>
#include <vector>

namespace fthost {

/// `given` is [rows, columns], of floating point. `what` is its name in the message: "hidden rows".
void require_matrix(const at::Tensor& given, const char* what, std::int64_t rows, std::int64_t columns);

/// The mean is one number of f32, over no more tokens than there are `rows`.
void require_loss(const Loss& loss, std::int64_t rows);

/// What depends on a tensor that learns is recorded by autograd: else that tensor would never get a gradient.
void require_recorded(const at::Tensor& given, const char* what, bool depends_on_learning);

/// One label for each word that speaks.
void require_label_each(const std::vector<std::string>& labels, const Example& example);

/// One target for each token: an index into `labels` labels, or kIgnoredLabel.
void require_targets(const Example& example, std::size_t labels);

/// There are embeddings and a width, and each tensor belongs to a stage, in the stages' order.
void require_topology(const Topology& topology);

/// The tensors of a topology, in its order, under its names, in its shapes, as f32 on `device`.
void require_parameters(std::span<const Parameter> given, std::span<const TensorShape> promised, at::Device device);

}  // namespace fthost
