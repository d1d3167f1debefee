#include "core/engine/training.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/data/order.h"
#include "core/engine/mean_loss.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/staging.h"
#include "core/engine/steps.h"
#include "core/engine/stopwatch.h"
#include "core/pipeline/problems.h"

namespace fthost {

/// What an epoch's steps add up to.
struct Training::EpochSums {
  EpochTrained trained;
  std::int64_t steps = 0;  ///< That the epoch will have.
  MeanLoss loss;
};

/// What the batches of one step add up to.
struct Training::StepSums {
  struct BatchLoss {
    const Example* first = nullptr;
    at::Tensor mean;  ///< On the device.
    std::int64_t labelled = 0;
  };
  std::vector<BatchLoss> losses;
  std::int64_t examples = 0;
  std::int64_t tokens = 0;
};

/// A step's figures on the host.
struct Training::StepFigures {
  double loss = 0;  ///< Mean over the labelled tokens of all batches.
  double norm = 0;  ///< Of the gradients.
};

Training::Training(const Pipeline& pipeline, Network& network, Strategies strategies, const DataSets& data,
                   EventBus& events, PrefixCache& cache, const EvaluationSettings& settings,
                   const std::atomic<int>& stop_signal)
    : pipeline_(pipeline),
      network_(network),
      strategies_(std::move(strategies)),
      data_(data),
      events_(events),
      settings_(settings),
      stop_signal_(stop_signal),
      topology_(network.topology()),
      prefix_(pipeline, network, cache),
      lengths_(lengths_of(data.train)),
      wants_gradient_norms_(dynamic_cast<GradientNormReader*>(strategies_.freezing.get()) != nullptr) {
  total_steps_ = count_steps();
}

/// With batches of a number of tokens, each epoch's order makes another number of them.
std::int64_t Training::count_steps() const {
  const auto steps_of = [&](int epoch) {
    const auto order = data_order(pipeline_.run.seed, epoch, lengths_.size());
    return steps_for(pipeline_.train, cut_batches(pipeline_.train, order, lengths_).size());
  };
  const int epochs = pipeline_.train.epochs;
  if (!pipeline_.train.batch_tokens) return steps_of(1) * epochs;
  std::int64_t steps = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) steps += steps_of(epoch);
  return steps;
}

const Plan& Training::make_first_plan() {
  update_plan(0);
  return plan_;
}

/// How often each set is going to be gone through, from the start of an epoch on.
std::vector<PrefixCache::Uses> Training::uses_from(int epoch) const {
  const auto& train = pipeline_.train;
  const std::int64_t epochs = train.epochs - std::max(epoch, 1) + 1;
  const auto within = train.evaluate_every > 0 ? total_steps_ / train.epochs / train.evaluate_every : 0;
  std::vector<PrefixCache::Uses> uses = {{&data_.train, epochs}};
  if (data_.dev.has_value()) uses.push_back({&*data_.dev, epochs * (1 + within)});
  if (data_.test.has_value()) uses.push_back({&*data_.test, 1});
  return uses;
}

void Training::update_plan(int epoch) {
  Progress progress{epoch, pipeline_.train.epochs, step_, &events_.metrics(), {}};
  if (wants_gradient_norms_ && epoch > 1) progress.gradient_norms = mean_gradient_norms();
  gradient_norm_sums_.reset();

  Plan plan = call_plugin(pipeline_, pipeline_.freezing, "choosing what learns",
                          [&] { return make_plan(topology_, strategies_.freezing->learns(topology_, progress)); });
  // Before training there is no run yet whose sinks could hear of the cache: the first epoch sets the boundary.
  if (epoch == 1 || (epoch > 1 && plan != plan_)) prefix_.set_plan(plan, uses_from(epoch));
  if (plan == plan_) return;
  plan_moved_ = epoch > 0;
  plan_ = std::move(plan);
  network_.apply(plan_, pipeline_.train.clip_over_all);
  note_learning();
  learning_.clear();
  for (const auto& parameter : network_.parameters())
    if (parameter.learns) learning_.push_back(parameter);
  const at::NoGradGuard no_autograd;
  call_plugin(pipeline_, pipeline_.optimizer, "taking over the learning tensors",
              [&] { strategies_.optimizer->set_parameters(learning_); });
}

