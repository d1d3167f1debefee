#include "core/engine/network.h"

#include <ATen/ATen.h>

#include <utility>

#include "core/engine/learning_rates.h"
#include "core/engine/plugin_calls.h"

namespace fthost {

Network::Network(const Pipeline& pipeline, PluginRegistry& plugins) : pipeline_(pipeline) {
  const auto create = [&](const ComponentChoice& choice, auto& component, const char* doing) {
    using Interface = typename std::remove_reference_t<decltype(component)>::element_type;
    component = call_plugin(pipeline, choice, doing,
                            [&] { return plugins.create<Interface>(choice.component, choice.options); });
  };
  create(pipeline.model, model_, "reading the model's configuration");
  create(pipeline.head, head_, "being created");
  encoder_stages_ = static_cast<int>(model_->topology().stages.size());
}

Topology Network::topology() const {
  Topology topology = model_->topology();
  const auto labels = static_cast<double>(head_->labels().size());
  topology.stages.push_back({"head", 2.0 * static_cast<double>(topology.hidden_size) * labels});
  for (auto tensor : head_->tensors(topology.hidden_size)) {
    tensor.stage = topology.head_stage();
    topology.tensors.push_back(std::move(tensor));
  }
  return topology;
}

void Network::load(at::Device device, std::uint64_t seed) {
  call_plugin(pipeline_, pipeline_.model, "reading the weights", [&] { model_->load(device); });
  call_plugin(pipeline_, pipeline_.head, "making its tensors", [&] {
    head_->initialise({model_->topology().hidden_size, encoder_stages_, seed, device});
  });
  parameters_ = model_->parameters();
  for (auto& parameter : head_->parameters()) parameters_.push_back(std::move(parameter));
}

void Network::apply(const Plan& plan, bool all_gradients) {
  TORCH_CHECK(plan.learns.size() == parameters_.size(), "the model's list of parameters is not that of its topology");
  const auto factors = learning_rate_factors(pipeline_, topology());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].lr_factor = factors[i];
    parameters_[i].learns = plan.learns[i];
    parameters_[i].value.set_requires_grad(plan.learns[i] || all_gradients);
  }
}

at::Tensor Network::forward(StageRange range, const at::Tensor& input, const Packing& packing, const Context& context) {
  if (range.from >= range.to) return input;
  return call_plugin(pipeline_, pipeline_.model, "computing its stages",
                     [&] { return model_->forward(range, input, packing, context); });
}

at::Tensor Network::logits(const at::Tensor& hidden, const Packing& packing, const Context& context) {
  return call_plugin(pipeline_, pipeline_.head, "computing logits",
                     [&] { return head_->logits(hidden, packing, context); });
}

Loss Network::loss(const at::Tensor& logits, const at::Tensor& targets) {
  return call_plugin(pipeline_, pipeline_.head, "computing the loss", [&] { return head_->loss(logits, targets); });
}

double gradient_norm(std::span<const Parameter> parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters)
    if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
  if (gradients.empty()) return 0;
  const at::NoGradGuard no_autograd;
  return at::stack(at::_foreach_norm(gradients, 2)).norm(2).item<double>();
}

}  // namespace fthost
