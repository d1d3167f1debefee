#include "core/engine/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/native/DispatchStub.h>
#include <dlfcn.h>
#include <fthost/error.h>
#include <torch/version.h>

#include <boost/dll/runtime_symbol_info.hpp>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/run/log.h"

namespace fthost {
namespace {

/// The CUDA library is opened once, by whoever first asks for a device; it stays open.
struct CudaLibrary {
  std::string file;
  bool there = false;
  bool open = false;
  std::string problem;
};

const CudaLibrary& cuda_library() {
  static const CudaLibrary library = [] {
    CudaLibrary result;
    const auto here = boost::dll::this_line_location().parent_path() / "libfthost_cuda.so";
    result.file = here.string();
    if (!boost::filesystem::exists(here)) {
      result.problem = "this fthost was built without it (no CUDA toolkit when it was configured)";
      return result;
    }
    result.there = true;
    void* handle = dlopen(here.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* symbol = handle != nullptr ? dlsym(handle, "fthost_register_cuda") : nullptr;
    if (symbol == nullptr) {
      result.problem = dlerror();
      return result;
    }
    reinterpret_cast<void (*)()>(symbol)();
    result.open = true;
    return result;
  }();
  return library;
}

int cuda_devices() {
  if (!cuda_library().open || !at::hasCUDA()) return 0;
  return static_cast<int>(at::detail::getCUDAHooks().deviceCount());
}

/// One seed gives one result: gathers add in a fixed order, cuBLAS keeps to one workspace. What LibTorch can do in one
/// way only, it does with a warning, since a plugin may need it. It takes that for leave to let attention's backward
/// pass add in any order, too: fthost::ops asks for a fixed one there.
void ask_for_determinism() {
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, true);
  context.setDeterministicFillUninitializedMemory(false);  // of use to find mistakes, at the cost of each tensor
}

/// None when it is not there.
std::optional<at::Device> find_device(const std::string& wanted) {
  if (wanted == "cpu") return at::kCPU;
  const int devices = cuda_devices();
  if (wanted == "auto" && cuda_library().there && !cuda_library().open)
    log_info("no CUDA device is used: the CUDA library does not open: " + cuda_library().problem);
  if (wanted == "auto" && devices == 0) return at::kCPU;
  const int index = wanted == "auto" || wanted == "cuda" ? 0 : std::stoi(wanted.substr(wanted.find(':') + 1));
  if (index >= devices) return std::nullopt;
  ask_for_determinism();
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

std::string missing(const std::string& wanted) {
  const auto why = cuda_library().open ? "this machine has " + std::to_string(cuda_devices()) + " CUDA devices"
                                       : "fthost's CUDA library does not open: " + cuda_library().problem;
  return "device '" + wanted + "' is not there: " + why;
}

constexpr const char* kWhatThereIs = "`fthost doctor` shows what there is";

}  // namespace

std::filesystem::path cuda_library_file() {
  return cuda_library().file;
}

at::Device choose_device(const std::string& wanted) {
  if (const auto device = find_device(wanted)) return *device;
  throw InputError("--device", missing(wanted), {kWhatThereIs});
}

at::Device choose_device(const Pipeline& pipeline) {
  if (const auto device = find_device(pipeline.run.device)) return *device;
  auto message = point_at(pipeline, "run", "device", missing(pipeline.run.device));
  message.notes.emplace_back(kWhatThereIs);
  throw InputError(std::move(message));
}

int use_threads(int wanted) {
  static const int physical_cores = at::get_num_threads();  // LibTorch's own default, before anything changes it.
  at::set_num_threads(wanted > 0 ? wanted : physical_cores);
  return at::get_num_threads();
}

std::string libtorch_version() {
  const std::string version = TORCH_VERSION;
  return version.substr(0, version.find('+'));
}

std::string cpu_capability() {
  return at::get_cpu_capability();
}

at::ScalarType number_type(std::string_view name) {
  return name == "bf16" ? at::kBFloat16 : at::kFloat;
}

DeviceReport report_devices() {
  DeviceReport report;
  report.libtorch = libtorch_version();
  report.cpu_capability = cpu_capability();
  report.threads = use_threads(0);
  report.cuda_library = cuda_library().open;
  report.cuda_problem = cuda_library().problem;
  for (int i = 0; i < cuda_devices(); ++i) report.devices.push_back("cuda:" + std::to_string(i));
  return report;
}

}  // namespace fthost
