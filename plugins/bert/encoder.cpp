#include "encoder.h"

#include <ATen/ATen.h>

#include <fthost/error.h>
#include <fthost/topology.h>

namespace fthost::bert {
namespace {

// Places of dropout within a stage: they key what is drawn, so they never change.
constexpr int kEmbeddingSite = 0;
constexpr int kAttentionSite = 0;
constexpr int kAttentionOutputSite = 1;
constexpr int kOutputSite = 2;

/// Of those that are not fused with the product before them.
at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::leaky_relu:
      return at::leaky_relu(x);
    case Activation::mish:
      return at::mish(x);
    case Activation::quick_gelu:
      return x * at::sigmoid(x * 1.702);
    case Activation::relu:
      return at::relu(x);
    case Activation::relu6:
      return at::relu6(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::gelu:
    case Activation::gelu_tanh:
      break;
  }
  throw Error("the activation has a product of its own");
}

at::Tensor activated_product(ops::Linear& linear, const at::Tensor& x, Activation activation, const Context& context) {
  if (activation == Activation::gelu) return linear.gelu(x, ops::Gelu::exact, context);
  if (activation == Activation::gelu_tanh) return linear.gelu(x, ops::Gelu::tanh, context);
  return activate(linear(x, context), activation);
}

ops::DropoutKey dropout_key(const Context& context, int stage, int site) {
  return {context.seed, context.step, stage, site};
}

}  // namespace

Encoder::Encoder(const Config& config, std::span<const Parameter> parameters) : config_(config) {
  auto next = parameters.begin();
  const auto take = [&] { return (next++)->value; };
  const auto norm = [&] {
    auto weight = take();
    return Norm{std::move(weight), take()};
  };
  const auto linear = [&] {
    auto weight = take();
    return ops::Linear(std::move(weight), take());
  };
  words_ = take();
  positions_ = take();
  token_types_ = take();
  norm_ = norm();
  for (std::int64_t i = 0; i < config.layers; ++i)
    layers_.push_back({linear(), linear(), linear(), linear(), norm(), linear(), linear(), norm()});
}

at::Tensor Encoder::embed(const at::Tensor& ids, const Packing& packing, const Context& context) const {
  // One kind of token only: a sentence has no second segment.
  const auto rest = ops::embedding(positions_, packing.positions) + token_types_.select(0, 0);
  const auto key = dropout_key(context, 0, kEmbeddingSite);
  const auto normed = ops::dropout_residual_layer_norm(ops::embedding(words_, ids), rest, norm_.weight, norm_.bias,
                                                       config_.epsilon, 0, key, packing, false);
  return ops::dropout(normed, config_.hidden_dropout, key, packing, context.training).to(context.compute);
}

at::Tensor Encoder::run_layer(std::size_t index, const at::Tensor& x, const Packing& packing, const Context& context) {
  auto& layer = layers_[index];
  const auto stage = Topology::layer_stage(static_cast<int>(index));
  const auto add_and_norm = [&](const at::Tensor& y, const at::Tensor& residual, const Norm& norm, int site) {
    return ops::dropout_residual_layer_norm(y, residual, norm.weight, norm.bias, config_.epsilon,
                                            config_.hidden_dropout, dropout_key(context, stage, site), packing,
                                            context.training);
  };
  const auto attended = ops::packed_attention(layer.query(x, context), layer.key(x, context), layer.value(x, context),
                                              config_.heads, config_.attention_dropout,
                                              dropout_key(context, stage, kAttentionSite), packing, context.training);
  const auto mixed =
      add_and_norm(layer.attention_output(attended, context), x, layer.attention_norm, kAttentionOutputSite);
  const auto inner = activated_product(layer.intermediate, mixed, config_.activation, context);
  return add_and_norm(layer.output(inner, context), mixed, layer.output_norm, kOutputSite);
}

}  // namespace fthost::bert
