/// libFuzzer target: any bytes are a segment of the cache whose rows lie within it, or are refused with a word.

#include <fthost/error.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/cache/segment.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fthost::require;
  const auto bytes = std::as_bytes(std::span(data, size));
  fthost::segment_is_whole(bytes);
  try {
    const auto table = fthost::read_segment_table(bytes);
    require(table.entries.size() == table.offsets.size());
    for (std::size_t i = 0; i < table.entries.size(); ++i) {
      require(table.offsets[i] <= size);
      require(table.entries[i].rows <= (size - table.offsets[i]) / table.row_bytes);
    }
  } catch (const fthost::Error& error) {
    require(!std::string(error.what()).empty());
  }
  return 0;
}
