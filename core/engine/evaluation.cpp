#include "core/engine/evaluation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "core/data/order.h"
#include "core/engine/activity.h"
#include "core/engine/device.h"
#include "core/engine/mean_loss.h"
#include "core/engine/staging.h"
#include "core/engine/unseen_label.h"

namespace fthost {
namespace {

/// The example with each token of its speaking words as a speaker, in the order of the tokens.
Example with_speaking_tokens(const Example& example) {
  Example every = example;
  every.speakers.clear();
  for (const auto& speaker : example.speakers)
    for (auto token = speaker.token; token < std::ssize(example.words); ++token) {
      if (example.words[static_cast<std::size_t>(token)] != speaker.word) break;
      every.speakers.push_back({speaker.word, static_cast<std::int32_t>(token)});
    }
  return every;
}

/// Puts the decoded labels of an example where its words are.
void place_by_words(const Network& network, const at::Tensor& rows, const Example& example, Evaluation& result) {
  auto labels = network.decode(rows, example);
  auto& sentence = result.predicted[static_cast<std::size_t>(example.sentence)];
  for (std::size_t k = 0; k < example.speakers.size(); ++k)
    sentence[static_cast<std::size_t>(example.speakers[k].word)] = std::move(labels[k]);
}

/// Adds the decoded labels of an example's tokens, and beside them those of their words.
void add_tokens(const Network& network, const at::Tensor& rows, const Example& example, const DataSet& set,
                Evaluation& result) {
  const auto every = with_speaking_tokens(example);
  const auto sentence = static_cast<std::size_t>(example.sentence);
  for (auto& label : network.decode(rows, every)) result.predicted[sentence].push_back(std::move(label));
  for (const auto& speaker : every.speakers)
    result.gold[sentence].push_back(set.sentences[sentence].labels[static_cast<std::size_t>(speaker.word)]);
}

void place_labels(const Network& network, const Batch& batch, const at::Tensor& logits, const DataSet& set,
                  bool on_tokens, Evaluation& result) {
  for (std::size_t i = 0; i < batch.examples.size(); ++i) {
    const auto start = batch.packing.starts[i];
    const auto rows = logits.narrow(0, start, batch.packing.starts[i + 1] - start);
    if (on_tokens)
      add_tokens(network, rows, *batch.examples[i], set, result);
    else
      place_by_words(network, rows, *batch.examples[i], result);
  }
}

Evaluation empty_evaluation(const DataSet& set, const std::string& unseen, bool on_tokens) {
  Evaluation result;
  for (const auto& sentence : set.sentences) {
    result.gold.push_back(on_tokens ? std::vector<std::string>() : sentence.labels);
    result.predicted.emplace_back(on_tokens ? 0 : sentence.words.size(), unseen);
  }
  return result;
}

/// All batches' losses come from the device at the end, by one copy.
double mean_loss(const std::vector<at::Tensor>& losses, const std::vector<std::int64_t>& labelled, bool over_batches) {
  MeanLoss mean(over_batches);
  const auto values = read_numbers(losses);
  for (std::size_t i = 0; i < values.size(); ++i) mean.add(values[i], labelled[i]);
  return mean.value();
}

}  // namespace

EvaluationSettings evaluation_settings(const Pipeline& pipeline, Network& network, at::Device device) {
  EvaluationSettings settings{.device = device,
                              .compute = number_type(pipeline.run.precision),
                              .batch_size = pipeline.train.batch_size,
                              .loss_over_batches = pipeline.train.epoch_loss_over_batches,
                              .score_on_tokens = pipeline.train.score_on_tokens};
  settings.padding = {.token = network.model().tokenizer().pad_id(), .rows = rows_multiple(device, settings.compute)};
  if (pipeline.data.pad) settings.padding.length = pipeline.data.max_length;
  return settings;
}

Evaluation evaluate(Network& network, Prefix& prefix, const DataSet& set, const std::string& name,
                    const EvaluationSettings& settings, EventBus& events) {
  const at::NoGradGuard no_autograd;
  Evaluation result = empty_evaluation(set, unseen_label(network.head().labels()), settings.score_on_tokens);
  std::vector<std::size_t> order(set.examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Activity activity(events, "evaluate " + name, "examples", static_cast<std::int64_t>(order.size()));

  const Context context{.training = false, .seed = 0, .step = 0, .compute = settings.compute};
  std::vector<at::Tensor> losses;
  std::vector<std::int64_t> labelled;
  std::int64_t done = 0;
  for (const auto& indices : cut_batches(order, static_cast<std::size_t>(settings.batch_size))) {
    const Batch batch = pack(set.examples, indices, settings.device, settings.padding);
    const auto hidden = network.forward(prefix.suffix(), prefix.rows(batch, context), batch.packing, context);
    const auto logits = network.logits(hidden, batch.packing, context);
    const Loss loss = network.loss(logits, batch.targets, batch.labelled);
    losses.push_back(loss.mean);
    labelled.push_back(loss.labelled);
    place_labels(network, batch, logits.to(at::kCPU).contiguous(), set, settings.score_on_tokens, result);
    done += static_cast<std::int64_t>(indices.size());
    activity.advance(done);
  }
  result.loss = mean_loss(losses, labelled, settings.loss_over_batches);
  return result;
}

}  // namespace fthost
