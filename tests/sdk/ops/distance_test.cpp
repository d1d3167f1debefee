#include <fthost/ops.h>

#include <ATen/ATen.h>
#include <fthost/error.h>

#include <cmath>
#include <vector>

#include "tests/catch.h"

using namespace fthost;

TEST_CASE("squared distance is the sum over all elements, however many there are", "[unit][ops]") {
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{5}, (std::int64_t{1} << 20) + 3}) {
    INFO(count);
    const auto a = at::randn({count}), b = at::randn({count});
    long double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const long double difference =
          static_cast<long double>(a.const_data_ptr<float>()[i]) - b.const_data_ptr<float>()[i];
      sum += difference * difference;
    }
    const auto expected = static_cast<double>(sum);
    CHECK(std::abs(ops::squared_distance(a, b) - expected) <= 1e-12 * expected);
  }
  CHECK(ops::squared_distance(at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).reshape({2, 2}), at::zeros({2, 2})) == 30);
  CHECK(ops::squared_distance(at::ones({3, 4}), at::ones({3, 4})) == 0);
}

TEST_CASE("squared distances of lists are those of their pairs", "[unit][ops]") {
  const std::vector<at::Tensor> a = {at::randn({3, 4}), at::randn({0}), at::randn({70000})};
  const std::vector<at::Tensor> b = {at::randn({3, 4}), at::randn({0}), at::randn({70000})};
  const auto found = ops::squared_distances(a, b);
  REQUIRE(found.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(found[i] == ops::squared_distance(a[i], b[i]));
  CHECK(ops::squared_distances({}, {}).empty());
}

TEST_CASE("squared distances refuse lists that do not belong together", "[unit][ops]") {
  const std::vector<at::Tensor> two = {at::zeros({3}), at::zeros({4})}, one = {at::zeros({3})};
  const std::vector<at::Tensor> others = {at::zeros({3}), at::zeros({5})};
  CHECK_THROWS_WITH(ops::squared_distances(two, one),
                    "two lists of tensors to compare must be of one length, found 2 and 1");
  CHECK_THROWS_WITH(ops::squared_distances(two, others), "tensors to compare must be of one size");
}
