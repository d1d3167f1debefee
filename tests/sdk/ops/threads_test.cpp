#include <ATen/Parallel.h>
#include <fthost/ops.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"
#include "tests/tensor_files.h"

using namespace fthost;

namespace {

double seconds_on(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Processor time of the other threads, as a share of this one's. Before and after they rest: none still waits in a
/// loop for work that is over, and what they took is counted (of threads that run the system counts it at its ticks
/// only).
template <class Work>
double share_of_others(const Work& work) {
  constexpr double kEnough = .1;  // many ticks
  const auto rest = [] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
  rest();
  const double all = seconds_on(CLOCK_PROCESS_CPUTIME_ID), own = seconds_on(CLOCK_THREAD_CPUTIME_ID);
  double own_share = 0;
  while (own_share < kEnough) {
    work();
    own_share = seconds_on(CLOCK_THREAD_CPUTIME_ID) - own;
  }
  rest();
  return (seconds_on(CLOCK_PROCESS_CPUTIME_ID) - all - own_share) / own_share;
}

}  // namespace

// In a library that was compiled without OpenMP at::parallel_for is a loop: right, and slow.
TEST_CASE("operators compute on all threads", "[unit][ops]") {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  const at::NoGradGuard no_autograd;
  const auto packing = pack(std::vector<std::int64_t>(64, 64));
  const auto x = at::randn({packing.rows(), 256}), residual = at::randn({packing.rows(), 256});
  const auto weight = at::randn({256}), bias = at::randn({256});
  auto filled = at::empty({packing.rows(), 256});
  CHECK(share_of_others([&] { ops::packed_attention(x, x, x, 8, .1, {}, packing, true); }) > .3);
  CHECK(share_of_others([&] { ops::bias_gelu(x, bias, ops::Gelu::exact); }) > .3);
  CHECK(share_of_others([&] { ops::dropout(x, .1, {}, packing, true); }) > .3);
  CHECK(share_of_others(
            [&] { ops::dropout_residual_layer_norm(x, residual, weight, bias, 1e-12, .1, {}, packing, true); }) > .3);
  CHECK(share_of_others([&] { ops::fill_normal(filled, 1, "weight", .02); }) > .3);
  at::set_num_threads(threads);
}