/// Tensors that learn for the first time after the best epoch so far: restoring that epoch must restore them too.
void Training::note_learning() {
  const auto parameters = network_.parameters();
  ever_learned_.resize(parameters.size(), false);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].learns || ever_learned_[i]) continue;
    ever_learned_[i] = true;
    if (best_.has_value()) best_values_.emplace_back(i, parameters[i].value.detach().clone());
  }
}

bool Training::run() {
  for (int epoch = 1; epoch <= pipeline_.train.epochs; ++epoch) {
    update_plan(epoch);
    if (!train_epoch(epoch)) return stop_early(true);
    if (data_.dev.has_value()) evaluate_set(*data_.dev, "dev", epoch, false);
    events_.epoch_ended({epoch, nullptr});
    if (pipeline_.train.keep == "best")
      keep_if_best(epoch, false);
    else
      kept_ = {epoch, step_, events_.metrics()};
    if (stop_signal_.load() != 0 && epoch < pipeline_.train.epochs) return stop_early(false);
  }
  restore_best();
  return true;
}

bool Training::stop_early(bool within_epoch) {
  restore_best();
  if (within_epoch && best_values_.empty()) kept_.reset();
  return false;
}

bool Training::train_epoch(int epoch) {
  const auto order = data_order(pipeline_.run.seed, epoch, data_.train.examples.size());
  const auto batches = cut_batches(pipeline_.train, order, lengths_);
  const auto together = static_cast<std::size_t>(pipeline_.train.accumulation_steps);
  EpochSums sums{{}, 0, MeanLoss(pipeline_.train.epoch_loss_over_batches)};
  sums.trained.epoch = epoch;
  sums.steps = steps_of_epoch_ = steps_for(pipeline_.train, batches.size());
  events_.epoch_started({epoch, sums.steps, &plan_});
  tell_listeners(epoch, true);
  if (step_ > 0 || !prefix_.is_exact()) prefix_.prepare(data_.train, "train");
  apart_seconds_ = 0;
  const Stopwatch begin;
  for (std::size_t first = 0; first < batches.size(); first += together) {
    train_step(std::span(batches).subspan(first, std::min(together, batches.size() - first)), sums);
    const bool last = sums.trained.steps == sums.steps;
    if (stop_signal_.load() != 0 && !last) return false;
    if (step_ == 1 && step_ < total_steps_) prepare_after_first_step();
    if (!last) evaluate_within(epoch, sums);
  }
  epoch_seconds_.push_back(begin.seconds() - apart_seconds_);
  sums.trained.loss = sums.loss.value();
  tell_listeners(epoch, false);
  events_.epoch_trained(sums.trained);
  return true;
}

/// Filling can take many minutes, and what fails in a step should fail before: where its rows have the same bits then,
/// the run's first step computes them itself.
void Training::prepare_after_first_step() {
  const Stopwatch begin;
  prefix_.prepare(data_.train, "train");
  apart_seconds_ += begin.seconds();
}

void Training::train_step(std::span<const Indices> batches, EpochSums& sums) {
  const StepSums step = add_gradients(batches);

  // Here, and nowhere else, a step's gradients are final: what several processes would have to agree on, is this.
  const auto [loss, norm] = read_figures(step, sums.loss);
  if (wants_gradient_norms_ && !learning_.empty()) gather_gradient_norms();
  const double lr = learning_rate(), scale = clip_scale(norm);
  update(lr, scale);

  ++step_;
  auto& trained = sums.trained;
  trained.steps += 1;
  trained.examples += step.examples;
  trained.tokens += step.tokens;
  trained.lr = lr;
  events_.step_ended({trained.epoch, step_, trained.steps, loss, lr, norm, scale, step.examples, step.tokens});
}

