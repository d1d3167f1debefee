#include "core/engine/calibration.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/cache/folder.h"
#include "core/cache/hash.h"
#include "core/data/order.h"
#include "core/engine/cache_choice.h"
#include "core/engine/device.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/prefix_key.h"
#include "core/engine/staging.h"
#include "core/engine/stopwatch.h"
#include "core/run/log.h"
#include "core/run/machine.h"

namespace fthost {
namespace {

constexpr std::int64_t kMostTokens = 1024;
constexpr std::size_t kTimed = 3;  // after a first time that pays for memory; the middle one counts

constexpr std::array<std::pair<const char*, double Calibration::*>, 10> kFields = {
    {{"embeddings", &Calibration::embeddings},
     {"layer", &Calibration::layer},
     {"head_step", &Calibration::head_step},
     {"one_step", &Calibration::one_step},
     {"layers_step", &Calibration::layers_step},
     {"full_step", &Calibration::full_step},
     {"update", &Calibration::update},
     {"step", &Calibration::step},
     {"read", &Calibration::read},
     {"write", &Calibration::write}}};

/// A device only takes on what it is given: each time begins and ends with waiting for it.
class Measurement {
 public:
  Measurement(const Pipeline& pipeline, Network& network, Optimizer& optimizer, const DataSet& train,
              const EvaluationSettings& settings)
      : pipeline_(pipeline),
        network_(network),
        optimizer_(optimizer),
        settings_(settings),
        topology_(network.topology()),
        batches_(sample(train)) {}

  Calibration run() {
    Calibration result;
    const int stages = network_.encoder_stages();
    result.embeddings = forward_seconds({0, 1});
    result.layer = forward_seconds({1, stages}) / std::max(1, stages - 1);
    const auto step = [&](int first_stage) { return step_seconds(first_stage); };
    const auto head = step(stages);
    result.head_step = head.passes;
    result.step = pack_seconds() + head.update;
    result.one_step = step(stages - 1).passes;
    result.layers_step = step(1).passes;
    const auto full = step(0);
    result.full_step = full.passes;
    result.update = std::max(0.0, full.update - head.update) / static_cast<double>(full.elements);
    const double row_bytes = static_cast<double>(topology_.hidden_size) * 4;
    result.read = measure_read() * row_bytes;
    return result;
  }

 private:
  struct StepSeconds {
    double passes = 0;  ///< A token.
    double update = 0;
    std::int64_t elements = 0;
  };

  /// The first epoch's first examples, in several batches as training has them: the same one again and again would be
  /// faster than a run's, whose sizes change.
  std::vector<Batch> sample(const DataSet& train) const {
    std::vector<Batch> batches;
    std::vector<const Example*> chosen;
    std::int64_t tokens = 0;
    for (const auto index : data_order(pipeline_.run.seed, 1, train.examples.size())) {
      const auto& example = train.examples[index];
      tokens += std::ssize(example.tokens);
      if (!chosen.empty() && (tokens > kMostTokens || std::ssize(chosen) >= settings_.batch_size)) {
        batches.push_back(pack(std::exchange(chosen, {}), settings_.device, {.rows = settings_.padding.rows}));
        if (batches.size() > kTimed) return batches;
        tokens = std::ssize(example.tokens);
      }
      chosen.push_back(&example);
    }
    batches.push_back(pack(std::move(chosen), settings_.device, {.rows = settings_.padding.rows}));
    return batches;
  }

  /// The first batch once more than the others; a small set has fewer than are timed, and they come again.
  const Batch& batch(std::size_t time) const { return batches_[time % batches_.size()]; }

  static double middle(std::vector<double> seconds) {
    std::ranges::sort(seconds);
    return seconds[seconds.size() / 2];
  }

  Context context(bool training) const {
    return {.training = training, .seed = pipeline_.run.seed, .step = 0, .compute = settings_.compute};
  }

  /// Of a batch.
  double pack_seconds() const {
    std::vector<double> seconds;
    for (std::size_t i = 0; i <= kTimed; ++i) {
      const Stopwatch begin;
      pack(batch(i).examples, settings_.device, {.rows = settings_.padding.rows});
      wait_for(settings_.device);
      if (i > 0) seconds.push_back(begin.seconds());
    }
    return middle(std::move(seconds));
  }

  at::Tensor rows_at(int stage, const Batch& batch) {
    const at::NoGradGuard no_autograd;
    return network_.forward({0, stage}, batch.tokens, batch.packing, context(false));
  }

  /// A token.
  double forward_seconds(StageRange range) {
    const at::NoGradGuard no_autograd;
    std::vector<double> seconds;
    for (std::size_t i = 0; i <= kTimed; ++i) {
      const auto input = rows_at(range.from, batch(i));
      wait_for(settings_.device);
      const Stopwatch begin;
      network_.forward(range, input, batch(i).packing, context(false)).sum().item<double>();
      if (i > 0) seconds.push_back(begin.seconds() / static_cast<double>(tokens_of(batch(i))));
    }
    return middle(std::move(seconds));
  }

