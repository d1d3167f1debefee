# LibTorch as imported targets of our own: the package's own find_package(Torch) insists on a CUDA toolkit when the
# wheel was built with one, and links libtorch_cuda into everything. Here fthost::torch is the CPU part only; a process
# that wants the CUDA part opens it when a run asks for the device. Used by the project and by its installed package.
#
# fthost_find_torch(HINTS folder…)
#
# Sets FTHOST_TORCH_ROOT (the first of the folders that holds include/ and lib/ of LibTorch; empty: none does) and
# FTHOST_TORCH_VERSION, and defines fthost::torch.

# Newer versions keep the numbers in a header of their own, which the older one includes.
function(fthost_read_torch_version include result)
  foreach(header torch/csrc/api/include/torch/version.h torch/headeronly/version.h)
    if(EXISTS "${include}/${header}")
      foreach(part MAJOR MINOR PATCH)
        file(STRINGS "${include}/${header}" line REGEX "define TORCH_VERSION_${part} ")
        if(line MATCHES "([0-9]+)$")
          set(${part} ${CMAKE_MATCH_1})
        endif()
      endforeach()
    endif()
  endforeach()
  set(${result} "${MAJOR}.${MINOR}.${PATCH}" PARENT_SCOPE)
endfunction()

function(fthost_import_torch_library name)
  if(NOT TARGET fthost_imported_${name})
    add_library(fthost_imported_${name} SHARED IMPORTED GLOBAL)
    set_target_properties(fthost_imported_${name} PROPERTIES
      IMPORTED_LOCATION "${FTHOST_TORCH_ROOT}/lib/lib${name}.so" IMPORTED_NO_SONAME OFF)
  endif()
endfunction()

function(fthost_define_torch)
  if(TARGET fthost::torch)
    return()
  endif()
  fthost_import_torch_library(c10)
  fthost_import_torch_library(torch_cpu)
  add_library(fthost_torch INTERFACE)
  add_library(fthost::torch ALIAS fthost_torch)
  target_include_directories(fthost_torch SYSTEM INTERFACE
    "${FTHOST_TORCH_ROOT}/include" "${FTHOST_TORCH_ROOT}/include/torch/csrc/api/include")
  target_link_libraries(fthost_torch INTERFACE fthost_imported_torch_cpu fthost_imported_c10)
  # libtorch_cpu finds its own libraries by its RPATH; the linker need not.
  target_link_options(fthost_torch INTERFACE -Wl,--allow-shlib-undefined)
  # A plugin that uses tensors says in its fingerprint for which LibTorch it was built.
  target_compile_definitions(fthost_torch INTERFACE FTHOST_PLUGIN_LIBTORCH="${FTHOST_TORCH_VERSION}")
endfunction()

macro(fthost_find_torch)
  cmake_parse_arguments(fthost_torch "" "" "HINTS" ${ARGN})
  find_path(fthost_torch_include torch/csrc/api/include/torch/version.h HINTS ${fthost_torch_HINTS}
            PATH_SUFFIXES include NO_DEFAULT_PATH NO_CACHE)
  set(FTHOST_TORCH_ROOT "")
  if(fthost_torch_include)
    get_filename_component(FTHOST_TORCH_ROOT "${fthost_torch_include}/.." ABSOLUTE)
    fthost_read_torch_version("${fthost_torch_include}" FTHOST_TORCH_VERSION)
    fthost_define_torch()
  endif()
endmacro()
