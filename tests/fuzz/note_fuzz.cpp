/// libFuzzer target: any bytes are a library with a description that can be shown, or an Error that says why not. The
/// first byte chooses whether the rest is a whole file or the descriptor of a note.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <fthost/error.h>

#include "core/plugins/description.h"
#include "core/plugins/elf_note.h"

namespace {

class Memory final : public fthost::ByteSource {
 public:
  explicit Memory(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset) __builtin_trap();
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
  }

 private:
  std::span<const std::byte> bytes_;
};

void show(const fthost::LibraryDescription& library) {
  if (library.components.empty()) __builtin_trap();
  for (const auto& component : library.components)
    for (const auto& option : component.options)
      if (fthost::help_line(option).find('\n') != std::string::npos) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  try {
    if (data[0] % 2 == 0)
      show(fthost::decode_description(fthost::read_note(Memory(bytes))));
    else
      show(fthost::decode_description(bytes));
  } catch (const fthost::Error& error) {
    if (std::string_view(error.what()).empty()) __builtin_trap();
  }
  return 0;
}
