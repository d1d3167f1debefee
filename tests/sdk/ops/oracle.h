#pragma once

/// The operators written down once more, as simply as can be: what they are held against.

#include <ATen/ATen.h>
#include <fthost/ops.h>
#include <torch/csrc/autograd/variable.h>

#include <rapidcheck.h>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/tensor_files.h"

namespace fthost::oracle {

/// Does dropout keep column `column` of the row with this stream?
inline bool keeps(std::uint64_t stream, std::int64_t column, double p) {
  const auto word = ops::mix(stream, static_cast<std::uint64_t>(column / 2));
  const auto draw = column % 2 == 0 ? word & 0xFFFFFFFF : word >> 32;
  return static_cast<double>(draw) >= std::floor(p * 4294967296.0);
}

inline std::uint64_t row_stream(const ops::DropoutKey& key, std::int64_t row_key) {
  auto stream = ops::mix(key.seed, static_cast<std::uint64_t>(key.step));
  stream = ops::mix(ops::mix(stream, static_cast<std::uint64_t>(key.stage)), static_cast<std::uint64_t>(key.site));
  return ops::mix(stream, static_cast<std::uint64_t>(row_key));
}

/// [rows, columns] f64: 0 where an element is dropped, else 1 / (1 - p). `head`: of attention; none otherwise.
inline at::Tensor mask(const ops::DropoutKey& key, const at::Tensor& row_keys, std::int64_t columns, double p,
                       std::int64_t head = -1) {
  auto mask = at::zeros({row_keys.size(0), columns}, at::kDouble);
  auto values = mask.accessor<double, 2>();
  const auto keys = row_keys.accessor<std::int64_t, 1>();
  for (std::int64_t row = 0; row < mask.size(0); ++row) {
    auto stream = row_stream(key, keys[row]);
    if (head >= 0) stream = ops::mix(stream, static_cast<std::uint64_t>(head));
    for (std::int64_t c = 0; c < columns; ++c) values[row][c] = p == 0 || keeps(stream, c, p) ? 1 / (1 - p) : 0;
  }
  return mask;
}

/// Example by example and head by head.
inline at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, std::int64_t heads,
                            double p, const ops::DropoutKey& dropout_key, const Packing& packing) {
  const auto size = query.size(1) / heads;
  std::vector<at::Tensor> examples;
  for (std::size_t e = 0; e + 1 < packing.starts.size(); ++e) {
    const auto first = packing.starts[e], tokens = packing.starts[e + 1] - first;
    std::vector<at::Tensor> columns;
    for (std::int64_t h = 0; h < heads; ++h) {
      const auto part = [&](const at::Tensor& x) { return x.narrow(0, first, tokens).narrow(1, h * size, size); };
      const auto scores = at::mm(part(query), part(key).t()) / std::sqrt(static_cast<double>(size));
      const auto kept = mask(dropout_key, packing.row_keys.narrow(0, first, tokens), tokens, p, h);
      columns.push_back(at::mm(scores.softmax(1) * kept, part(value)));
    }
    examples.push_back(at::cat(columns, 1));
  }
  return at::cat(examples);
}

inline at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                              const at::Tensor& bias, double epsilon, double p,
                                              const ops::DropoutKey& key, const Packing& packing) {
  const auto h = x * mask(key, packing.row_keys, x.size(1), p) + residual;
  const auto centred = h - h.mean(1, true);
  return centred / (centred.square().mean(1, true) + epsilon).sqrt() * weight + bias;
}

/// Leaves of a computation: the same values in f32 and in f64, with gradients.
struct Leaves {
  std::vector<at::Tensor> single, twice;

  at::Tensor add(const at::Tensor& values) {
    single.push_back(values.clone().set_requires_grad(true));
    twice.push_back(values.to(at::kDouble).set_requires_grad(true));
    return single.back();
  }

  /// The largest difference of outputs and of gradients, when both outputs receive the same random gradient.
  double difference(const at::Tensor& out, const at::Tensor& expected) const {
    const auto gradient = at::randn(expected.sizes(), at::kDouble);
    out.backward(gradient.to(out.scalar_type()));
    expected.backward(gradient);
    double worst = largest_difference(out.detach(), expected.detach());
    for (std::size_t i = 0; i < single.size(); ++i)
      worst = std::max(worst, largest_difference(single[i].grad(), twice[i].grad()));
    return worst;
  }
};

/// Between one and `most` examples, many of them of one token.
inline std::vector<std::int64_t> some_lengths(std::int64_t longest) {
  return *rc::gen::resize(6, rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(rc::gen::oneOf(
                                 rc::gen::just<std::int64_t>(1), rc::gen::inRange<std::int64_t>(1, longest)))));
}

inline double some_p() {
  return *rc::gen::element(0., .1, .5);
}

inline ops::DropoutKey some_key() {
  return {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::int64_t>(0, 1000), *rc::gen::inRange(0, 13),
          *rc::gen::inRange(0, 3)};
}

}  // namespace fthost::oracle
