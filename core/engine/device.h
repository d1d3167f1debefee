#pragma once

/// The run's one device and its threads.

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/engine/engine.h"
#include "core/pipeline/pipeline.h"

namespace fthost {

/// Turns "auto", "cpu", "cuda" or "cuda:1" into a device that is there. "auto" is the first CUDA device when fthost's
/// CUDA library opens and there is one, else the CPU. For a CUDA device LibTorch is asked for deterministic algorithms,
/// as far as it has them, and to warn of operators that have none. Throws InputError when a device that was asked for
/// is not there.
at::Device choose_device(const std::string& wanted);
/// The same for [run] device; the error points at it.
at::Device choose_device(const Pipeline& pipeline);

/// The file of fthost's CUDA library, with the kernels of a CUDA device; it must be open.
std::filesystem::path cuda_library_file();

/// Sets and returns the number of threads for LibTorch's operators; 0 means all physical cores.
int use_threads(int wanted);

/// The type that "f32" or "bf16" names.
at::ScalarType number_type(std::string_view name);

DeviceReport report_devices();

/// "2.11.0", "AVX512".
std::string libtorch_version();
std::string cpu_capability();

}  // namespace fthost
