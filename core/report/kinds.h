#pragma once

/// F1 and losses that were counted in different ways, and so are not of one kind.

#include <map>
#include <string>
#include <vector>

#include "core/report/comparison.h"

namespace fthost::report {

/// The options by which a run counts F1, or losses: "train.score_on = "words"". Empty where its pipeline says nothing.
std::string f1_kind(const OptionTexts& options);
std::string loss_kind(const OptionTexts& options);

/// "F1 is not of one kind: train.score_on = "tokens" (reference); … (cached)." Empty when it is, as far as the groups
/// say theirs.
std::string f1_kinds(const std::vector<Group>& groups);
/// The same for losses.
std::string loss_kinds(const std::vector<Group>& groups);

}  // namespace fthost::report
