#pragma once

/// Text out of files on its way to a terminal.

#include <string>
#include <string_view>

#include <fthost/version.h>

namespace fthost {

/// The text with its control characters, which a terminal would obey, as U+FFFD, but for tabs and line ends. What is
/// no UTF-8 becomes U+FFFD too. render() calls it itself.
FTHOST_API std::string printable(std::string_view text);

}  // namespace fthost
