#include "core/engine/learning_rates.h"

#include <fthost/error.h>

#include <cmath>
#include <regex>
#include <string>
#include <utility>

namespace fthost {
namespace {

void refuse_unmatched(const Pipeline& pipeline, std::size_t group, const std::string& expression,
                      const Topology& topology) {
  auto message = point_at(pipeline, "optimizer.groups[" + std::to_string(group) + "]", "tensors",
                          "'" + expression + "' matches no tensor");
  message.notes.push_back("they are called '" + topology.tensors.front().name + "' … '" + topology.tensors.back().name +
                          "'; 'fthost plan --json' lists them");
  throw InputError(std::move(message));
}

}  // namespace

std::vector<double> learning_rate_factors(const Pipeline& pipeline, const Topology& topology) {
  std::vector<double> factors;
  for (const auto& tensor : topology.tensors)
    factors.push_back(std::pow(pipeline.layer_decay, topology.head_stage() - tensor.stage));
  std::vector<bool> taken(topology.tensors.size(), false);
  for (std::size_t group = 0; group < pipeline.groups.size(); ++group)
    for (const auto& text : pipeline.groups[group].tensors) {
      const std::regex expression(text);
      bool matched = false;
      for (std::size_t i = 0; i < factors.size(); ++i) {
        if (!std::regex_search(topology.tensors[i].name, expression)) continue;
        matched = true;
        if (taken[i]) continue;
        taken[i] = true;
        factors[i] = pipeline.groups[group].lr / pipeline.lr;
      }
      if (!matched) refuse_unmatched(pipeline, group, text, topology);
    }
  return factors;
}

}  // namespace fthost
