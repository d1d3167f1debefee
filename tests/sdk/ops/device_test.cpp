// What the CUDA library brings, held against the CPU. Without the library or a device these tests say so and check
// nothing.

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <fthost/ops.h>

#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;

namespace {

/// Opens the CUDA library once; is there a device?
bool has_device() {
  static const bool found = [] {
    void* library = dlopen(FTHOST_BUILD_DIR "/lib/fthost/libfthost_cuda.so", RTLD_NOW | RTLD_LOCAL);
    void* symbol = library != nullptr ? dlsym(library, "fthost_register_cuda") : nullptr;
    if (symbol == nullptr) return false;
    reinterpret_cast<void (*)()>(symbol)();
    return at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0;
  }();
  if (!found) WARN("skipped: there is no CUDA library or no CUDA device here");
  return found;
}

Packing on_device(Packing packing) {
  packing.positions = packing.positions.to(at::kCUDA);
  packing.row_keys = packing.row_keys.to(at::kCUDA);
  return packing;
}

}  // namespace

TEST_CASE("dropout draws the same on a device, forward and backward", "[gpu][ops]") {
  if (!has_device()) return;
  const auto packing = pack({7, 1, 300, 64});
  const ops::DropoutKey key{.seed = 5, .step = 3, .stage = 2, .site = 1};
  const auto x = at::randn({packing.rows(), 129});
  auto on_cpu = x.clone().set_requires_grad(true);
  auto there = x.to(at::kCUDA).set_requires_grad(true);
  const auto expected = ops::dropout(on_cpu, 0.3, key, packing, true);
  const auto found = ops::dropout(there, 0.3, key, on_device(packing), true);
  CHECK(at::equal(found.cpu(), expected));
  expected.sum().backward();
  found.sum().backward();
  CHECK(at::equal(there.grad().cpu(), on_cpu.grad()));
}

TEST_CASE("attention and norms on a device equal the CPU's", "[gpu][ops]") {
  if (!has_device()) return;
  const auto packing = pack({7, 1, 40});
  const ops::DropoutKey key{.seed = 5, .step = 3, .stage = 2, .site = 1};
  const Context context{.training = true, .seed = 5, .step = 3};
  const auto q = at::randn({packing.rows(), 48}), k = at::randn_like(q), v = at::randn_like(q);
  const auto expected = ops::packed_attention(q, k, v, 4, 0.2, key, packing, context);
  const auto found = ops::packed_attention(q.to(at::kCUDA), k.to(at::kCUDA), v.to(at::kCUDA), 4, 0.2, key,
                                           on_device(packing), context);
  CHECK(at::allclose(found.cpu(), expected, 1e-4, 1e-5));
  const auto weight = at::rand({48}), bias = at::rand({48});
  const auto norm = ops::dropout_residual_layer_norm(q, k, weight, bias, 1e-12, 0.2, key, packing, true);
  const auto norm_there =
      ops::dropout_residual_layer_norm(q.to(at::kCUDA), k.to(at::kCUDA), weight.to(at::kCUDA), bias.to(at::kCUDA),
                                       1e-12, 0.2, key, on_device(packing), true);
  CHECK(at::allclose(norm_there.cpu(), norm, 1e-4, 1e-5));
}
