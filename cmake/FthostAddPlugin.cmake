# fthost_add_plugin(NAME SOURCES file… [TENSORS] [CUDA] [LIBRARIES target…])
#
# A plugin library NAME.so.
#   TENSORS    it uses LibTorch and fthost::ops, and says in its fingerprint for which LibTorch it was built. Without it
#              the plugin depends on no LibTorch at all and loads into a host built for any.
#   CUDA       it has code of its own for CUDA devices: SOURCES may hold .cu files, it links LibTorch's CUDA part, and
#              its fingerprint says for which CUDA it was built. What only calls LibTorch's operators needs no CUDA.
#              Implies TENSORS.
#   LIBRARIES  what else it links.
# In the project's own tree it lands where the host finds it. Installed into lib/fthost/plugins of an fthost, it finds
# that one's libraries from where it stands.
function(fthost_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TENSORS;CUDA" "" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    list(GET arg_UNPARSED_ARGUMENTS 0 word)
    message(FATAL_ERROR "fthost_add_plugin(${name}): what is '${word}'? It takes SOURCES, TENSORS, CUDA and LIBRARIES.")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "fthost_add_plugin(${name}): no SOURCES")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE fthost::sdk ${arg_LIBRARIES})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    INSTALL_RPATH "$ORIGIN/../..")
  if(arg_TENSORS OR arg_CUDA)
    fthost_link_tensors(${name})
  else()
    # GCC makes variables that are inline or in templates (std::ranges has some) unique in the process, hidden or not,
    # and a library that defines one is never unloaded. LibTorch's own have to stay unique.
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  endif()
  if(arg_CUDA)
    fthost_link_cuda(${name})
  endif()
  if(DEFINED FTHOST_PLUGIN_DIR)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${FTHOST_PLUGIN_DIR}")
    add_dependencies(plugins ${name})
    install(TARGETS ${name} LIBRARY DESTINATION lib/fthost/plugins)
  endif()
endfunction()

function(fthost_link_tensors name)
  if(NOT TARGET fthost::ops)
    message(FATAL_ERROR "fthost_add_plugin(${name}): it has TENSORS. ${FTHOST_WHY_NO_TENSORS}")
  endif()
  target_link_libraries(${name} PRIVATE fthost::ops fthost::torch)
  set_property(TARGET ${name} APPEND PROPERTY INSTALL_RPATH "$ORIGIN/../libtorch/lib")
  if(COMMAND fthost_use_tensors)
    fthost_use_tensors(${name})
  endif()
endfunction()

function(fthost_link_cuda name)
  find_package(CUDAToolkit REQUIRED)
  fthost_import_torch_library(c10_cuda)
  fthost_import_torch_library(torch_cuda)
  target_link_libraries(${name} PRIVATE CUDA::cudart_static
    -Wl,--no-as-needed fthost_imported_c10_cuda fthost_imported_torch_cuda -Wl,--as-needed)
  target_include_directories(${name} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_compile_definitions(${name} PRIVATE
    FTHOST_PLUGIN_CUDA="${CUDAToolkit_VERSION_MAJOR}.${CUDAToolkit_VERSION_MINOR}")
  set_target_properties(${name} PROPERTIES CUDA_VISIBILITY_PRESET hidden)
endfunction()
