#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>

#include "sdk/ops/draw.h"

namespace fthost::ops {
namespace {

/// FNV-1a (Fowler, Noll, Vo), 64 bits.
std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

/// Above 0, up to 1.
double uniform(std::uint64_t bits) {
  return (static_cast<double>(bits >> 11) + 1) * 0x1p-53;
}

/// Elements 2k and 2k + 1 come from one pair of uniform values (Box and Muller, 1958).
double normal(std::uint64_t stream, std::uint64_t element) {
  const auto pair = element & ~std::uint64_t{1};
  const double radius = std::sqrt(-2 * std::log(uniform(mix_words(stream, pair))));
  const double angle = 2 * std::numbers::pi * uniform(mix_words(stream, pair + 1));
  return radius * (element % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

}  // namespace

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return mix_words(a, b);
}

void fill_normal(at::Tensor& out, std::uint64_t seed, std::string_view name, double standard_deviation) {
  const at::NoGradGuard no_gradients;
  const auto stream = mix_words(seed, hash_name(name));
  auto values = at::empty(out.sizes(), at::kFloat);
  auto* const data = values.data_ptr<float>();
  at::parallel_for(0, values.numel(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i)
      data[i] = static_cast<float>(standard_deviation * normal(stream, static_cast<std::uint64_t>(i)));
  });
  out.copy_(values);
}

}  // namespace fthost::ops
