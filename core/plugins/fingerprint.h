#pragma once

/// Does a library fit this host?

#include <string>

#include "core/plugins/description.h"

namespace fthost {

/// Empty when `plugin` may be loaded into `host`. Else the whole story: a headline, both sides as a table in which the
/// lines that differ are marked, and what to rebuild. LibTorch and CUDA are compared only when both sides have one.
std::string explain_difference(const Fingerprint& plugin, const Fingerprint& host);

}  // namespace fthost
