#pragma once

/// The weights of a model folder, in one safetensors file or in several.

#include <ATen/core/Tensor.h>

#include <fthost/parameters.h>
#include <fthost/topology.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fthost::bert {

/// All tensors that a run wants from a folder, widened to f32.
struct Weights {
  std::vector<Parameter> encoder;                        ///< In the topology's order.
  std::vector<std::pair<std::string, at::Tensor>> head;  ///< The rest, without pooler and pre-training heads.
};

/// Reads model.safetensors, or the files that model.safetensors.index.json names. Names may have the prefix "bert."
/// and may be those of old checkpoints (LayerNorm.gamma and beta). Throws one InputError that names all tensors which
/// are missing, have the wrong shape or type, or belong to an encoder that config.json does not describe. Pickles are
/// never opened: a folder that has nothing else is refused with the way to convert it.
Weights load_weights(const std::filesystem::path& folder, const Topology& topology, at::Device device);

}  // namespace fthost::bert
