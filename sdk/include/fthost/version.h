#pragma once

/// What this SDK is, and how its symbols are seen outside their library.

#include <cstdint>

namespace fthost {

/// Version of the boundary between host and plugins. It grows whenever a library built for the older headers could
/// misbehave in a host built for the newer ones; the host refuses a library whose number is not its own.
/// docs/sdk-versions.md says which changes raise it.
inline constexpr std::uint32_t kSdkVersion = 1;

}  // namespace fthost

/// Everything is compiled with hidden visibility; what crosses the boundary (interfaces, exceptions, services) says so.
#define FTHOST_API [[gnu::visibility("default")]]
