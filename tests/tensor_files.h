#pragma once

/// Tensors from golden files, and batches for tests that need tensors.

#include <ATen/ATen.h>
#include <fthost/error.h>
#include <fthost/ops.h>
#include <fthost/packing.h>
#include <fthost/safetensors.h>
#include <fthost/sentence.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fthost {

/// All tensors of a safetensors file of F32 and I64.
inline std::map<std::string, at::Tensor> read_tensors(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, stored] : file.tensors()) {
    auto tensor = at::empty(stored.shape, stored.type == "I64" ? at::kLong : at::kFloat);
    file.read(stored, {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()});
    tensors.emplace(name, tensor);
  }
  return tensors;
}

/// Examples of these lengths; example e has the id ids[e], or e when no ids are given.
inline Packing pack(const std::vector<std::int64_t>& lengths, std::vector<std::uint64_t> ids = {}) {
  Packing packing{{0}, 0, {}, {}};
  std::vector<std::int64_t> positions, keys;
  for (std::size_t e = 0; e < lengths.size(); ++e) {
    packing.starts.push_back(packing.starts.back() + lengths[e]);
    packing.longest = std::max(packing.longest, lengths[e]);
    for (std::int64_t i = 0; i < lengths[e]; ++i) {
      positions.push_back(i);
      const auto id = ids.empty() ? e : ids[e];
      keys.push_back(static_cast<std::int64_t>(ops::mix(id, static_cast<std::uint64_t>(i))));
    }
  }
  packing.positions = at::tensor(positions, at::kLong);
  packing.row_keys = at::tensor(keys, at::kLong);
  return packing;
}

/// Of a batch's targets, how many are labels.
inline std::int64_t count_labelled(const at::Tensor& targets) {
  return targets.ne(kIgnoredLabel).sum().item<std::int64_t>();
}

/// The largest difference of two elements.
inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) throw Error("tensors of different shapes cannot be compared");
  return a.numel() == 0 ? 0 : (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace fthost
