#include "weights.h"

#include <ATen/ATen.h>

#include <fthost/error.h>
#include <fthost/json.h>
#include <fthost/safetensors.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace fthost::bert {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "bert.";

std::optional<at::ScalarType> scalar_type(const std::string& stored) {
  if (stored == "F32") return at::kFloat;
  if (stored == "F16") return at::kHalf;
  if (stored == "BF16") return at::kBFloat16;
  return {};
}

void replace_ending(std::string& name, std::string_view from, std::string_view to) {
  if (name.ends_with(from)) name.replace(name.size() - from.size(), from.size(), to);
}

/// The name that the tensor has in the topology.
std::string modern_name(std::string name) {
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  replace_ending(name, "LayerNorm.gamma", "LayerNorm.weight");
  replace_ending(name, "LayerNorm.beta", "LayerNorm.bias");
  return name;
}

bool belongs_to_head(std::string_view name) {
  constexpr std::array<std::string_view, 4> others = {"embeddings.", "encoder.", "pooler.", "cls."};
  return std::none_of(others.begin(), others.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

std::string shown(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const auto n : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

/// Tensors by their modern names, over all files of the folder.
class Checkpoint {
 public:
  struct Entry {
    const SafetensorsFile* file;
    const StoredTensor* tensor;
  };

  explicit Checkpoint(const fs::path& folder) {
    place_ = folder / "model.safetensors";
    if (fs::exists(place_)) {
      add_file(place_);
      return;
    }
    place_ = folder / "model.safetensors.index.json";
    if (!fs::exists(place_)) refuse_without_weights(folder);
    for (const auto& name : shard_names()) add_file(folder / name);
  }

  const fs::path& place() const { return place_; }
  const std::map<std::string, Entry>& entries() const { return entries_; }

  at::Tensor read(const Entry& entry, at::Device device) const {
    auto stored = at::empty(entry.tensor->shape, *scalar_type(entry.tensor->type));
    entry.file->read(*entry.tensor, {static_cast<std::byte*>(stored.mutable_data_ptr()), stored.nbytes()});
    return stored.to(at::kFloat).to(device);
  }

 private:
  [[noreturn]] static void refuse_without_weights(const fs::path& folder) {
    for (const auto* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "model.pth"}) {
      if (!fs::exists(folder / pickle)) continue;
      const auto path = folder.string();
      throw InputError(folder / pickle,
                       "a pickle can run any code and is not opened; expected model.safetensors beside it",
                       {"if you trust the file, convert it:",
                        "python -c \"from transformers import BertModel as M; M.from_pretrained('" + path +
                            "').save_pretrained('" + path + "')\""});
    }
    throw InputError(folder, "there are no weights: expected model.safetensors or model.safetensors.index.json");
  }

  std::set<std::string> shard_names() const {
    const auto index = read_json(place_);
    const auto map = index.is_object() ? index.find("weight_map") : index.end();
    if (!index.is_object() || map == index.end() || !map->is_object())
      throw InputError(place_, "expected an object 'weight_map' of files by tensors");
    std::set<std::string> names;
    for (const auto& [tensor, file] : map->items()) {
      const auto name = file.is_string() ? file.get<std::string>() : std::string();
      if (name.empty() || fs::path(name).filename() != name || !name.ends_with(".safetensors"))
        throw InputError(
            place_, "'weight_map' must name a .safetensors file beside it for '" + tensor + "', found " + file.dump());
      names.insert(name);
    }
    return names;
  }

  void add_file(const fs::path& path) {
    files_.push_back(std::make_unique<SafetensorsFile>(path));
    for (const auto& [name, tensor] : files_.back()->tensors())
      if (!entries_.emplace(modern_name(name), Entry{files_.back().get(), &tensor}).second)
        throw InputError(
            path, "the tensor '" + modern_name(name) + "' stands in the checkpoint twice, here as '" + name + "'");
  }

  fs::path place_;
  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::map<std::string, Entry> entries_;
};

/// What keeps the tensor from being used, or nothing.
std::string problem(const TensorShape& expected, const Checkpoint& checkpoint) {
  const auto found = checkpoint.entries().find(expected.name);
  if (found == checkpoint.entries().end()) return "missing, expected " + shown(expected.shape);
  const auto& tensor = *found->second.tensor;
  if (tensor.shape != expected.shape) return "expected " + shown(expected.shape) + ", found " + shown(tensor.shape);
  if (!scalar_type(tensor.type)) return "expected F32, F16 or BF16, found " + tensor.type;
  return {};
}

/// Layers that the configuration does not have, and the like. Old checkpoints hold what is no weight: ids of positions.
std::vector<std::string> unexpected(const Checkpoint& checkpoint, const Topology& topology) {
  std::set<std::string_view> known = {"embeddings.position_ids", "embeddings.token_type_ids"};
  for (const auto& tensor : topology.tensors) known.insert(tensor.name);
  std::vector<std::string> names;
  for (const auto& [name, entry] : checkpoint.entries())
    if ((name.starts_with("embeddings.") || name.starts_with("encoder.")) && !known.contains(name))
      names.push_back(name + ": not expected, found " + shown(entry.tensor->shape));
  return names;
}

void check(const Checkpoint& checkpoint, const Topology& topology) {
  std::vector<std::string> notes;
  for (const auto& tensor : topology.tensors)
    if (auto what = problem(tensor, checkpoint); !what.empty()) notes.push_back(tensor.name + ": " + what);
  for (auto& what : unexpected(checkpoint, topology)) notes.push_back(std::move(what));
  if (notes.empty()) return;
  const auto count = std::to_string(notes.size()) + (notes.size() == 1 ? " tensor is" : " tensors are");
  throw InputError(checkpoint.place(), count + " not what config.json asks for", std::move(notes));
}

}  // namespace

Weights load_weights(const fs::path& folder, const Topology& topology, at::Device device) {
  const Checkpoint checkpoint(folder);
  check(checkpoint, topology);
  Weights weights;
  for (const auto& tensor : topology.tensors)
    weights.encoder.push_back({tensor.name, checkpoint.read(checkpoint.entries().at(tensor.name), device)});
  for (const auto& [name, entry] : checkpoint.entries())
    if (belongs_to_head(name) && scalar_type(entry.tensor->type))
      weights.head.emplace_back(name, checkpoint.read(entry, device));
  return weights;
}

}  // namespace fthost::bert
