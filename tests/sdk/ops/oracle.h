#pragma once

/// The operators written down once more, as simply as can be: what they are held against.

#include <ATen/ATen.h>
#include <fthost/ops.h>
#include <torch/csrc/autograd/variable.h>

#include <rapidcheck.h>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "tests/catch.h"
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
  return examples.empty() ? query + key + value : at::cat(examples);  // no rows
}

inline at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                              const at::Tensor& bias, double epsilon, double p,
                                              const ops::DropoutKey& key, const Packing& packing) {
  const auto h = x * mask(key, packing.row_keys, x.size(1), p) + residual;
  const auto centred = h - h.mean(1, true);
  return centred / (centred.square().mean(1, true) + epsilon).sqrt() * weight + bias;
}

inline at::Tensor bias_gelu(const at::Tensor& x, const at::Tensor& bias, ops::Gelu form) {
  const auto h = x + bias;
  if (form == ops::Gelu::exact) return h * (1 + at::erf(h / std::sqrt(2.))) / 2;
  return h * (1 + at::tanh(std::sqrt(2 / std::numbers::pi) * (h + .044715 * h.pow(3)))) / 2;
}

/// How far a result and its gradients are off, each as a share of the largest element that is expected.
struct Differences {
  double out = 0, gradients = 0;
};

/// As a share of the largest element expected, but of no less than `least`: inputs are about 1, and what is much
/// smaller is what is left of such when it cancels out.
inline double relative_difference(const at::Tensor& found, const at::Tensor& expected, double least) {
  if (expected.numel() == 0) return largest_difference(found, expected);
  return largest_difference(found, expected) / std::max(expected.abs().max().item<double>(), least);
}

/// Gradients are what is left of sums: that of attention to one token alone is zero, of dot products of up to 64
/// elements, doubled by dropout, which come to about 10 and carry its rounding.
constexpr double kLeastResult = .1, kLeastGradient = 1;

/// Leaves of a computation: the same values in f32 or bf16 and in f64, with gradients.
struct Leaves {
  at::ScalarType type = at::kFloat;
  std::vector<at::Tensor> found, exact;

  /// In the number type of the computation.
  void add(const at::Tensor& values) { add(values, type); }
  void add(const at::Tensor& values, at::ScalarType stored) {
    found.push_back(values.to(stored).clone().set_requires_grad(true));
    exact.push_back(found.back().detach().to(at::kDouble).set_requires_grad(true));
  }

  /// Of output and gradients, when both outputs receive the same random gradient.
  Differences difference(const at::Tensor& out, const at::Tensor& expected) const {
    const auto gradient = at::randn(expected.sizes(), at::kDouble).to(out.scalar_type());
    out.backward(gradient);
    expected.backward(gradient.to(at::kDouble));
    Differences worst{relative_difference(out.detach(), expected.detach(), kLeastResult), 0};
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (found[i].grad().scalar_type() != found[i].scalar_type()) throw Error("a gradient has another number type");
      worst.gradients =
          std::max(worst.gradients, relative_difference(found[i].grad(), exact[i].grad(), kLeastGradient));
    }
    return worst;
  }
};

/// What an operator may be off. bf16 has 8 bits: rounding costs 2^-8 of a value at most, and gradients are made of
/// values that were rounded before.
inline Differences allowed(at::ScalarType type) {
  return type == at::kBFloat16 ? Differences{0x1.02p-8, 0x1p-6} : Differences{1e-5, 2e-5};
}

inline bool within(const Differences& found, const Differences& allowed) {
  if (found.out <= allowed.out && found.gradients <= allowed.gradients) return true;
  WARN("off by " << found.out << ", gradients by " << found.gradients);
  return false;
}

inline at::ScalarType some_type() {
  return *rc::gen::element(at::kFloat, at::kBFloat16);
}

/// Up to six examples, many of them of one token, some of none; there may be no example.
inline std::vector<std::int64_t> some_lengths(std::int64_t longest) {
  return *rc::gen::resize(6, rc::gen::container<std::vector<std::int64_t>>(
                                 rc::gen::oneOf(rc::gen::just<std::int64_t>(1), rc::gen::inRange<std::int64_t>(0, 3),
                                                rc::gen::inRange<std::int64_t>(1, longest))));
}

inline double some_p() {
  return *rc::gen::element(0., .1, .5);
}

inline ops::DropoutKey some_key() {
  return {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::int64_t>(0, 1000), *rc::gen::inRange(0, 13),
          *rc::gen::inRange(0, 3)};
}

}  // namespace fthost::oracle
