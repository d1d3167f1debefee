# Libraries of the system, and LibTorch.

find_package(Boost 1.74 REQUIRED COMPONENTS program_options filesystem)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_path(FTHOST_XXHASH_INCLUDE xxhash.h REQUIRED)

if(FTHOST_TENSORS)
  include(FthostLibTorch)
  include(FthostCuda)
endif()
