#pragma once

/// The charts of a report: the reference experiment's figures by epoch and by learning layers, F1 against seconds, and
/// what was predicted against what was measured.

#include <vector>

#include "core/report/chart.h"
#include "core/report/comparison.h"
#include "core/report/published.h"

namespace fthost::report {

/// Train loss, dev loss, F1 and time by epoch, a series a group. `published`: null when there is nothing to compare;
/// its times are left out, which another machine took.
std::vector<Chart> figures_by_epoch(const std::vector<Group>& groups, const Published* published);

/// The same at the end of the runs, by how much learns, a series a variant.
std::vector<Chart> figures_by_setting(const std::vector<Group>& groups, const Published* published);

/// F1 at the end of the runs by the option that is a number and differs between groups of one setting, where there is
/// one such with three values or more; a series for each setting, and for each value of what else differs. Else empty.
Chart f1_by_option(const std::vector<Group>& groups);

/// F1 against seconds of training; a line joins what nothing else beats in both.
Chart frontier(const std::vector<Group>& groups);

/// Seconds of an epoch, by group, predicted and measured; empty when no run has a prediction.
Chart predicted_and_measured(const std::vector<Group>& groups);

}  // namespace fthost::report
