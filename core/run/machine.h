#pragma once

/// What a run's record says about where it ran.

#include <map>
#include <string>

namespace fthost {

/// "AMD EPYC 7763 64-Core Processor", or the kind of machine ("aarch64") where the system has no name for it.
std::string cpu_model();

/// "Debian GNU/Linux 12 (bookworm), Linux 6.1.0".
std::string operating_system();

/// The environment variables that change what is computed: OMP_*, MKL_*, ATEN_*, CUBLAS_*. Never any other: what else
/// is in an environment may be a secret.
std::map<std::string, std::string> numeric_environment();

}  // namespace fthost
