#pragma once

/// The charts about a sequence of tasks.

#include <string>
#include <vector>

#include "core/report/chart.h"
#include "core/report/heat_map.h"
#include "core/report/sequence_record.h"

namespace fthost::report {

/// F1 of each task after it and after each later one, a series a task. `id`: what the ids of its charts begin with.
Chart f1_after_tasks(const SequenceRecord& record, const std::string& id);

/// Drift of each stage after each task, against the task before and against the start.
std::vector<HeatMap> drift_after_tasks(const SequenceRecord& record, const std::string& id);

}  // namespace fthost::report
