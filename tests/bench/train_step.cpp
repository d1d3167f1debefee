/// What a training step costs beside its matrix products: one step (forward, backward, clip, AdamW) of the whole of a
/// model, or of its last layers on rows as the cache gives them, for sentences as long as real ones are, and the
/// products of the same shapes alone, by turns in one process.
///
///     taskset -c 0 build/dev/bin/train_step .deps/models/all-minilm-l6-v2 [f32|bf16] [threads] [pairs] [full|LAYERS]
///                                                                         [alone]
///
/// Prints the medians of both and of their quotient. `alone`: says "ready" after a first step, and goes through steps
/// only, for a profiler (tests/bench/step_profile.py). The products: of each learning layer's six, forward, and
/// backward for weight and input, which the lowest one's query, key and value do not need where the embeddings do not
/// learn. In bf16 the rows are filled up as the engine fills them. Beside other load only one thread on a core of its
/// own is to be believed.

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
#include <optional>
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
  /// `layers`: how many learn besides the head, at most all of them; -1: all, and the embeddings.
  Step(const std::string& folder, at::ScalarType compute, int layers)
      : compute_(compute),
        packing_(pack(filled_up(compute))),
        model_(open_plugin<Model>("bert", "bert", {{"path", folder}})),
        head_(open_plugin<Head>("ner", "ner")),
        optimizer_(open_plugin<Optimizer>("adamw", "adamw")) {
    model_->load(at::kCPU);
    topology_ = model_->topology();
    suffix_.to = static_cast<int>(topology_.stages.size());
    suffix_.from = layers < 0 ? 0 : std::max(1, suffix_.to - layers);
    set_up_head();
    const auto all = model_->parameters();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (topology_.tensors[i].stage >= suffix_.from) parameters_.push_back(all[i]);
    for (auto& parameter : head_->parameters()) parameters_.push_back(parameter);
    for (auto& parameter : parameters_) parameter.value.set_requires_grad(true);
    optimizer_->set_parameters(parameters_);
    input_ = suffix_.from == 0 ? at::randint(1, all.front().value.size(0), {packing_.rows()}, at::kLong)
                               : at::randn({packing_.rows(), topology_.hidden_size});
    targets_ = at::randint(0, kLabels, {packing_.rows()}, at::kLong);
  }

  void run() {
    const Context context{true, 2018, step_++, compute_};
    const auto hidden = suffix_.from < suffix_.to ? model_->forward(suffix_, input_, packing_, context) : input_;
    head_->loss(head_->logits(hidden, packing_, context), targets_, targets_.numel()).mean.backward();
    const at::NoGradGuard no_gradients;
    std::vector<at::Tensor> gradients;
    for (const auto& parameter : parameters_) gradients.push_back(parameter.value.grad());
    const auto norm = at::stack(at::_foreach_norm(gradients, 2)).norm(2).item<double>();
    optimizer_->step(1e-5, std::min(1., 1 / (norm + 1e-6)));
    for (auto& parameter : parameters_) parameter.value.mutable_grad().reset();
  }

  std::int64_t rows() const { return packing_.rows(); }
  const Topology& topology() const { return topology_; }
  StageRange suffix() const { return suffix_; }

 private:
  static constexpr int kLabels = 13;

  void set_up_head() {
    std::vector<std::string> labels;
    for (int i = 0; i < kLabels; ++i) labels.push_back("B-" + std::to_string(i));
    head_->set_labels(labels);
    head_->initialise({topology_.hidden_size, suffix_.to, 2018, at::kCPU});
  }

  at::ScalarType compute_;
  Packing packing_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Head> head_;
  std::unique_ptr<Optimizer> optimizer_;
  Topology topology_;
  StageRange suffix_;
  std::vector<Parameter> parameters_;
  at::Tensor input_, targets_;
  std::int64_t step_ = 0;
};

/// One product's forward and backward products.
struct Product {
  at::Tensor x, weight, d_out;
  bool has_d_x;

  Product(std::int64_t rows, std::int64_t in, std::int64_t out, at::ScalarType type, bool wants_d_x = true)
      : x(at::randn({rows, in}).to(type)),
        weight(at::randn({out, in}).to(type)),
        d_out(at::randn({rows, out}).to(type)),
        has_d_x(wants_d_x) {}

  void run() const {
    at::mm(x, weight.t());
    if (has_d_x) at::mm(d_out, weight);
    at::mm(d_out.t(), x);
  }
};

std::vector<Product> products_of(const Step& step, at::ScalarType compute) {
  const auto hidden = step.topology().hidden_size, inner = step.topology().intermediate_size;
  std::vector<Product> products;
  for (int stage = std::max(step.suffix().from, 1); stage < step.suffix().to; ++stage) {
    const bool has_d_x = stage > step.suffix().from;
    for (int i = 0; i < 3; ++i) products.emplace_back(step.rows(), hidden, hidden, compute, has_d_x);
    products.emplace_back(step.rows(), hidden, hidden, compute);
    products.emplace_back(step.rows(), hidden, inner, compute);
    products.emplace_back(step.rows(), inner, hidden, compute);
  }
  return products;
}

/// A number of layers, -1 for all, or nothing for what is neither.
std::optional<int> layers_of(const std::string& word) {
  if (word == "full") return -1;
  if (word.empty() || word.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::atoi(word.c_str());
}

}  // namespace

int main(int count, char** words) {
  const std::string type = count > 2 ? words[2] : "f32";
  const auto layers = layers_of(count > 5 ? words[5] : "full");
  const bool alone = count > 6;
  if (count < 2 || (type != "f32" && type != "bf16") || !layers || (alone && words[6] != std::string("alone"))) {
    std::fprintf(stderr, "usage: train_step MODEL [f32|bf16] [threads] [pairs] [full|LAYERS] [alone]\n");
    return 2;
  }
  keep_freed_memory();
  const auto compute = type == "bf16" ? at::kBFloat16 : at::kFloat;
  at::set_num_threads(count > 3 ? std::atoi(words[3]) : 1);
  const int pairs = count > 4 ? std::max(1, std::atoi(words[4])) : 15;
  Step step(words[1], compute, *layers);
  step.run();
  if (alone) {
    std::puts("ready");
    std::fflush(stdout);
    for (int i = 0; i < pairs; ++i) step.run();
    return 0;
  }
  const auto products = products_of(step, compute);
  const auto run_products = [&] {
    for (const auto& product : products) product.run();
  };
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
