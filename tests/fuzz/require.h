#pragma once

namespace fthost {

/// Ends the fuzzer with a finding unless `holds`.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace fthost
