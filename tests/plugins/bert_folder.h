#pragma once

/// Copies of the golden BERT folder with something changed.

#include <ATen/ATen.h>
#include <fthost/model.h>
#include <fthost/safetensors.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/plugins/open_plugin.h"
#include "tests/temporary_folder.h"
#include "tests/tensor_files.h"

namespace fthost {

class BertFolder {
 public:
  BertFolder() { std::filesystem::copy(golden(), folder_.path()); }

  static std::filesystem::path golden() { return std::filesystem::path(FTHOST_TEST_DATA) / "golden/bert/tiny"; }

  const TemporaryFolder& folder() const { return folder_; }
  std::filesystem::path path() const { return folder_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  void change_config(const std::function<void(nlohmann::json&)>& change) const {
    auto config = nlohmann::json::parse(folder_.read("config.json"));
    change(config);
    folder_.write("config.json", config.dump(2));
  }

  /// Stores `tensors`, all of one type, as `name`.
  void write_tensors(const std::string& name, const std::map<std::string, at::Tensor>& tensors,
                     const std::string& type = "F32") const {
    std::vector<TensorBytes> bytes;
    for (const auto& [tensor_name, tensor] : tensors)
      bytes.push_back({tensor_name,
                       type,
                       tensor.sizes().vec(),
                       {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}});
    write_safetensors(disk(), folder_ / name, std::move(bytes));
  }

  std::unique_ptr<Model> open() const { return open_plugin<Model>("bert", "bert", {{"path", path().string()}}); }

  /// What opening, and then loading, complains about; the folder's path as F.
  std::string complaint() const {
    std::string text = "no error";
    try {
      open()->load(at::kCPU);
    } catch (const InputError& error) {
      text = render(error.messages());
    }
    const auto name = path().string();
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) text.replace(at, name.size(), "F");
    return text;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace fthost
