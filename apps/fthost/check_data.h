#pragma once

/// The data part of `fthost check`: reads the sets of a pipeline and says what is odd in them. No tensor is touched.

#include <fthost/message.h>

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/data/data_check.h"
#include "core/pipeline/pipeline.h"
#include "core/plugins/registry.h"

namespace fthost {

struct DataReport {
  DataCheck found;
  std::vector<Message> problems;  ///< What kept a file, or the tokens of all, from being checked; tags amiss in train.

  /// Would training refuse what was found of that kind?
  bool is_error(DataFault fault) const;
  /// Would training refuse the data?
  bool has_errors() const;
};

/// Reads every set that the pipeline names and checks them. What is wrong with the files is in the report.
DataReport check_pipeline_data(const Pipeline& pipeline, PluginRegistry& registry);

/// A table of the sets, then each kind of finding, to standard output.
void print_report(const DataReport& report);

/// The one form of a message in JSON.
nlohmann::ordered_json to_json(const Message& message);

/// Adds "sets" and "findings", and the problems to "errors" or "warnings".
void add_report(nlohmann::ordered_json& json, const DataReport& report);

}  // namespace fthost
