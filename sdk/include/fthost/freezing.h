#pragma once

/// Kind `freezing`: decides which tensors learn. Needs no tensor and no LibTorch; about 30 lines make one.

#include <cstdint>
#include <vector>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/metrics.h>
#include <fthost/options.h>
#include <fthost/topology.h>

namespace fthost {

/// How far training has come when a strategy is asked.
struct Progress {
  int epoch = 0;                         ///< 0 before training, else the epoch that is about to start, from 1.
  int epochs = 0;                        ///< How many there will be.
  std::int64_t step = 0;                 ///< Optimizer steps done.
  const MetricTable* metrics = nullptr;  ///< Never null; lives as long as the call.
  /// Mean gradient norm per tensor over the epoch before, in the topology's order; 0 for tensors that did not learn.
  /// Empty unless the strategy also is a GradientNormReader.
  std::vector<double> gradient_norms;
};

/// Asked once before training and again at the start of each epoch, so that thawing over time needs no second
/// interface; by `fthost plan` once. The same topology and progress must get the same answer. Called on the training
/// thread only. May throw OptionError for an option that does not fit the topology.
class FTHOST_API Freezing : public Component {
 public:
  static constexpr Kind kKind = Kind::freezing;
  ~Freezing() override;

  /// One flag per tensor of `topology`, in its order (embeddings first, head last): does it learn now? At least one
  /// must. Stages below the lowest one that learns are computed without gradients and dropout. `topology` is the same
  /// in every call; both arguments live as long as the call.
  virtual std::vector<bool> learns(const Topology& topology, const Progress& progress) = 0;
};

/// Optional ability: a strategy that also derives from this makes the engine compute `Progress::gradient_norms`, which
/// costs about as much as clipping.
class FTHOST_API GradientNormReader {
 public:
  virtual ~GradientNormReader();
};

}  // namespace fthost
