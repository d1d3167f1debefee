/// libFuzzer target: any bytes are a TOML tree or an InputError whose message can be shown; nothing else happens.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fthost/error.h>

#include "core/formats/toml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto document = fthost::parse_toml(text, "fuzz.toml");
    for (const auto& entry : document.root().entries) {
      const auto message = document.message(entry.key_span, entry.key);
      // A place outside of the text would be moved into it, and then point elsewhere.
      if (message.place.line != entry.key_span.line || message.place.column != entry.key_span.column) __builtin_trap();
      if (fthost::render(message).empty()) __builtin_trap();
    }
  } catch (const fthost::InputError& error) {
    if (error.messages().empty() || std::string_view(error.what()).empty()) __builtin_trap();
  }
  return 0;
}
