#include "core/run/heap.h"

#include <sys/resource.h>

#include <cstddef>
#include <cstring>
#include <iostream>
#include <memory>

#include "tests/catch.h"

using namespace fthost;

namespace {

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
constexpr bool kHasGnuHeap = true;
#else
constexpr bool kHasGnuHeap = false;
#endif

constexpr std::size_t kBytes = std::size_t{48} << 20;

/// Pages that the kernel gave while a piece of memory was taken, written and given back.
long faults_of_a_piece() {
  const auto faults = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
  };
  const auto before = faults();
  const auto piece = std::make_unique_for_overwrite<char[]>(kBytes);
  std::memset(piece.get(), 1, kBytes);
  asm volatile("" : : "r"(piece.get()) : "memory");  // it is read, for all that the compiler knows
  return faults() - before;
}

}  // namespace

TEST_CASE("heap keeps the memory that was given back", "[unit][run]") {
  if (!kHasGnuHeap) {
    std::cout << "skipped: there is no GNU C library's heap\n";
    return;
  }
  keep_freed_memory();
  faults_of_a_piece();
  CHECK(faults_of_a_piece() < 100);  // of 12,288 pages
}
