#include "core/engine/training.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/data/order.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/prefix.h"

namespace fthost {

/// What an epoch's steps add up to.
struct Training::EpochSums {
  EpochTrained trained;
  double loss_sum = 0;  ///< Of all labelled tokens.
  std::int64_t labelled = 0;
};

Training::Training(const Pipeline& pipeline, Network& network, Strategies strategies, const DataSets& data,
                   EventBus& events, const EvaluationSettings& settings, const std::atomic<int>& stop_signal)
    : pipeline_(pipeline),
      network_(network),
      strategies_(std::move(strategies)),
      data_(data),
      events_(events),
      settings_(settings),
      stop_signal_(stop_signal),
      topology_(network.topology()),
      wants_gradient_norms_(dynamic_cast<GradientNormReader*>(strategies_.freezing.get()) != nullptr) {}

std::int64_t Training::steps_per_epoch() const {
  const auto batch = static_cast<std::size_t>(pipeline_.train.batch_size);
  return static_cast<std::int64_t>((data_.train.examples.size() + batch - 1) / batch);
}

const Plan& Training::make_first_plan() {
  update_plan(0);
  return plan_;
}

void Training::update_plan(int epoch) {
  Progress progress{epoch, pipeline_.train.epochs, step_, &events_.metrics(), {}};
  if (wants_gradient_norms_ && epoch > 1)
    for (const auto sum : gradient_norm_sums_)
      progress.gradient_norms.push_back(sum / static_cast<double>(steps_per_epoch()));
  gradient_norm_sums_.assign(topology_.tensors.size(), 0.0);

  Plan plan = call_plugin(pipeline_, pipeline_.freezing, "choosing what learns",
                          [&] { return make_plan(topology_, strategies_.freezing->learns(topology_, progress)); });
  if (plan == plan_) return;
  plan_ = std::move(plan);
  network_.apply(plan_);
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
    if (data_.dev.has_value()) evaluate_epoch(epoch);
    events_.epoch_ended({epoch, nullptr});
    if (pipeline_.train.keep == "best")
      keep_if_best(epoch);
    else
      kept_epoch_ = epoch;
    if (stop_signal_.load() != 0 && epoch < pipeline_.train.epochs) return stop_early(false);
  }
  restore_best();
  return true;
}

bool Training::stop_early(bool within_epoch) {
  restore_best();
  if (within_epoch && best_values_.empty()) kept_epoch_ = 0;
  return false;
}

bool Training::train_epoch(int epoch) {
  const auto order = data_order(pipeline_.run.seed, epoch, data_.train.examples.size());
  const auto batches = cut_batches(order, static_cast<std::size_t>(pipeline_.train.batch_size));
  EpochSums sums;
  sums.trained.epoch = epoch;
  events_.epoch_started({epoch, &plan_});
  tell_listeners(epoch, true);
  for (const auto& indices : batches) {
    train_batch(pack(data_.train.examples, indices, settings_.device), sums);
    const bool last = &indices == &batches.back();
    if (stop_signal_.load() != 0 && !last) return false;
  }
  sums.trained.loss = sums.labelled > 0 ? sums.loss_sum / static_cast<double>(sums.labelled) : 0;
  tell_listeners(epoch, false);
  events_.epoch_trained(sums.trained);
  return true;
}

Loss Training::forward_loss(const Batch& batch) {
  const Context context{.training = true, .seed = pipeline_.run.seed, .step = step_, .compute = settings_.compute};
  const auto at_boundary = suffix_input(network_, batch, plan_, context, pipeline_.frozen_dropout);
  const int boundary = std::min(plan_.first_stage, network_.encoder_stages());
  const auto hidden = network_.forward({boundary, network_.encoder_stages()}, at_boundary, batch.packing, context);
  return network_.loss(network_.logits(hidden, batch.packing, context), batch.targets);
}

