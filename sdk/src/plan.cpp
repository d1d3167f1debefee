#include <fthost/error.h>
#include <fthost/plan.h>

#include <algorithm>
#include <string>
#include <utility>

namespace fthost {

Plan make_plan(const Topology& topology, std::vector<bool> learns) {
  if (learns.size() != topology.tensors.size())
    throw Error("the freezing strategy answered for " + std::to_string(learns.size()) + " tensors, the model has " +
                std::to_string(topology.tensors.size()));
  Plan plan{std::move(learns), static_cast<int>(topology.stages.size())};
  for (std::size_t i = 0; i < topology.tensors.size(); ++i)
    if (plan.learns[i]) plan.first_stage = std::min(plan.first_stage, topology.tensors[i].stage);
  if (plan.first_stage == static_cast<int>(topology.stages.size()))
    throw Error("the freezing strategy lets no tensor learn");
  return plan;
}

std::string boundary_name(const Plan& plan) {
  return plan.first_stage == 0 ? "embeddings" : std::to_string(plan.first_stage - 1);
}

}  // namespace fthost
