#pragma once

/// Whether figures move with the number of learning layers as the reference experiment found, or where they do not.

#include <string>
#include <utility>
#include <vector>

#include "core/report/comparison.h"
#include "core/report/drift.h"

namespace fthost::report {

enum class Direction { rises, falls };

/// A figure by setting, in the settings' order.
using Course = std::vector<std::pair<std::string, double>>;

/// "F1 rises with the number of learning layers: 0.41 (classifier only), 0.55 (last 1)." or, when it does not
/// everywhere: "F1 does not rise everywhere …: it goes from 0.58 (last 3) to 0.57 (full). All: …". Standing still
/// counts as neither.
std::string course_text(const std::string& figure, const Course& course, Direction expected);

/// A sentence for F1 and one for the drift of the head, for each variant that has two settings or more.
std::vector<std::string> trends(const std::vector<Group>& groups);

}  // namespace fthost::report
