# The CUDA library is one optional shared object that the engine opens when a run asks for a device, so that the same
# build serves machines with and without one. Compiling and linking it needs a toolkit, not a GPU.

set(FTHOST_HAS_CUDA OFF)
if(NOT FTHOST_CUDA STREQUAL "OFF")
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER AND EXISTS "${FTHOST_TORCH_ROOT}/lib/libtorch_cuda.so")
    set(FTHOST_HAS_CUDA ON)
  elseif(FTHOST_CUDA STREQUAL "ON")
    message(FATAL_ERROR "FTHOST_CUDA=ON needs nvcc (CUDACXX or PATH) and a LibTorch with lib/libtorch_cuda.so.")
  endif()
endif()

if(FTHOST_HAS_CUDA)
  # Kernels take raw pointers and a stream and see no LibTorch header: 3 s to compile instead of 44.
  set(CMAKE_CUDA_STANDARD 17)
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  foreach(library c10_cuda torch_cuda)
    fthost_import_torch_library(${library})
  endforeach()
endif()
message(STATUS "CUDA library: ${FTHOST_HAS_CUDA}")
