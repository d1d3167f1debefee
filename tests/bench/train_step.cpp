/// What a training step costs beside its matrix products: one step of the whole of a model (forward, backward, clip,
/// AdamW) on rows as long as real sentences are, and the products of the same shapes alone, by turns in one process.
///
///     taskset -c 0 build/dev/bin/train_step .deps/models/all-minilm-l6-v2 [f32|bf16] [threads] [pairs] [alone]
///
/// Prints the medians of both and of their quotient. `alone`: steps only, for a profiler (tests/bench/step_profile.py).
/// The products: of each layer's six, forward, and backward for input and weight. In bf16 the rows are filled up as the
/// engine fills them. Beside other load only one thread on a core of its own is to be believed.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fthost/head.h>
#include <fthost/model.h>
#include <fthost/optimizer.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "core/engine/batches.h"
#include "core/run/heap.h"
#include "tests/plugins/open_plugin.h"
#include "tests/tensor_files.h"

using namespace fthost;

namespace {

/// Tokens of 32 sentences of WNUT 17, [CLS] and [SEP] included: about 1,000 in all.
const std::vector<std::int64_t> kLengths = {12, 17, 21, 25, 26, 28, 29, 31, 33, 34, 36, 38, 40, 42, 45, 52,
                                            9,  15, 19, 22, 24, 27, 30, 32, 33, 35, 37, 39, 41, 44, 48, 59};

std::int64_t tokens() {
  return std::accumulate(kLengths.begin(), kLengths.end(), std::int64_t{0});
}

/// The sentences, and what they lack of the engine's multiple of rows as one more.
std::vector<std::int64_t> filled_up(at::ScalarType compute) {
  const auto multiple = rows_multiple(at::kCPU, compute);
  auto lengths = kLengths;
  if (tokens() % multiple > 0) lengths.push_back(multiple - tokens() % multiple);
  return lengths;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class Step {
 public:
  Step(const std::string& folder, at::ScalarType compute)
      : compute_(compute),
        packing_(pack(filled_up(compute))),
        model_(open_plugin<Model>("bert", "bert", {{"path", folder}})),
        head_(open_plugin<Head>("ner", "ner")),
        optimizer_(open_plugin<Optimizer>("adamw", "adamw")) {
    model_->load(at::kCPU);
    std::vector<std::string> labels;
    for (int i = 0; i < 13; ++i) labels.push_back("B-" + std::to_string(i));
    head_->set_labels(labels);
    topology_ = model_->topology();
    stages_ = static_cast<int>(topology_.stages.size());
    head_->initialise({topology_.hidden_size, stages_, 2018, at::kCPU});
    parameters_ = model_->parameters();
    for (auto& parameter : head_->parameters()) parameters_.push_back(parameter);
    for (auto& parameter : parameters_) parameter.value.set_requires_grad(true);
    optimizer_->set_parameters(parameters_);
    const auto entries = parameters_.front().value.size(0);
    tokens_ = at::randint(1, entries, {packing_.rows()}, at::kLong);
    targets_ = at::randint(0, 13, {packing_.rows()}, at::kLong);
  }

  void run() {
    const Context context{true, 2018, step_++, compute_};
    const auto hidden = model_->forward({0, stages_}, tokens_, packing_, context);
    head_->loss(head_->logits(hidden, packing_, context), targets_).mean.backward();
    const at::NoGradGuard no_gradients;
    std::vector<at::Tensor> gradients;
    for (const auto& parameter : parameters_) gradients.push_back(parameter.value.grad());
    const auto norm = at::stack(at::_foreach_norm(gradients, 2)).norm(2).item<double>();
    optimizer_->step(1e-5, std::min(1., 1 / (norm + 1e-6)));
    for (auto& parameter : parameters_) parameter.value.mutable_grad().reset();
  }

  std::int64_t rows() const { return packing_.rows(); }
  const Topology& topology() const { return topology_; }

 private:
  at::ScalarType compute_;
  Packing packing_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Head> head_;
  std::unique_ptr<Optimizer> optimizer_;
  Topology topology_;
  int stages_ = 0;
  std::vector<Parameter> parameters_;
  at::Tensor tokens_, targets_;
  std::int64_t step_ = 0;
};

/// One product's forward and both backward products.
struct Product {
  at::Tensor x, weight, d_out;

  Product(std::int64_t rows, std::int64_t in, std::int64_t out, at::ScalarType type)
      : x(at::randn({rows, in}).to(type)),
        weight(at::randn({out, in}).to(type)),
        d_out(at::randn({rows, out}).to(type)) {}

  void run() const {
    at::mm(x, weight.t());
    at::mm(d_out, weight);
    at::mm(d_out.t(), x);
  }
};

}  // namespace

int main(int count, char** words) {
  const std::string type = count > 2 ? words[2] : "f32";
  const bool alone = count > 5;
  if (count < 2 || (type != "f32" && type != "bf16") || (alone && words[5] != std::string("alone"))) {
    std::fprintf(stderr, "usage: train_step MODEL [f32|bf16] [threads] [pairs] [alone]\n");
    return 2;
  }
  keep_freed_memory();
  const auto compute = type == "bf16" ? at::kBFloat16 : at::kFloat;
  at::set_num_threads(count > 3 ? std::atoi(words[3]) : 1);
  const int pairs = count > 4 ? std::max(1, std::atoi(words[4])) : 15;
  Step step(words[1], compute);
  const auto hidden = step.topology().hidden_size, inner = step.topology().intermediate_size;
  std::vector<Product> products;
  for (std::size_t layer = 1; layer < step.topology().stages.size(); ++layer) {
    for (int i = 0; i < 4; ++i) products.emplace_back(step.rows(), hidden, hidden, compute);
    products.emplace_back(step.rows(), hidden, inner, compute);
    products.emplace_back(step.rows(), inner, hidden, compute);
  }
  const auto run_products = [&] {
    for (const auto& product : products) product.run();
  };
  step.run();
  if (alone) {
    for (int i = 0; i < pairs; ++i) step.run();
    return 0;
  }
  run_products();
  std::vector<double> of_steps, of_products, quotients;
  for (int i = 0; i < pairs; ++i) {
    of_steps.push_back(seconds_of([&] { step.run(); }));
    of_products.push_back(seconds_of(run_products));
    quotients.push_back(of_steps.back() / of_products.back());
  }
  std::printf("%s, %d threads, %lld tokens: step %.1f ms, products %.1f ms, quotient %.2f\n", type.c_str(),
              at::get_num_threads(), static_cast<long long>(tokens()), median(of_steps) * 1e3,
              median(of_products) * 1e3, median(quotients));
}
