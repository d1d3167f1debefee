#include "core/engine/calibration.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/cache/folder.h"
#include "core/cache/hash.h"
#include "core/data/order.h"
#include "core/engine/cache_choice.h"
#include "core/engine/device.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/stopwatch.h"
#include "core/run/log.h"
#include "core/run/machine.h"

namespace fthost {
namespace {

constexpr std::int64_t kMostTokens = 1024;
constexpr int kTimed = 2;  // after a first time that pays for memory; the faster one counts

constexpr std::array<std::pair<const char*, double Calibration::*>, 9> kFields = {
    {{"embeddings", &Calibration::embeddings},
     {"layer", &Calibration::layer},
     {"head_step", &Calibration::head_step},
     {"one_step", &Calibration::one_step},
     {"layers_step", &Calibration::layers_step},
     {"full_step", &Calibration::full_step},
     {"update", &Calibration::update},
     {"read", &Calibration::read},
     {"write", &Calibration::write}}};

class Measurement {
 public:
  Measurement(const Pipeline& pipeline, Network& network, Optimizer& optimizer, const DataSet& train,
              const EvaluationSettings& settings)
      : pipeline_(pipeline),
        network_(network),
        optimizer_(optimizer),
        settings_(settings),
        topology_(network.topology()),
        batch_(sample(train)) {}

  Calibration run() {
    Calibration result;
    const auto tokens = static_cast<double>(batch_.packing.rows());
    const int stages = network_.encoder_stages();
    result.embeddings = forward_seconds({0, 1}) / tokens;
    result.layer = forward_seconds({1, stages}) / tokens / (stages - 1);
    const auto step = [&](int first_stage) { return step_seconds(first_stage); };
    result.head_step = step(stages).passes / tokens;
    result.one_step = step(stages - 1).passes / tokens;
    result.layers_step = step(1).passes / tokens;
    const auto full = step(0);
    result.full_step = full.passes / tokens;
    result.update = full.update / static_cast<double>(full.elements);
    const double row_bytes = static_cast<double>(topology_.hidden_size) * 4;
    result.read = measure_read() * row_bytes;
    return result;
  }

 private:
  struct StepSeconds {
    double passes = std::numeric_limits<double>::max();
    double update = std::numeric_limits<double>::max();
    std::int64_t elements = 0;
  };

  /// The first examples of the first epoch, as many as a batch has.
  Batch sample(const DataSet& train) const {
    std::vector<const Example*> chosen;
    std::int64_t tokens = 0;
    for (const auto index : data_order(pipeline_.run.seed, 1, train.examples.size())) {
      const auto& example = train.examples[index];
      tokens += static_cast<std::int64_t>(example.tokens.size());
      if (!chosen.empty() && (tokens > kMostTokens || std::ssize(chosen) >= settings_.batch_size)) break;
      chosen.push_back(&example);
    }
    return pack(std::move(chosen), settings_.device);
  }

  Context context(bool training) const {
    return {.training = training, .seed = pipeline_.run.seed, .step = 0, .compute = settings_.compute};
  }

  at::Tensor rows_at(int stage) {
    const at::NoGradGuard no_autograd;
    return network_.forward({0, stage}, batch_.tokens, batch_.packing, context(false));
  }

  double forward_seconds(StageRange range) {
    const at::NoGradGuard no_autograd;
    const auto input = rows_at(range.from);
    double least = std::numeric_limits<double>::max();
    for (int i = 0; i <= kTimed; ++i) {
      const Stopwatch begin;
      network_.forward(range, input, batch_.packing, context(false)).sum().item<double>();
      if (i > 0) least = std::min(least, begin.seconds());
    }
    return least;
  }

  StepSeconds step_seconds(int first_stage) {
    std::vector<bool> learns;
    for (const auto& tensor : topology_.tensors) learns.push_back(tensor.stage >= first_stage);
    network_.apply(make_plan(topology_, std::move(learns)), false);
    StepSeconds least;
    std::vector<Parameter> learning;
    for (const auto& parameter : network_.parameters()) {
      if (!parameter.learns) continue;
      learning.push_back(parameter);
      least.elements += parameter.value.numel();
    }
    {
      const at::NoGradGuard no_autograd;
      call_plugin(pipeline_, pipeline_.optimizer, "taking over the learning tensors",
                  [&] { optimizer_.set_parameters(learning); });
    }
    const auto input = rows_at(first_stage);
    for (int i = 0; i <= kTimed; ++i) {
      const Stopwatch begin;
      both_passes(first_stage, input);
      const double passes = begin.seconds();
      const Stopwatch updating;
      update();
      if (i == 0) continue;
      least.passes = std::min(least.passes, passes);
      least.update = std::min(least.update, updating.seconds());
    }
    return least;
  }

  void both_passes(int first_stage, const at::Tensor& input) {
    const at::AutoGradMode autograd(true);
    const auto hidden =
        network_.forward({first_stage, network_.encoder_stages()}, input, batch_.packing, context(true));
    const Loss loss = network_.loss(network_.logits(hidden, batch_.packing, context(true)), batch_.targets);
    loss.mean.backward();
    loss.mean.item<double>();
  }

  /// With a learning rate of 0 an update takes as long and changes nothing.
  void update() {
    const at::NoGradGuard no_autograd;
    call_plugin(pipeline_, pipeline_.optimizer, "updating", [&] { optimizer_.step(0, 1); });
    for (auto& parameter : network_.parameters())
      if (parameter.learns) parameter.value.mutable_grad().reset();
  }

  const Pipeline& pipeline_;
  Network& network_;
  Optimizer& optimizer_;
  const EvaluationSettings& settings_;
  Topology topology_;
  Batch batch_;
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
