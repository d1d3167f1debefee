#include "core/engine/evaluation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "core/data/order.h"
#include "core/engine/activity.h"

namespace fthost {
namespace {

/// Puts the decoded labels of each example of the batch where its words are.
void place_labels(const Network& network, const Batch& batch, const at::Tensor& logits, Evaluation& result) {
  for (std::size_t i = 0; i < batch.examples.size(); ++i) {
    const Example& example = *batch.examples[i];
    const auto start = batch.packing.starts[i];
    const auto rows = logits.narrow(0, start, batch.packing.starts[i + 1] - start);
    auto labels = network.decode(rows, example);
    auto& sentence = result.predicted[static_cast<std::size_t>(example.sentence)];
    for (std::size_t k = 0; k < example.speakers.size(); ++k)
      sentence[static_cast<std::size_t>(example.speakers[k].word)] = std::move(labels[k]);
  }
}

Evaluation empty_evaluation(const DataSet& set, const std::string& first_label) {
  Evaluation result;
  for (const auto& sentence : set.sentences) {
    result.gold.push_back(sentence.labels);
    result.predicted.emplace_back(sentence.words.size(), first_label);
  }
  return result;
}

}  // namespace

Evaluation evaluate(Network& network, Prefix& prefix, const DataSet& set, const std::string& name,
                    const EvaluationSettings& settings, EventBus& events) {
  const at::NoGradGuard no_autograd;
  Evaluation result = empty_evaluation(set, network.head().labels().front());
  std::vector<std::size_t> order(set.examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Activity activity(events, "evaluate " + name, "examples", static_cast<std::int64_t>(order.size()));

  const Context context{.training = false, .seed = 0, .step = 0, .compute = settings.compute};
  double loss_sum = 0;
  std::int64_t labelled = 0;
  std::int64_t done = 0;
  for (const auto& indices : cut_batches(order, static_cast<std::size_t>(settings.batch_size))) {
    const Batch batch = pack(set.examples, indices, settings.device);
    const auto hidden = network.forward(prefix.suffix(), prefix.rows(batch, context), batch.packing, context);
    const auto logits = network.logits(hidden, batch.packing, context);
    const Loss loss = network.loss(logits, batch.targets);
    loss_sum += loss.mean.item<double>() * static_cast<double>(loss.labelled);
    labelled += loss.labelled;
    place_labels(network, batch, logits.to(at::kCPU).contiguous(), result);
    done += static_cast<std::int64_t>(indices.size());
    activity.advance(done);
  }
  result.loss = labelled > 0 ? loss_sum / static_cast<double>(labelled) : 0;
  return result;
}

}  // namespace fthost
