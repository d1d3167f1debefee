#include "encoder.h"

#include <ATen/ATen.h>

#include <fthost/ops.h>

namespace fthost::bert {
namespace {

// Places of dropout within a stage: they key what is drawn, so they never change.
constexpr int kEmbeddingSite = 0;
constexpr int kAttentionSite = 0;
constexpr int kAttentionOutputSite = 1;
constexpr int kOutputSite = 2;

at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::gelu:
      return at::gelu(x);
    case Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case Activation::relu:
      return at::relu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::tanh:
      return at::tanh(x);
  }
  return x;
}

at::Tensor product(const at::Tensor& x, const Pair& pair, const Context& context) {
  return ops::linear(x, pair.weight, pair.bias, context.compute);
}

ops::DropoutKey dropout_key(const Context& context, int stage, int site) {
  return {context.seed, context.step, stage, site};
}

}  // namespace

Encoder::Encoder(const Config& config, std::span<const Parameter> parameters) : config_(config) {
  auto next = parameters.begin();
  const auto take = [&] { return (next++)->value; };
  const auto take_pair = [&] {
    auto weight = take();
    return Pair{std::move(weight), take()};
  };
  words_ = take();
  positions_ = take();
  token_types_ = take();
  norm_ = take_pair();
  for (std::int64_t i = 0; i < config.layers; ++i)
    layers_.push_back(
        {take_pair(), take_pair(), take_pair(), take_pair(), take_pair(), take_pair(), take_pair(), take_pair()});
}

at::Tensor Encoder::embed(const at::Tensor& ids, const Packing& packing, const Context& context) const {
  // One kind of token only: a sentence has no second segment.
  const auto rest = ops::embedding(positions_, packing.positions) + token_types_.select(0, 0);
  const auto key = dropout_key(context, 0, kEmbeddingSite);
  const auto normed = ops::dropout_residual_layer_norm(ops::embedding(words_, ids), rest, norm_.weight, norm_.bias,
                                                       config_.epsilon, 0, key, packing, false);
  return ops::dropout(normed, config_.hidden_dropout, key, packing, context.training);
}

at::Tensor Encoder::run_layer(std::size_t index, const at::Tensor& x, const Packing& packing,
                              const Context& context) const {
  const auto& layer = layers_[index];
  const auto stage = Topology::layer_stage(static_cast<int>(index));
  const auto add_and_norm = [&](const at::Tensor& y, const at::Tensor& residual, const Pair& norm, int site) {
    return ops::dropout_residual_layer_norm(y, residual, norm.weight, norm.bias, config_.epsilon,
                                            config_.hidden_dropout, dropout_key(context, stage, site), packing,
                                            context.training);
  };
  const auto attended = ops::packed_attention(
      product(x, layer.query, context), product(x, layer.key, context), product(x, layer.value, context), config_.heads,
      config_.attention_dropout, dropout_key(context, stage, kAttentionSite), packing, context);
  const auto mixed =
      add_and_norm(product(attended, layer.attention_output, context), x, layer.attention_norm, kAttentionOutputSite);
  const auto inner = activate(product(mixed, layer.intermediate, context), config_.activation);
  return add_and_norm(product(inner, layer.output, context), mixed, layer.output_norm, kOutputSite);
}

}  // namespace fthost::bert
