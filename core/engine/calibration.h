#pragma once

/// The short measurement that predictions rest on, and where it is kept.

#include <fthost/files.h>
#include <fthost/optimizer.h>

#include <filesystem>
#include <optional>

#include "core/engine/cost.h"
#include "core/engine/data_sets.h"
#include "core/engine/evaluation.h"
#include "core/engine/network.h"

namespace fthost {

/// Measures some steps on batches of the training set, at most 1,024 tokens each: about ten of a full step in all. The
/// network must be loaded; its weights stay as they are, its plan and the optimizer's state do not.
Calibration calibrate(const Pipeline& pipeline, Network& network, Optimizer& optimizer, Files& files,
                      const DataSet& train, const EvaluationSettings& settings);

/// The file of a measurement in the cache's folder, named by what it depends on: the topology's shapes, number type,
/// device, threads, batch size, optimizer, the content of the libraries that compute the model, LibTorch, the
/// processor's kind and name.
std::filesystem::path calibration_file(const Pipeline& pipeline, const Network& network,
                                       const EvaluationSettings& settings, int threads);

/// What an earlier measurement left; none when there is none, or none that can be read.
std::optional<Calibration> read_calibration(const std::filesystem::path& file);

/// Throws FileError.
void write_calibration(Files& files, const std::filesystem::path& file, const Calibration& calibration);

}  // namespace fthost