/// The gradient of the mean loss over the labelled tokens of all batches, however they are cut.
Training::StepSums Training::add_gradients(std::span<const Indices> batches) {
  std::int64_t labelled = 0;
  if (batches.size() > 1)
    for (const auto& indices : batches)
      for (const auto index : indices)
        labelled += std::ranges::count_if(data_.train.examples[index].targets,
                                          [](std::int32_t target) { return target != kIgnoredLabel; });
  StepSums sums;
  for (const auto& indices : batches) {
    const Batch batch = pack(data_.train.examples, indices, settings_.device, settings_.padding);
    const Loss loss = forward_loss(batch);
    if (loss.mean.requires_grad()) {
      const double share =
          static_cast<double>(loss.labelled) / static_cast<double>(std::max<std::int64_t>(labelled, 1));
      network_.backward(batches.size() > 1 ? loss.mean * share : loss.mean);
    }
    sums.losses.push_back({batch.examples.front(), loss.mean.detach(), loss.labelled});
    sums.examples += static_cast<std::int64_t>(batch.examples.size());
    sums.tokens += tokens_of(batch);
  }
  return sums;
}

/// The one place where a step waits for the device, as far as the engine goes: the norm decides by what the update
/// scales, and neither it nor a loss may be other than finite when weights change. All of them come by one copy.
Training::StepFigures Training::read_figures(const StepSums& step, MeanLoss& epoch) const {
  std::vector<at::Tensor> figures;
  for (const auto& loss : step.losses) figures.push_back(loss.mean);
  figures.push_back(gradient_norm(network_.parameters()));
  const auto values = read_numbers(figures);
  double sum = 0;
  std::int64_t labelled = 0;
  for (std::size_t i = 0; i < step.losses.size(); ++i) {
    const auto& loss = step.losses[i];
    if (!std::isfinite(values[i])) refuse_nonfinite(*loss.first, "loss", values[i]);
    epoch.add(values[i], loss.labelled);
    sum += values[i] * static_cast<double>(loss.labelled);
    labelled += loss.labelled;
  }
  const double norm = values.back();
  if (!std::isfinite(norm)) refuse_nonfinite(*step.losses.front().first, "gradient norm", norm);
  return {labelled > 0 ? sum / static_cast<double>(labelled) : 0, norm};
}

Loss Training::forward_loss(const Batch& batch) {
  const Context context{.training = true, .seed = pipeline_.run.seed, .step = step_, .compute = settings_.compute};
  const auto hidden = network_.forward(prefix_.suffix(), prefix_.rows(batch, context), batch.packing, context);
  return network_.loss(network_.logits(hidden, batch.packing, context), batch.targets, batch.labelled);
}

double Training::learning_rate() const {
  const double factor = call_plugin(pipeline_, pipeline_.schedule, "giving the factor of a step",
                                    [&] { return strategies_.schedule->factor(step_, total_steps_); });
  if (!std::isfinite(factor) || factor < 0)
    throw Error(describe(pipeline_.schedule) + " gave the factor " + std::to_string(factor) + " for step " +
                std::to_string(step_) + "; it must be finite and not negative");
  return pipeline_.lr * factor;
}

void Training::update(double lr, double scale) {
  const at::NoGradGuard no_autograd;
  call_plugin(pipeline_, pipeline_.optimizer, "updating", [&] { strategies_.optimizer->step(lr, scale); });
  for (auto& parameter : network_.parameters()) {
    if (!parameter.value.requires_grad()) continue;
    parameter.value.mutable_grad().reset();
    // LibTorch's fused optimizers change values without counting it, and who keeps a copy goes by the count.
    if (parameter.learns) parameter.value.unsafeGetTensorImpl()->bump_version();
  }
}

/// As torch.nn.utils.clip_grad_norm_, which adds 1e-6 to the norm.
double Training::clip_scale(double norm) const {
  const double limit = pipeline_.train.clip_norm;
  return limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0;
}

/// Adds them up on the device, where they wait for the epoch's end: no step reads a number for each tensor.
void Training::gather_gradient_norms() {
  const at::NoGradGuard no_autograd;
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : learning_) {
    const auto& gradient = parameter.value.grad();
    gradients.push_back(gradient.defined() ? gradient : at::zeros({1}, parameter.value.options().requires_grad(false)));
  }
  const auto norms = at::stack(at::_foreach_norm(gradients, 2)).to(at::kDouble);
  gradient_norm_sums_ = gradient_norm_sums_.defined() ? gradient_norm_sums_ + norms : norms;
}