void Training::train_batch(const Batch& batch, EpochSums& sums) {
  const Loss loss = forward_loss(batch);
  const auto value = loss.mean.item<double>();
  if (!std::isfinite(value)) refuse_nonfinite(batch, "loss", value);
  if (loss.mean.requires_grad()) loss.mean.backward();

  // Here, and nowhere else, a step's gradients are final: what several processes would have to agree on, is this.
  const double norm = gradient_norm();
  if (!std::isfinite(norm)) refuse_nonfinite(batch, "gradient norm", norm);
  if (wants_gradient_norms_) gather_gradient_norms();

  const auto total = steps_per_epoch() * pipeline_.train.epochs;
  const double factor = call_plugin(pipeline_, pipeline_.schedule, "giving the factor of a step",
                                    [&] { return strategies_.schedule->factor(step_, total); });
  if (!std::isfinite(factor) || factor < 0)
    throw Error(describe(pipeline_.schedule) + " gave the factor " + std::to_string(factor) + " for step " +
                std::to_string(step_) + "; it must be finite and not negative");
  const double lr = pipeline_.lr * factor;
  {
    const at::NoGradGuard no_autograd;
    call_plugin(pipeline_, pipeline_.optimizer, "updating", [&] { strategies_.optimizer->step(lr, clip_scale(norm)); });
  }
  for (auto& parameter : learning_) parameter.value.mutable_grad().reset();

  ++step_;
  auto& trained = sums.trained;
  const auto examples = static_cast<std::int64_t>(batch.examples.size());
  trained.steps += 1;
  trained.examples += examples;
  trained.tokens += batch.packing.rows();
  trained.lr = lr;
  sums.loss_sum += value * static_cast<double>(loss.labelled);
  sums.labelled += loss.labelled;
  events_.step_ended({trained.epoch, step_, trained.steps, value, lr, norm, examples, batch.packing.rows()});
}

double Training::gradient_norm() const {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : learning_)
    if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
  if (gradients.empty()) return 0;
  const at::NoGradGuard no_autograd;
  const auto norms = at::stack(at::_foreach_norm(gradients, 2));
  return norms.norm(2).item<double>();
}

/// As torch.nn.utils.clip_grad_norm_, which adds 1e-6 to the norm.
double Training::clip_scale(double norm) const {
  const double limit = pipeline_.train.clip_norm;
  return limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0;
}

void Training::gather_gradient_norms() {
  const auto parameters = network_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].learns && parameters[i].value.grad().defined())
      gradient_norm_sums_[i] += parameters[i].value.grad().norm().item<double>();
}

void Training::refuse_nonfinite(const Batch& batch, const char* what, double value) const {
  const auto& first = data_.train.sentences[static_cast<std::size_t>(batch.examples.front()->sentence)];
  throw Error("the " + std::string(what) + " is " + std::to_string(value) + " in step " + std::to_string(step_ + 1) +
              ", in a batch that starts with the sentence of " + first.file + ":" +
              std::to_string(first.lines.empty() ? 0 : first.lines.front()) +
              "; the usual cause is a learning rate that is too high: try a tenth of [optimizer] lr");
}

void Training::evaluate_epoch(int epoch) {
  const auto result = evaluate(network_, *data_.dev, "dev", settings_, plan_, events_);
  events_.evaluated({epoch, "dev", &result.gold, &result.predicted, result.loss});
}

void Training::keep_if_best(int epoch) {
  const auto value = events_.metrics().at(pipeline_.train.metric, epoch);
  if (!value.has_value())
    throw InputError(point_at(pipeline_, "train", "metric",
                              "no sink gives a figure named '" + pipeline_.train.metric + "' after an epoch"));
  const bool less_is_better = pipeline_.train.metric.ends_with("loss");
  // Nothing is better than NaN, and NaN is better than nothing.
  const bool better = !best_.has_value() || std::isnan(*best_) || (less_is_better ? *value < *best_ : *value > *best_);
  if (!better) return;
  best_ = value;
  kept_epoch_ = epoch;
  best_values_.clear();
  const auto parameters = network_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (ever_learned_[i]) best_values_.emplace_back(i, parameters[i].value.detach().clone());
}

void Training::restore_best() {
  const at::NoGradGuard no_autograd;
  for (const auto& [index, value] : best_values_) network_.parameters()[index].value.copy_(value);
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
