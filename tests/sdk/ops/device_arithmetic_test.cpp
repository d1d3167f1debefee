// What the kernels of a device compute, run on the host and held against the oracle: all of them but their launches and
// how a warp's lanes add.

#include <array>
#include <barrier>
#include <bit>
#include <thread>
#include <vector>

#include "sdk/ops/composition.h"
#include "sdk/ops/cuda/differences.h"
#include "sdk/ops/cuda/rows.h"
#include "sdk/ops/cuda/strips.h"
#include "sdk/ops/elements.h"
#include "tests/catch.h"
#include "tests/sdk/ops/oracle.h"

using namespace fthost;
using ops::elements, ops::mutable_elements;

namespace {

/// Vectors as wide as the launch would choose.
template <class Work>
void with_width(std::int64_t columns, const Work& work) {
  if (columns % ops::cuda::kWidest == 0) return work(std::integral_constant<int, ops::cuda::kWidest>());
  work(std::integral_constant<int, 1>());
}

template <class Task>
void run_strips(const Task& task, std::int64_t parts) {
  with_width(task.columns, [&](auto width) {
    for (std::int64_t number = 0; number < parts; ++number)
      for (std::int64_t column = 0; column < task.columns; column += width)
        ops::cuda::run_strip<width>(task, ops::cuda::part_of(task.rows, number, parts), column);
  });
}

/// Threads that stand for the lanes of a warp.
struct HostWarp {
  static constexpr int kLanes = 5;
  std::barrier<> barrier{kLanes};
  std::array<float, kLanes> values{};
};

struct HostLane {
  HostWarp& warp;
  std::int64_t number;

  std::int64_t lane() const { return number; }
  std::int64_t lanes() const { return HostWarp::kLanes; }
  float sum(float x) const {
    warp.values[static_cast<std::size_t>(number)] = x;
    warp.barrier.arrive_and_wait();
    float total = 0;
    for (const auto value : warp.values) total += value;
    warp.barrier.arrive_and_wait();
    return total;
  }
};

template <class Task>
void run_rows(const Task& task) {
  HostWarp warp;
  std::vector<std::jthread> lanes;
  for (std::int64_t number = 0; number < HostWarp::kLanes; ++number)
    lanes.emplace_back([&task, lane = HostLane{warp, number}] {
      with_width(task.columns, [&](auto width) {
        for (std::int64_t row = 0; row < task.rows; ++row) ops::cuda::norm_row<width>(task, row, lane);
      });
    });
}

at::Tensor random_rows(std::int64_t rows, std::int64_t columns, at::ScalarType type) {
  return at::randn({rows, columns}).to(type);
}

at::Tensor exact_leaf(const at::Tensor& x) {
  return x.to(at::kDouble).set_requires_grad(true);
}

double gradient_difference(const at::Tensor& found, const at::Tensor& leaf) {
  return oracle::relative_difference(found, leaf.grad(), oracle::kLeastGradient);
}

bool is_right_gelu(at::ScalarType type, std::int64_t rows, std::int64_t columns, std::int64_t parts, ops::Gelu form) {
  const auto x = random_rows(rows, columns, type) * 2, d_out = random_rows(rows, columns, type);
  const auto bias = at::randn({columns}), out = at::empty_like(x), d_x = at::empty_like(x);
  const auto d_bias = at::zeros({parts, columns});
  const bool tanh_form = form == ops::Gelu::tanh;
  ops::with_element(x, [&](auto element) {
    using T = decltype(element);
    run_strips(ops::GeluForwardTask<T>{elements<T>(x), elements<float>(bias), mutable_elements<T>(out), rows, columns,
                                       tanh_form},
               parts);
    run_strips(
        ops::GeluBackwardTask<T>{elements<T>(d_out), elements<T>(x), elements<float>(bias), mutable_elements<T>(d_x),
                                 mutable_elements<float>(d_bias), rows, columns, tanh_form},
        parts);
  });
  const auto exact_x = exact_leaf(x), exact_bias = exact_leaf(bias);
  const auto expected = oracle::bias_gelu(exact_x, exact_bias, form);
  expected.backward(d_out.to(at::kDouble));
  return oracle::within({oracle::relative_difference(out, expected.detach(), oracle::kLeastResult),
                         std::max(gradient_difference(d_x, exact_x), gradient_difference(d_bias.sum(0), exact_bias))},
                        oracle::allowed(type));
}

/// Inputs and results of the norm with its gradients.
struct NormTensors {
  at::Tensor x, residual, weight, bias, d_out, row_keys;
  at::Tensor out, normalised, inverse_deviations, d_x, d_residual, d_weight, d_bias;

