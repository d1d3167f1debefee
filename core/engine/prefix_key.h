#pragma once

/// What the rows at a boundary depend on, as a key: the content of the weights below it and how they are computed.

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/cache/hash.h"
#include "core/engine/network.h"

namespace fthost {

/// How a prefix is computed.
struct PrefixArithmetic {
  at::Device device = at::kCPU;
  at::ScalarType compute = at::kFloat;  ///< Of the products.
  at::ScalarType storage = at::kFloat;  ///< In which rows are kept.
  int threads = 1;                      ///< Sums of other numbers of threads differ in their last bits.
};

/// Of the libraries that compute the model on a device, the operators' and its own: another build may round in another
/// way, and take another time.
Hash128 content_of_code(const Pipeline& pipeline, at::Device device);

/// The key of the rows that the first s stages give, for s from 1 to `stages`, at index s; the first is of no meaning.
/// Depends on the content of those stages' weights and of the libraries that compute them, on what the model says of
/// its arithmetic, on number types, threads and the processor's or device's kind, and on whether the rows of all stages
/// go along: never on a name or a path.
std::vector<Hash128> prefix_keys(Network& network, const Pipeline& pipeline, const PrefixArithmetic& how, int stages);

/// The key of an example's rows among those of its space: its tokens.
Hash128 key_of(const Example& example);

/// space.json of the rows that the first `stages` stages give.
std::string describe_space(const Network& network, const Pipeline& pipeline, const PrefixArithmetic& how, int stages);

}  // namespace fthost
