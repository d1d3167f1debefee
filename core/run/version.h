#pragma once

/// Which fthost this is.

#include <string_view>

namespace fthost {

struct BuildInfo {
  std::string_view version;   ///< "0.1.0"
  std::string_view commit;    ///< Of the source, 40 hexadecimal digits; empty when it was not built from a checkout.
  bool dirty = false;         ///< Files of the checkout differed from that commit.
  std::string_view compiler;  ///< "gcc 12.2.0"
};

const BuildInfo& build_info();

}  // namespace fthost