  NormTensors(const Packing& packing, std::int64_t columns, std::int64_t parts, at::ScalarType type)
      : x(random_rows(packing.rows(), columns, type)),
        residual(at::randn_like(x)),
        weight(at::randn({columns})),
        bias(at::randn({columns})),
        d_out(at::randn_like(x)),
        row_keys(packing.row_keys),
        out(at::empty_like(x)),
        normalised(at::empty_like(x)),
        inverse_deviations(at::empty({x.size(0)})),
        d_x(at::empty_like(x)),
        d_residual(at::empty_like(x)),
        d_weight(at::zeros({parts, columns})),
        d_bias(at::zeros({parts, columns})) {}
};

constexpr double kEpsilon = 1e-12;

template <class T>
void run_norm(const NormTensors& t, std::int64_t parts, const ops::Draw& draw) {
  const auto rows = t.x.size(0), columns = t.x.size(1);
  const auto scratch = at::empty({columns});
  run_rows(ops::NormForwardTask<T>{elements<T>(t.x), elements<T>(t.residual), elements<float>(t.weight),
                                   elements<float>(t.bias), elements<std::int64_t>(t.row_keys),
                                   mutable_elements<T>(t.out), mutable_elements<T>(t.normalised),
                                   mutable_elements<float>(t.inverse_deviations), mutable_elements<float>(scratch),
                                   rows, columns, static_cast<float>(kEpsilon), draw});
  const ops::NormBackwardTask<T> backward{elements<T>(t.d_out),
                                          elements<T>(t.normalised),
                                          elements<float>(t.inverse_deviations),
                                          elements<float>(t.weight),
                                          elements<std::int64_t>(t.row_keys),
                                          mutable_elements<T>(t.d_x),
                                          mutable_elements<T>(t.d_residual),
                                          mutable_elements<float>(t.d_weight),
                                          mutable_elements<float>(t.d_bias),
                                          rows,
                                          columns,
                                          draw};
  run_rows(backward);
  run_strips(backward, parts);
}

bool is_right_norm(at::ScalarType type, const std::vector<std::int64_t>& lengths, std::int64_t columns,
                   std::int64_t parts, double p, const ops::DropoutKey& key) {
  const auto packing = pack(lengths);
  const NormTensors t(packing, columns, parts, type);
  ops::with_element(t.x, [&](auto element) { run_norm<decltype(element)>(t, parts, ops::make_draw(key, p)); });
  const auto x = exact_leaf(t.x), residual = exact_leaf(t.residual);
  const auto weight = exact_leaf(t.weight), bias = exact_leaf(t.bias);
  const auto expected = oracle::dropout_residual_layer_norm(x, residual, weight, bias, kEpsilon, p, key, packing);
  expected.backward(t.d_out.to(at::kDouble));
  return oracle::within(
      {oracle::relative_difference(t.out, expected.detach(), oracle::kLeastResult),
       std::max({gradient_difference(t.d_x, x), gradient_difference(t.d_residual, residual),
                 gradient_difference(t.d_weight.sum(0), weight), gradient_difference(t.d_bias.sum(0), bias)})},
      oracle::allowed(type));
}

std::int64_t some_parts() {
  return *rc::gen::inRange<std::int64_t>(1, 6);
}

/// Every other time a multiple of what is taken at a time.
std::int64_t some_columns() {
  return *rc::gen::inRange<std::int64_t>(2, 25) * *rc::gen::element<std::int64_t>(4, 4, 5, 7);
}

}  // namespace

TEST_CASE("a device's strips of bias and GELU with their gradients are right, in f32 and bf16", "[unit][ops]") {
  CHECK(rc::check([] {
    RC_ASSERT(is_right_gelu(oracle::some_type(), *rc::gen::inRange<std::int64_t>(0, 70), some_columns(), some_parts(),
                            *rc::gen::element(ops::Gelu::exact, ops::Gelu::tanh)));
  }));
}

TEST_CASE("a device's rows of dropout, residual and norm with their gradients are right, in f32 and bf16",
          "[unit][ops]") {
  CHECK(rc::check([] {
    RC_ASSERT(is_right_norm(oracle::some_type(), oracle::some_lengths(30), some_columns(), some_parts(),
                            oracle::some_p(), oracle::some_key()));
  }));
}

TEST_CASE("a device's strips of dropout keep what the key says, to the bit", "[unit][ops]") {
  CHECK(rc::check([] {
    const auto packing = pack(oracle::some_lengths(20));
    const auto columns = some_columns();
    const auto p = oracle::some_p();
    const auto key = oracle::some_key();
    const auto x = random_rows(packing.rows(), columns, oracle::some_type());
    const auto out = at::empty_like(x);
    ops::with_element(x, [&](auto element) {
      using T = decltype(element);
      run_strips(ops::DropoutTask<T>{elements<T>(x), elements<std::int64_t>(packing.row_keys), mutable_elements<T>(out),
                                     packing.rows(), columns, ops::make_draw(key, p)},
                 some_parts());
    });
    const auto mask = oracle::mask(key, packing.row_keys, columns, p).to(at::kFloat);
    RC_ASSERT(at::equal(out, (x.to(at::kFloat) * mask).to(x.scalar_type())));
  }));
}

TEST_CASE("a device's GELU passes NaN on and saturates", "[unit][ops]") {
  const bool tanh_form = GENERATE(false, true);
  CHECK(std::isnan(ops::cuda::gate(std::nanf(""), tanh_form).value));
  CHECK(ops::cuda::gate(1e9F, tanh_form).value == 1);
  CHECK(ops::cuda::gate(-1e9F, tanh_form).value == 0);
}

TEST_CASE("a device's bf16 rounds as LibTorch's does", "[unit][ops]") {
  CHECK(rc::check([](std::uint32_t bits) {
    const auto value = std::bit_cast<float>(bits);
    ops::Bf16 found{};
    ops::cuda::narrow(value, found);
    const auto expected = static_cast<at::BFloat16>(value);
    RC_ASSERT((found.bits == expected.x || (std::isnan(ops::cuda::widened(found)) && std::isnan(value))));
  }));
}

TEST_CASE("a device's pieces of squared differences add up to the whole", "[unit][ops]") {
  const auto elements = GENERATE(as<std::int64_t>(), 0, 5, 1 << 16, (1 << 17) + 3);
  const auto a = at::randn({elements}), b = at::randn({elements});
  const ops::DifferenceTask task{a.const_data_ptr<float>(), b.const_data_ptr<float>(), elements};
  double sum = 0;
  for (std::int64_t piece = 0; piece < ops::cuda::pieces_of(elements); ++piece)
    for (std::int64_t thread = 0; thread < 256; ++thread)
      sum += ops::cuda::squared_differences(task, piece, thread, 256);
  const auto expected = ops::squared_distance(a, b);
  CHECK(std::abs(sum - expected) <= 1e-12 * expected);
}
