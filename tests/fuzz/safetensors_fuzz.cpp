/// libFuzzer target: any bytes are a safetensors file whose tensors can be read, each as long as its type and shape say
/// and all of them together as long as the data, or an InputError whose messages can be shown.

#include <fthost/error.h>
#include <fthost/safetensors.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

/// One file in memory for all inputs.
const int kMemory = memfd_create("fuzz.safetensors", 0);

void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  require(ftruncate(kMemory, 0) == 0 && pwrite(kMemory, data, size, 0) == static_cast<ssize_t>(size));
  try {
    const fthost::SafetensorsFile file("/proc/self/fd/" + std::to_string(kMemory));
    for (const auto& [name, tensor] : file.tensors()) {
      require(tensor.begin + tensor.size <= size);
      std::vector<std::byte> bytes(tensor.size);
      file.read(tensor, bytes);
    }
  } catch (const fthost::InputError& error) {
    require(!error.messages().empty() && !std::string(error.what()).empty());
  }
  return 0;
}
