# LibTorch as imported targets of our own: the package's own find_package(Torch) insists on a CUDA toolkit when the
# wheel was built with one, and links libtorch_cuda into everything. Here fthost::torch is the CPU part only; a process
# that wants the CUDA part opens it when a run asks for the device.
#
# Looked for in this order: FTHOST_LIBTORCH (the folder that holds include/ and lib/), CMAKE_PREFIX_PATH (such a folder,
# or <site-packages>/torch/share/cmake), the folder that scripts/setup fills.

set(FTHOST_LIBTORCH "" CACHE PATH "Folder of LibTorch: the one that holds include/ and lib/")
file(GLOB fthost_wheel_folders "${CMAKE_CURRENT_LIST_DIR}/../.deps/python/lib/python3*/site-packages/torch")
set(fthost_torch_hints ${FTHOST_LIBTORCH})
foreach(prefix IN LISTS CMAKE_PREFIX_PATH)
  list(APPEND fthost_torch_hints "${prefix}" "${prefix}/../..")
endforeach()
list(APPEND fthost_torch_hints ${fthost_wheel_folders})

find_path(FTHOST_TORCH_INCLUDE torch/csrc/api/include/torch/version.h HINTS ${fthost_torch_hints}
          PATH_SUFFIXES include NO_DEFAULT_PATH)
if(NOT FTHOST_TORCH_INCLUDE)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup, which fetches it, or point FTHOST_LIBTORCH at the "
                      "folder that holds its include/ and lib/, or build without it: -DFTHOST_TENSORS=OFF.")
endif()
get_filename_component(FTHOST_TORCH_ROOT "${FTHOST_TORCH_INCLUDE}/.." ABSOLUTE)
# Newer versions keep the numbers in a header of their own, which the older one includes.
foreach(header torch/csrc/api/include/torch/version.h torch/headeronly/version.h)
  if(EXISTS "${FTHOST_TORCH_INCLUDE}/${header}")
    foreach(part MAJOR MINOR PATCH)
      file(STRINGS "${FTHOST_TORCH_INCLUDE}/${header}" fthost_line REGEX "define TORCH_VERSION_${part} ")
      if(fthost_line MATCHES "([0-9]+)$")
        set(fthost_torch_${part} ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endif()
endforeach()
set(FTHOST_TORCH_VERSION "${fthost_torch_MAJOR}.${fthost_torch_MINOR}.${fthost_torch_PATCH}")
message(STATUS "LibTorch ${FTHOST_TORCH_VERSION}: ${FTHOST_TORCH_ROOT}")

foreach(library c10 torch_cpu)
  add_library(fthost_imported_${library} SHARED IMPORTED)
  set_target_properties(fthost_imported_${library} PROPERTIES
    IMPORTED_LOCATION "${FTHOST_TORCH_ROOT}/lib/lib${library}.so" IMPORTED_NO_SONAME OFF)
endforeach()

add_library(fthost_torch INTERFACE)
add_library(fthost::torch ALIAS fthost_torch)
target_include_directories(fthost_torch SYSTEM INTERFACE
  "${FTHOST_TORCH_ROOT}/include" "${FTHOST_TORCH_ROOT}/include/torch/csrc/api/include")
target_link_libraries(fthost_torch INTERFACE fthost_imported_torch_cpu fthost_imported_c10)
# libtorch_cpu finds its own libraries by its RPATH; the linker need not.
target_link_options(fthost_torch INTERFACE -Wl,--allow-shlib-undefined)
# A plugin that uses tensors says in its fingerprint for which LibTorch it was built.
target_compile_definitions(fthost_torch INTERFACE FTHOST_PLUGIN_LIBTORCH="${FTHOST_TORCH_VERSION}")

# LibTorch's headers take 10 to 25 s to parse. All files that need them share one precompiled header, for which the
# flags must be the same everywhere: no <target>_EXPORTS definitions, and -fPIC in executables too. A file that could
# not use it is an error.
function(fthost_use_tensors target)
  set_target_properties(${target} PROPERTIES DEFINE_SYMBOL "")
  target_compile_options(${target} PRIVATE -fPIC -Winvalid-pch)
  target_link_libraries(${target} PRIVATE fthost::torch)
  target_precompile_headers(${target} REUSE_FROM fthost_tensor_headers)
endfunction()

add_library(fthost_tensor_headers OBJECT "${CMAKE_CURRENT_LIST_DIR}/tensor_headers.cpp")
fthost_hide_symbols(fthost_tensor_headers)
target_compile_options(fthost_tensor_headers PRIVATE -fPIC)
target_link_libraries(fthost_tensor_headers PRIVATE fthost::torch)
target_precompile_headers(fthost_tensor_headers PRIVATE "${CMAKE_CURRENT_LIST_DIR}/tensor_headers.h")
