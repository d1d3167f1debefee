// Makes a folder with a model of random weights, and opens it as fthost does.

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <fthost/model.h>
#include <fthost/ops.h>
#include <fthost/safetensors.h>
#include <fthost/testing.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace fthost;

namespace {

const std::filesystem::path kFolder = "plugin_name_model";

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::shared_ptr<Model> open(const char* library, const std::filesystem::path& folder) {
  return testing::open<Model>(library, "plugin-name", "path = '" + folder.string() + "'");
}

/// A folder with two layers of 16 and a vocabulary of words that the examples below use.
void make_folder(const char* library) {
  std::filesystem::remove_all(kFolder);
  std::filesystem::create_directory(kFolder);
  write(kFolder / "config.json",
        R"({"model_type": "plugin-name", "vocab_size": 64, "hidden_size": 16, "num_hidden_layers": 2,
            "num_attention_heads": 2, "max_position_embeddings": 32})");
  std::string words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n.\nanna\npeter\nwent\nwas\nhome\nto\nparis\nlondon\nwith\n";
  write(kFolder / "vocab.txt", words);
  write(kFolder / "tokenizer_config.json", R"({"do_lower_case": true, "tokenizer_class": "BertTokenizer"})");

  const auto topology = open(library, kFolder)->topology();  // needs no weights
  std::vector<at::Tensor> values;
  std::vector<TensorBytes> tensors;
  for (const auto& tensor : topology.tensors) {
    values.push_back(at::empty(tensor.shape, at::kFloat));
    ops::fill_normal(values.back(), 1, tensor.name, .2);
    if (tensor.name.ends_with("norm.weight")) values.back().fill_(1);
    tensors.push_back({tensor.name,
                       "F32",
                       tensor.shape,
                       {static_cast<const std::byte*>(values.back().const_data_ptr()), values.back().nbytes()}});
  }
  write_safetensors(disk(), kFolder / "model.safetensors", std::move(tensors));
}

/// Examples of these lengths, end to end.
Packing pack(const std::vector<std::int64_t>& lengths) {
  Packing packing;
  packing.starts = {0};
  std::vector<at::Tensor> positions;
  for (const auto length : lengths) {
    packing.starts.push_back(packing.starts.back() + length);
    packing.longest = std::max(packing.longest, length);
    positions.push_back(at::arange(length, at::kLong));
  }
  packing.positions = at::cat(positions);
  packing.row_keys = at::arange(packing.rows(), at::kLong);
  return packing;
}

}  // namespace

int main(int, char** arguments) {
  return testing::run([&] {
    make_folder(arguments[1]);
    const auto model = open(arguments[1], kFolder);
    testing::check(model->topology().stages.size() == 3, "embeddings and two layers; the host adds the head");
    model->load(at::kCPU);

    const auto ids = at::tensor({2, 6, 8, 3, 2, 12, 3}, at::kLong);
    const auto rows = model->forward({0, 3}, ids, pack({4, 3}), {});
    testing::check(rows.sizes() == at::IntArrayRef({7, 16}), "a row for each token");
    const auto embedded = model->forward({0, 1}, ids, pack({4, 3}), {});
    testing::check(at::equal(model->forward({1, 3}, embedded, pack({4, 3}), {}), rows),
                   "stages one after the other give what all give at once");
    const auto alone = model->forward({0, 3}, ids.slice(0, 4, 7), pack({3}), {});
    testing::check(alone.sub(rows.slice(0, 4, 7)).abs().max().item<double>() < 1e-5, "no example sees another one");

    const std::filesystem::path saved = kFolder / "saved";
    std::filesystem::create_directory(saved);
    model->save(disk(), saved, {"ForTokenClassification", {}, {"O", "B-X"}});
    const auto again = open(arguments[1], saved);
    testing::check(again->saved_labels() == std::vector<std::string>{"O", "B-X"}, "a saved model knows its labels");
    again->load(at::kCPU);
    testing::check(at::equal(again->forward({0, 3}, ids, pack({4, 3}), {}), rows), "and computes the same");
    std::filesystem::remove_all(saved);
  });
}
