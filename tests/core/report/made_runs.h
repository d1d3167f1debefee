#pragma once

/// Runs made by hand, as if they had been read from their folders.

#include <map>
#include <string>
#include <vector>

#include "core/report/run_files.h"

namespace fthost::report {

/// A finished run of a model with 6 layers whose upper `learning` learn; 6: everything does.
inline RunFiles made_run(int learning, std::uint64_t seed, const std::vector<double>& f1,
                         std::map<std::string, std::string, std::less<>> options = {}) {
  RunFiles run;
  run.name = "run-" + std::to_string(learning) + "-" + std::to_string(seed);
  run.folder = "runs/" + run.name;
  run.state = "finished";
  run.layers = 6;
  run.learning_layers = learning;
  run.boundary = learning == 6 ? "embeddings" : std::to_string(6 - learning);
  run.frozen_parameters = learning == 6 ? 0 : 1000 * (6 - learning);
  run.learning_parameters = 1000 * (learning + 1);
  run.seed = seed;
  for (std::size_t i = 0; i < f1.size(); ++i)
    run.epochs.push_back({static_cast<int>(i) + 1, {{"dev_f1", f1[i]}, {"seconds", learning + 1.0}}});
  run.options = std::move(options);
  run.options["freezing.layers"] = std::to_string(learning);
  run.options["run.seed"] = std::to_string(seed);
  return run;
}

}  // namespace fthost::report
