#include "core/engine/network.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/engine/learning_rates.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/promises.h"

namespace fthost {

Network::Network(const Pipeline& pipeline, PluginRegistry& plugins) : pipeline_(pipeline) {
  const auto create = [&](const ComponentChoice& choice, auto& component, const char* doing) {
    using Interface = typename std::remove_reference_t<decltype(component)>::element_type;
    component = call_plugin(pipeline, choice, doing,
                            [&] { return plugins.create<Interface>(choice.component, choice.options); });
  };
  create(pipeline.model, model_, "reading the model's configuration");
  create(pipeline.head, head_, "being created");
  call_plugin(pipeline, pipeline.model, "describing its topology", [&] {
    encoder_ = model_->topology();
    require_topology(encoder_);
  });
  call_plugin(pipeline, pipeline.head, "being told of the stages",
              [&] { hidden_ = fthost::hidden_rows(*head_, encoder_stages(), encoder_.hidden_size); });
}

void Network::learn_labels(std::span<const Sentence> train) {
  call_plugin(pipeline_, pipeline_.head, "learning its labels", [&] {
    head_->learn_labels(train);
    if (head_->labels().empty()) throw Error("it has none afterwards");
  });
}

Topology Network::topology() const {
  Topology topology = encoder_;
  const auto labels = static_cast<double>(head_->labels().size());
  topology.stages.push_back({"head", 2.0 * static_cast<double>(topology.hidden_size) * labels});
  const auto tensors = call_plugin(pipeline_, pipeline_.head, "naming its tensors",
                                   [&] { return head_->tensors(topology.hidden_size); });
  for (auto tensor : tensors) {
    tensor.stage = topology.head_stage();
    topology.tensors.push_back(std::move(tensor));
  }
  return topology;
}

void Network::load(at::Device device, std::uint64_t seed) {
  call_plugin(pipeline_, pipeline_.model, "reading the weights", [&] {
    model_->load(device);
    parameters_ = model_->parameters();
    require_parameters(parameters_, encoder_.tensors, device);
  });
  call_plugin(pipeline_, pipeline_.head, "making its tensors", [&] {
    head_->initialise({encoder_.hidden_size, encoder_stages(), seed, device});
    auto own = head_->parameters();
    require_parameters(own, head_->tensors(encoder_.hidden_size), device);
    std::move(own.begin(), own.end(), std::back_inserter(parameters_));
  });
}

void Network::apply(const Plan& plan, bool all_gradients) {
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
                     [&] { return run_stages(*model_, hidden_, range, input, packing, context); });
}

at::Tensor Network::logits(const at::Tensor& hidden, const Packing& packing, const Context& context) {
  return call_plugin(pipeline_, pipeline_.head, "computing logits", [&] {
    auto logits = head_->logits(hidden, packing, context);
    require_matrix(logits, "logits", packing.rows(), static_cast<std::int64_t>(head_->labels().size()));
    require_recorded(logits, "logits", hidden.requires_grad());
    return logits;
  });
}

Loss Network::loss(const at::Tensor& logits, const at::Tensor& targets, std::int64_t labelled) {
  return call_plugin(pipeline_, pipeline_.head, "computing the loss", [&] {
    auto loss = head_->loss(logits, targets, labelled);
    require_loss(loss, targets.size(0));
    const auto own = parameters().subspan(encoder_.tensors.size());
    const bool learns = std::ranges::any_of(own, [](const Parameter& p) { return p.value.requires_grad(); });
    require_recorded(loss.mean, "loss", loss.labelled > 0 && (learns || logits.requires_grad()));
    return loss;
  });
}

void Network::backward(const at::Tensor& loss) {
  // Whose backward formula failed, autograd does not say.
  guard_plugin([&] { return "the backward pass of " + describe(pipeline_.head) + " or " + describe(pipeline_.model); },
               [](const OptionError&) {}, [&] { loss.backward(); });
}

std::vector<std::string> Network::decode(const at::Tensor& logits, const Example& example) const {
  return call_plugin(pipeline_, pipeline_.head, "decoding labels", [&] {
    auto labels = head_->decode(logits, example);
    require_label_each(labels, example);
    return labels;
  });
}

at::Tensor gradient_norm(std::span<const Parameter> parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters)
    if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
  const at::NoGradGuard no_autograd;
  if (gradients.empty()) return at::zeros({}, parameters.front().value.options());
  return at::stack(at::_foreach_norm(gradients, 2)).norm(2);
}

}  // namespace fthost
