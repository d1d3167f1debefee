#pragma once

/// The time of day as files of a run have it. A service of the host.

#include <chrono>
#include <string>

#include <fthost/version.h>

namespace fthost {

/// UTC by ISO 8601 with milliseconds: "2024-05-31T09:07:02.045Z".
FTHOST_API std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace fthost
