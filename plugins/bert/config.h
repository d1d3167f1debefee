#pragma once

/// config.json of a BERT folder, checked. No tensors here.

#include <fthost/topology.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace fthost::bert {

/// The activation between the two products of a layer's feed-forward part.
enum class Activation { gelu, gelu_tanh, leaky_relu, mish, quick_gelu, relu, relu6, sigmoid, silu, tanh };

struct Config {
  std::int64_t vocabulary = 0;
  std::int64_t hidden = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t intermediate = 0;
  std::int64_t positions = 0;
  std::int64_t token_types = 0;
  Activation activation = Activation::gelu;
  double hidden_dropout = 0;
  double attention_dropout = 0;
  double epsilon = 0;               ///< Of the layer norms.
  std::vector<std::string> labels;  ///< In the order of their ids; empty where they are "LABEL_0" … or none.
  nlohmann::json source;            ///< The whole file, from which a saved model's is made.
};

/// Reads `file`. What is missing, wrong or beyond this model (another model_type, relative positions, a decoder) is
/// thrown as one InputError with a message each.
Config read_config(const std::filesystem::path& file);

/// What Model::arithmetic says.
std::string describe_arithmetic(const Config& config);

/// Embeddings and layers under Hugging Face's names, without the prefix "bert."; the head's stage is left to the host.
Topology make_topology(const Config& config);

}  // namespace fthost::bert
