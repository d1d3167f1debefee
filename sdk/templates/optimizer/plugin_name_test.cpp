// Opens the built library as fthost does, and takes steps of which the result is known.

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <fthost/optimizer.h>
#include <fthost/testing.h>

#include <vector>

using namespace fthost;

int main(int, char** arguments) {
  return testing::run([&] {
    const auto numbers = [](double value) { return at::full({2}, value, at::kFloat); };
    const auto optimizer = testing::open<Optimizer>(arguments[1], "plugin-name", "momentum = 0.5");
    Parameter weight{"weight", numbers(10), true, 1};
    Parameter slow{"slow", numbers(10), true, .5};
    weight.value.mutable_grad() = numbers(4);
    slow.value.mutable_grad() = numbers(4);
    optimizer->set_parameters(std::vector{weight, slow});

    optimizer->step(.25, 1);  // velocity 4
    testing::check(at::equal(weight.value, numbers(9)), "the first step goes against the gradient");
    testing::check(at::equal(slow.value, numbers(9.5)), "a tensor with half the learning rate goes half as far");
    optimizer->step(.25, .5);  // velocity .5 * 4 + .5 * 4
    testing::check(at::equal(weight.value, numbers(8)), "the second adds half of the first, and clipping halves it");

    optimizer->set_parameters(std::vector{weight});
    optimizer->step(.25, 1);  // velocity .5 * 4 + 4
    testing::check(at::equal(weight.value, numbers(6.5)), "a tensor that stays keeps its velocity");
    testing::check(at::equal(slow.value, numbers(9)), "one that left does not move any more");
  });
}
