#pragma once

/// How far tensors moved: drift.csv as heat maps and as the reference experiment's table.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/comparison.h"
#include "core/report/heat_map.h"
#include "core/report/published.h"

namespace fthost::report {

/// A row of drift.csv by its place in the model.
struct DriftPlace {
  std::string stage;   ///< "embeddings", "0" … , "head".
  std::string tensor;  ///< The rest of the name: "attention.self.query.weight"; "all tensors" of a whole stage.
};
DriftPlace drift_place(std::string_view parameter);

/// Base drift at the end of the runs, tensor by layer, a map for each group that measured it; the mean over its runs.
std::vector<HeatMap> drift_maps(const std::vector<Group>& groups);

struct DriftTableRow {
  std::string name;  ///< A group's label, or a published setting's.
  bool is_published = false;
  std::optional<double> head_iterative, head_base;    ///< Of the head's weight, or of the head as a whole.
  std::optional<double> layer_iterative, layer_base;  ///< Of the uppermost layer's query weight, or of the layer.
};

/// The groups that measured drift, at the end of their runs, then the published settings.
std::vector<DriftTableRow> drift_table(const std::vector<Group>& groups, const Published* published);

}  // namespace fthost::report
