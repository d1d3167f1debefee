#pragma once

/// Labels and loss of a data set under the model as it is now.

#include <string>
#include <vector>

#include "core/engine/batches.h"
#include "core/engine/data_sets.h"
#include "core/engine/network.h"
#include "core/engine/prefix.h"
#include "core/run/event_bus.h"

namespace fthost {

struct Evaluation {
  std::vector<std::vector<std::string>> gold;       ///< Per sentence and word, or token.
  std::vector<std::vector<std::string>> predicted;  ///< The same shape.
  double loss = 0;                                  ///< As the settings say.
};

/// How sets are evaluated in one run.
struct EvaluationSettings {
  at::Device device = at::kCPU;
  at::ScalarType compute = at::kFloat;
  int batch_size = 32;
  Padding padding;
  bool loss_over_batches = false;  ///< The mean of the batches' means.
  bool score_on_tokens = false;    ///< Labels for each token of a word that speaks.
};

/// As the pipeline says.
EvaluationSettings evaluation_settings(const Pipeline& pipeline, Network& network, at::Device device);

/// Predicts every word of `set`, in evaluation mode and without autograd. A word that no token speaks for (one that was
/// cut) gets the vocabulary's unseen_label(); where tokens are scored it is left out. `name` is shown while it runs.
Evaluation evaluate(Network& network, Prefix& prefix, const DataSet& set, const std::string& name,
                    const EvaluationSettings& settings, EventBus& events);

}  // namespace fthost
