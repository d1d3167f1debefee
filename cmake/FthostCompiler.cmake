# How everything is compiled: C++20, warnings are errors, hardened, position-independent, symbols hidden, and fast
# (ccache and mold where the machine has them).

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_FLAGS_DEV "-O2 -g1")
set(CMAKE_CUDA_FLAGS_DEV "-O2")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(FTHOST_CCACHE ccache)
if(FTHOST_CCACHE)
  # The sloppiness lets ccache serve files that use the precompiled header; the base folder, clones at other paths.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${FTHOST_CCACHE})
endif()
find_program(FTHOST_MOLD mold)
if(FTHOST_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(fthost_flags -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 and 13 warn of overlaps in std::string's own operator+ (GCC bug 105651).
  list(APPEND fthost_flags -Wno-restrict)
endif()
# Designated initialisers leave the other members at their defaults on purpose.
list(APPEND fthost_flags -Wno-missing-field-initializers)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND fthost_flags -fcf-protection)
endif()
# nvcc has flags of its own.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${fthost_flags}>")
add_compile_options("$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Werror>")
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now)
if(FTHOST_SANITIZE)
  # GCC 12 takes std::regex inside Catch2 for uninitialised once it is instrumented.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
else()
  # It needs optimisation, which Debug has not.
  add_compile_definitions("$<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=3>")
endif()

# Plugins and executables show nothing but what says FTHOST_API.
function(fthost_hide_symbols target)
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
