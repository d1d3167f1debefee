#include "saved_model.h"

#include <ATen/ATen.h>

#include <fthost/error.h>
#include <fthost/safetensors.h>

#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace fthost::bert {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLargestTokenizerFile = std::uintmax_t{64} << 20;

void write_text(Files& files, const fs::path& path, std::string_view text) {
  const auto file = files.create(path);
  file->write(text);
  file->sync();
  file->close();
}

json saved_config(const Config& config, const SavedHead& head) {
  json saved = config.source;
  saved["architectures"] = json::array({"Bert" + head.architecture});
  saved["dtype"] = "float32";
  saved.erase("torch_dtype");
  saved["id2label"] = json::object();
  saved["label2id"] = json::object();
  for (std::size_t id = 0; id < head.labels.size(); ++id) {
    saved["id2label"][std::to_string(id)] = head.labels[id];
    saved["label2id"][head.labels[id]] = id;
  }
  return saved;
}

/// Adds the parameters under `prefix`. The tensors in `kept` own the memory that `out` points at.
void add_tensors(std::span<const Parameter> parameters, const std::string& prefix, std::vector<at::Tensor>& kept,
                 std::vector<TensorBytes>& out) {
  for (const auto& parameter : parameters) {
    kept.push_back(parameter.value.detach().to(at::kCPU).contiguous());
    const auto& tensor = kept.back();
    out.push_back({prefix + parameter.name,
                   "F32",
                   tensor.sizes().vec(),
                   {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}});
  }
}

}  // namespace

std::map<std::string, std::string> read_tokenizer_files(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto* name : {"vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"}) {
    const auto path = folder / name;
    if (!fs::is_regular_file(path) || fs::file_size(path) > kLargestTokenizerFile) continue;
    std::ifstream file(path, std::ios::binary);
    contents[name].assign(std::istreambuf_iterator<char>(file), {});
    if (!file) throw Error("cannot read " + path.string());
  }
  return contents;
}

void save_model(Files& files, const fs::path& folder, const Config& config, std::span<const Parameter> encoder,
                const SavedHead& head, const std::map<std::string, std::string>& tokenizer_files) {
  std::vector<at::Tensor> kept;
  std::vector<TensorBytes> tensors;
  add_tensors(encoder, "bert.", kept, tensors);
  add_tensors(head.parameters, "", kept, tensors);
  write_safetensors(files, folder / "model.safetensors", std::move(tensors));
  write_text(files, folder / "config.json", saved_config(config, head).dump(2) + "\n");
  for (const auto& [name, text] : tokenizer_files) write_text(files, folder / name, text);
}

}  // namespace fthost::bert
