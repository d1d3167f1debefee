# Libraries of the system, and LibTorch.

find_package(Boost 1.74 REQUIRED COMPONENTS program_options filesystem)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_path(FTHOST_XXHASH_INCLUDE xxhash.h REQUIRED)
# The config file that Debian ships for libzip wants its command-line tools to be there too.
find_path(FTHOST_LIBZIP_INCLUDE zip.h REQUIRED)
find_library(FTHOST_LIBZIP zip REQUIRED)
add_library(fthost_libzip INTERFACE)
target_include_directories(fthost_libzip SYSTEM INTERFACE "${FTHOST_LIBZIP_INCLUDE}")
target_link_libraries(fthost_libzip INTERFACE "${FTHOST_LIBZIP}")

if(FTHOST_TENSORS)
  include(FthostLibTorch)
  include(FthostCuda)
endif()
