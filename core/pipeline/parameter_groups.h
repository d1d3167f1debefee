#pragma once

/// [[optimizer.groups]]: tensors that learn at a rate of their own.

#include <vector>

#include "core/pipeline/check_table.h"

namespace fthost {

/// The option of [optimizer] that holds them: a list of tables, which no plugin's option is.
inline constexpr std::string_view kGroupsOption = "groups";

/// What may stand in a group.
const std::vector<OptionDescription>& group_options();

struct CheckedGroup {
  GivenTable given;
  OptionValues values;
};

/// The groups of [optimizer], in their order. Each expression must be one; whether it names a tensor is not known yet.
std::vector<CheckedGroup> check_groups(const GivenTable& optimizer, const std::filesystem::path& folder,
                                       Problems& problems);

}  // namespace fthost
