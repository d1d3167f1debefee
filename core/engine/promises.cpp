#include "core/engine/promises.h"

#include <ATen/ATen.h>
#include <fthost/error.h>

#include <sstream>

namespace fthost {
namespace {

/// "Float of shape [3, 32] on cpu".
std::string shown(const at::Tensor& tensor) {
  if (!tensor.defined()) return "no tensor";
  std::ostringstream text;
  text << tensor.scalar_type() << " of shape " << tensor.sizes() << " on " << tensor.device();
  return text.str();
}

}  // namespace

void require_matrix(const at::Tensor& given, const char* what, std::int64_t rows, std::int64_t columns) {
  if (given.defined() && given.dim() == 2 && given.size(0) == rows && given.size(1) == columns &&
      given.is_floating_point())
    return;
  throw Error("expected " + std::string(what) + " of shape [" + std::to_string(rows) + ", " + std::to_string(columns) +
              "], it gave " + shown(given));
}

void require_loss(const Loss& loss, std::int64_t rows) {
  if (!loss.mean.defined() || loss.mean.numel() != 1 || loss.mean.scalar_type() != at::kFloat)
    throw Error("expected one Float as the mean loss, it gave " + shown(loss.mean));
  if (loss.labelled < 0 || loss.labelled > rows)
    throw Error("it says that " + std::to_string(loss.labelled) + " of " + std::to_string(rows) +
                " tokens are labelled");
}

void require_recorded(const at::Tensor& given, const char* what, bool depends_on_learning) {
  if (depends_on_learning && at::GradMode::is_enabled() && !given.requires_grad())
    throw Error("autograd did not record the " + std::string(what) + ", so what learns would get no gradient");
}

void require_label_each(const std::vector<std::string>& labels, const Example& example) {
  if (labels.size() != example.speakers.size())
    throw Error("it gave " + std::to_string(labels.size()) + " labels for an example with " +
                std::to_string(example.speakers.size()) + " words");
}

void require_targets(const Example& example, std::size_t labels) {
  if (example.targets.size() != example.tokens.size())
    throw Error("it gave " + std::to_string(example.targets.size()) + " label ids for an example with " +
                std::to_string(example.tokens.size()) + " tokens");
  for (const auto target : example.targets)
    if (target != kIgnoredLabel && (target < 0 || static_cast<std::size_t>(target) >= labels))
      throw Error("it gave the label id " + std::to_string(target) + ", but it has " + std::to_string(labels) +
                  " labels");
}

void require_topology(const Topology& topology) {
  if (topology.stages.empty() || topology.hidden_size < 1)
    throw Error("its topology has " + std::to_string(topology.stages.size()) + " stages of width " +
                std::to_string(topology.hidden_size) + "; there must be one or more, of 1 or more");
  int stage = 0;
  for (const auto& tensor : topology.tensors) {
    if (tensor.stage < stage || tensor.stage >= static_cast<int>(topology.stages.size()))
      throw Error("its topology has the tensor '" + tensor.name + "' in stage " + std::to_string(tensor.stage) +
                  " after one of stage " + std::to_string(stage) + ", of " + std::to_string(topology.stages.size()) +
                  " stages; tensors must be in the order of their stages");
    stage = tensor.stage;
  }
}

void require_parameters(std::span<const Parameter> given, std::span<const TensorShape> promised, at::Device device) {
  if (given.size() != promised.size())
    throw Error("it has " + std::to_string(given.size()) + " parameters, but named " + std::to_string(promised.size()) +
                " tensors");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& [name, value, learns, lr_factor] = given[i];
    if (name != promised[i].name)
      throw Error("its parameter " + std::to_string(i) + " is '" + name + "', but it named '" + promised[i].name + "'");
    if (!value.defined() || value.sizes() != promised[i].shape || value.scalar_type() != at::kFloat ||
        value.device() != device) {
      std::ostringstream shape;
      shape << at::IntArrayRef(promised[i].shape) << " on " << device;
      throw Error("its parameter '" + name + "' is " + shown(value) + ", expected Float of shape " + shape.str());
    }
  }
}

}  // namespace fthost
