#pragma once

/// Where this program lies: what belongs to it is found beside it, and it starts itself again from there.

#include <filesystem>

namespace fthost {

/// The executable of this process, links followed. Throws Error when the system does not say.
std::filesystem::path program_file();

}  // namespace fthost
