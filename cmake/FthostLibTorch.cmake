# The LibTorch that the engine, the operators and the plugins with tensors are built for, looked for in this order:
# FTHOST_LIBTORCH (the folder that holds include/ and lib/), CMAKE_PREFIX_PATH (such a folder, or
# <site-packages>/torch/share/cmake), the folder that scripts/setup fills.
include(FthostTorch)

set(FTHOST_LIBTORCH "" CACHE PATH "Folder of LibTorch: the one that holds include/ and lib/")
file(GLOB fthost_wheel_folders "${CMAKE_CURRENT_LIST_DIR}/../.deps/python/lib/python3*/site-packages/torch")
set(fthost_torch_hints ${FTHOST_LIBTORCH})
foreach(prefix IN LISTS CMAKE_PREFIX_PATH)
  list(APPEND fthost_torch_hints "${prefix}" "${prefix}/../..")
endforeach()
list(APPEND fthost_torch_hints ${fthost_wheel_folders})

fthost_find_torch(HINTS ${fthost_torch_hints})
if(NOT FTHOST_TORCH_ROOT)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup, which fetches it, or point FTHOST_LIBTORCH at the "
                      "folder that holds its include/ and lib/, or build without it: -DFTHOST_TENSORS=OFF.")
endif()
message(STATUS "LibTorch ${FTHOST_TORCH_VERSION}: ${FTHOST_TORCH_ROOT}")

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
