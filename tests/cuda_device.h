#pragma once

/// For tests that need a CUDA device: they begin with `if (!has_cuda_device()) return;`.

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>

#include "tests/catch.h"

namespace fthost {

/// Opens the CUDA library once; is there a device? Says so when there is none, in words by which CTest counts the test
/// as skipped.
inline bool has_cuda_device() {
  static const bool found = [] {
    void* library = dlopen(FTHOST_BUILD_DIR "/lib/fthost/libfthost_cuda.so", RTLD_NOW | RTLD_LOCAL);
    void* symbol = library != nullptr ? dlsym(library, "fthost_register_cuda") : nullptr;
    if (symbol == nullptr) return false;
    reinterpret_cast<void (*)()>(symbol)();
    return at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0;
  }();
  if (!found) WARN("skipped: there is no CUDA library or no CUDA device here");
  return found;
}

}  // namespace fthost
