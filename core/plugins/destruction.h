#pragma once

/// Destroying what a plugin made. C++ ends the process when a destructor throws; this says whose it was.

#include <fthost/component.h>

#include <string>

namespace fthost {

/// Deletes `component`. When its destructor throws, the process ends with exit status 1 and the line "error: WHO threw
/// from its destructor: …" on standard error; what was written to files and standard output until then stays. Any
/// thread.
void destroy(Component* component, const std::string& who);

}  // namespace fthost