  StepSeconds step_seconds(int first_stage) {
    StepSeconds result;
    result.elements = let_learn(first_stage);
    std::vector<double> passes, updates;
    for (std::size_t i = 0; i <= kTimed; ++i) {
      const auto input = rows_at(first_stage, batch(i));
      wait_for(settings_.device);
      const Stopwatch begin;
      both_passes(first_stage, input, batch(i));
      const double seconds = begin.seconds();
      const Stopwatch updating;
      update();
      if (i == 0) continue;
      passes.push_back(seconds / static_cast<double>(tokens_of(batch(i))));
      updates.push_back(updating.seconds());
    }
    result.passes = middle(std::move(passes));
    result.update = middle(std::move(updates));
    return result;
  }

  /// All from a stage on. Returns how many elements that are.
  std::int64_t let_learn(int first_stage) {
    std::vector<bool> learns;
    for (const auto& tensor : topology_.tensors) learns.push_back(tensor.stage >= first_stage);
    network_.apply(make_plan(topology_, std::move(learns)), false);
    std::vector<Parameter> learning;
    std::int64_t elements = 0;
    for (const auto& parameter : network_.parameters()) {
      if (!parameter.learns) continue;
      learning.push_back(parameter);
      elements += parameter.value.numel();
    }
    const at::NoGradGuard no_autograd;
    call_plugin(pipeline_, pipeline_.optimizer, "taking over the learning tensors",
                [&] { optimizer_.set_parameters(learning); });
    return elements;
  }

  void both_passes(int first_stage, const at::Tensor& input, const Batch& batch) {
    const at::AutoGradMode autograd(true);
    const auto hidden = network_.forward({first_stage, network_.encoder_stages()}, input, batch.packing, context(true));
    const auto logits = network_.logits(hidden, batch.packing, context(true));
    const Loss loss = network_.loss(logits, batch.targets, batch.labelled);
    network_.backward(loss.mean);
    loss.mean.item<double>();
    wait_for(settings_.device);
  }

  /// What a step does once its gradients are there. With a learning rate of 0 an update takes as long and changes
  /// nothing.
  void update() {
    const at::NoGradGuard no_autograd;
    gradient_norm(network_.parameters()).item<double>();
    call_plugin(pipeline_, pipeline_.optimizer, "updating", [&] { optimizer_.step(0, 1); });
    for (auto& parameter : network_.parameters())
      if (parameter.learns) parameter.value.mutable_grad().reset();
    wait_for(settings_.device);
  }

  const Pipeline& pipeline_;
  Network& network_;
  Optimizer& optimizer_;
  const EvaluationSettings& settings_;
  Topology topology_;
  std::vector<Batch> batches_;
};

}  // namespace

Calibration calibrate(const Pipeline& pipeline, Network& network, Optimizer& optimizer, Files& files,
                      const DataSet& train, const EvaluationSettings& settings) {
  auto result = Measurement(pipeline, network, optimizer, train, settings).run();
  try {
    const double row_bytes = static_cast<double>(network.topology().hidden_size) * 4;
    result.write = measure_write(files, pipeline.cache.path) * row_bytes;
  } catch (const FileError& error) {
    log_warning(std::string("the time to write to the cache is not known: ") + error.what());
  }
  return result;
}

std::filesystem::path calibration_file(const Pipeline& pipeline, const Network& network,
                                       const EvaluationSettings& settings, int threads) {
  Hasher hasher;
  for (const auto& tensor : network.topology().tensors) {
    hasher.add(tensor.name);
    for (const auto size : tensor.shape) hasher.add(static_cast<std::uint64_t>(size));
  }
  hasher.add(settings.device.str()).add(c10::toString(settings.compute)).add(static_cast<std::uint64_t>(threads));
  hasher.add(static_cast<std::uint64_t>(settings.batch_size));
  hasher.add(libtorch_version()).add(cpu_capability()).add(cpu_model());
  const auto code = content_of_code(pipeline, settings.device);
  hasher.add(code.high).add(code.low);
  hasher.add(pipeline.optimizer.component.description.name);
  return pipeline.cache.path / "calibration" / (hex(hasher.digest()) + ".json");
}

std::optional<Calibration> read_calibration(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const auto json = nlohmann::json::parse(std::string(std::istreambuf_iterator<char>(in), {}), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Calibration calibration;
  for (const auto& [name, field] : kFields) {
    if (!json.contains(name) || !json[name].is_number()) return std::nullopt;
    calibration.*field = json[name].get<double>();
  }
  return calibration;
}

void write_calibration(Files& files, const std::filesystem::path& file, const Calibration& calibration) {
  nlohmann::ordered_json json;
  for (const auto& [name, field] : kFields) json[name] = calibration.*field;
  prepare_cache_folder(files, file.parent_path().parent_path());
  files.make_folder(file.parent_path());
  write_file(files, file, json.dump(2) + "\n");
}

}  // namespace fthost
