/// libFuzzer target: any bytes are a JSON text, no deeper than allowed and the same once it is written and read again,
/// or an InputError whose message can be shown.

#include <fthost/error.h>
#include <fthost/json.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/fuzz/require.h"

using fthost::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto json = fthost::parse_json(text, "fuzz.json", {.max_bytes = 4096});
    require(size <= 4096);
    require(fthost::parse_json(json.dump(), "again.json") == json);
  } catch (const fthost::InputError& error) {
    require(!error.messages().empty() && !std::string(error.what()).empty());
  }
  return 0;
}
