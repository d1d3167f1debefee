#pragma once

/// How the process treats memory that was given back.

namespace fthost {

/// A training step takes and gives back the same hundreds of megabytes again and again. By itself the GNU C library
/// hands large pieces to the kernel each time, and gets zeroed pages back one by one: 5 to 6 % of a step of MiniLM.
/// From now on it keeps them. Does nothing with other C libraries. Called before the threads that compute are there.
void keep_freed_memory();

}  // namespace fthost