/// Of each tensor, over the steps of the epoch that has ended; 0 of one that did not learn.
std::vector<double> Training::mean_gradient_norms() const {
  std::vector<double> means(topology_.tensors.size(), 0.0);
  if (!gradient_norm_sums_.defined()) return means;
  const auto sums = gradient_norm_sums_.to(at::kCPU);
  std::int64_t next = 0;
  for (std::size_t i = 0; i < means.size(); ++i)
    if (plan_.learns[i]) means[i] = sums[next++].item<double>() / static_cast<double>(steps_of_epoch_);
  return means;
}

void Training::refuse_nonfinite(const Example& example, const char* what, double value) const {
  const auto& first = data_.train.sentences[static_cast<std::size_t>(example.sentence)];
  throw Error("the " + std::string(what) + " is " + std::to_string(value) + " in step " + std::to_string(step_ + 1) +
              ", in a batch that starts with the sentence of " + first.file + ":" +
              std::to_string(first.lines.empty() ? 0 : first.lines.front()) +
              "; the usual cause is a learning rate that is too high: try a tenth of [optimizer] lr");
}

void Training::evaluate_set(const DataSet& set, const char* name, int epoch, bool within_epoch) {
  events_.evaluation_started({epoch, name});
  prefix_.prepare(set, name);
  const auto result = evaluate(network_, prefix_, set, name, settings_, events_);
  events_.evaluated({epoch, name, step_, within_epoch, &result.gold, &result.predicted, result.loss});
}

void Training::evaluate_within(int epoch, const EpochSums& sums) {
  const auto every = pipeline_.train.evaluate_every;
  if (every == 0 || sums.trained.steps % every != 0 || !data_.dev.has_value()) return;
  const Stopwatch begin;
  evaluate_set(*data_.dev, "dev", epoch, true);
  apart_seconds_ += begin.seconds();
  if (pipeline_.train.keep == "best") keep_if_best(epoch, true);
}

/// Which figures there are is known when the first epoch is over.
void Training::refuse_metric() const {
  const auto& wanted = pipeline_.train.metric;
  auto message = point_at(pipeline_, "train", "metric", "no sink gives a figure named '" + wanted + "' after an epoch");
  const auto names = events_.metrics().names();
  message.hint = suggestion(wanted, names);
  message.notes.push_back(names.empty() ? "no sink gives any" : "there are: " + comma_separated(names));
  throw InputError(std::move(message));
}

void Training::keep_if_best(int epoch, bool within_epoch) {
  const auto value = events_.metrics().at(pipeline_.train.metric, epoch);
  if (!value.has_value() && within_epoch) return;  // some figures are there at an epoch's end only
  if (!value.has_value()) refuse_metric();
  const bool less_is_better = pipeline_.train.metric.ends_with("loss");
  // Nothing is better than NaN, and NaN is better than nothing.
  const bool better = !best_.has_value() || std::isnan(*best_) || (less_is_better ? *value < *best_ : *value > *best_);
  if (!better) return;
  best_ = value;
  kept_ = {epoch, step_, events_.metrics()};
  best_values_.clear();
  const auto parameters = network_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (ever_learned_[i]) best_values_.emplace_back(i, parameters[i].value.detach().clone());
}

void Training::restore_best() {
  const at::NoGradGuard no_autograd;
  bool below_boundary = false;
  for (const auto& [index, value] : best_values_) {
    network_.parameters()[index].value.copy_(value);
    below_boundary = below_boundary || topology_.tensors[index].stage < plan_.first_stage;
  }
  // A boundary that moved up since then has other weights below it now: its rows are others too.
  std::vector<PrefixCache::Uses> uses;
  if (data_.test.has_value()) uses.push_back({&*data_.test, 1});
  if (below_boundary) prefix_.set_plan(plan_, uses);
}

void Training::tell_listeners(int epoch, bool before) {
  const at::NoGradGuard no_autograd;
  events_.for_each_sink([&](Sink& sink) {
    auto* listener = dynamic_cast<ParameterListener*>(&sink);
    if (listener == nullptr) return;
    if (before)
      listener->before_epoch(epoch, network_.parameters());
    else
      listener->after_epoch(epoch, network_.parameters());
  });
}

}  // namespace fthost
