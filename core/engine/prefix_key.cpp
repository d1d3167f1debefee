#include "core/engine/prefix_key.h"

#include <ATen/ATen.h>
#include <fthost/ops.h>

#include <dlfcn.h>
#include <torch/version.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "core/cache/store.h"
#include "core/engine/device.h"
#include "core/engine/plugin_calls.h"
#include "core/run/machine.h"

namespace fthost {
namespace {

std::filesystem::path operators_library() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&ops::packed_attention), &info) == 0)
    throw Error("the library of the operators cannot be found in this process");
  return info.dli_fname;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

const char* type_name(at::ScalarType type) {
  return type == at::kBFloat16 ? "bf16" : "f32";
}

Hasher& add(Hasher& hasher, const Hash128& hash) {
  return hasher.add(hash.high).add(hash.low);
}

void add(Hasher& hasher, const Parameter& parameter) {
  const auto value = parameter.value.detach().to(at::kCPU).contiguous();
  hasher.add(parameter.name);
  for (const auto size : value.sizes()) hasher.add(static_cast<std::uint64_t>(size));
  hasher.add({static_cast<const std::byte*>(value.const_data_ptr()), static_cast<std::size_t>(value.nbytes())});
}

}  // namespace

Hash128 content_of_code(const Pipeline& pipeline, at::Device device) {
  std::vector libraries = {operators_library(), pipeline.model.component.library};
  if (!device.is_cpu()) libraries.push_back(cuda_library_file());
  Hasher hasher;
  for (const auto& library : libraries) add(hasher, hash_of(SegmentBytes::map(library).view()));
  return hasher.digest();
}

std::vector<Hash128> prefix_keys(Network& network, const Pipeline& pipeline, const PrefixArithmetic& how, int stages) {
  Hasher hasher;
  add(hasher, content_of_code(pipeline, how.device));
  const auto arithmetic =
      call_plugin(pipeline, pipeline.model, "naming its arithmetic", [&] { return network.model().arithmetic(); });
  hasher.add(arithmetic).add(TORCH_VERSION).add(cpu_capability()).add(cpu_model());
  for (const auto& [name, value] : numeric_environment()) hasher.add(name).add(value);
  // What a device rounds like is not known from here: rows of one machine's are not another's.
  if (!how.device.is_cpu()) hasher.add(how.device.str()).add(host_name());
  hasher.add(c10::DeviceTypeName(how.device.type())).add(type_name(how.compute)).add(type_name(how.storage));
  hasher.add(static_cast<std::uint64_t>(how.threads));
  if (network.hidden_rows().all_stages) hasher.add("all stages");

  std::vector<Hash128> keys(1);
  const Topology& topology = network.encoder();
  const auto parameters = network.parameters();
  for (int stage = 0; stage < stages; ++stage) {
    for (std::size_t i = 0; i < topology.tensors.size(); ++i)
      if (topology.tensors[i].stage == stage) add(hasher, parameters[i]);
    keys.push_back(hasher.digest());
  }
  return keys;
}

Hash128 key_of(const Example& example) {
  return hash_of(std::as_bytes(std::span(example.tokens)));
}

std::string describe_space(const Network& network, const Pipeline& pipeline, const PrefixArithmetic& how, int stages) {
  nlohmann::ordered_json json;
  json["boundary"] = stages - 1;
  json["model"] = pipeline.model.component.description.name;
  json["layers"] = network.encoder_stages() - 1;
  json["hidden_size"] = network.hidden_rows().size;
  json["rows_per_token"] = network.hidden_rows().all_stages ? stages : 1;
  json["storage"] = type_name(how.storage);
  json["precision"] = type_name(how.compute);
  json["device"] = c10::DeviceTypeName(how.device.type());
  json["threads"] = how.threads;
  json["libtorch"] = libtorch_version();
  json["cpu_capability"] = cpu_capability();
  return json.dump(2) + "\n";
}

}  // namespace fthost
