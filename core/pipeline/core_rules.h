#pragma once

/// What the core asks of its own options beyond type, range and choices.

#include <string_view>

#include "core/pipeline/check_table.h"

namespace fthost {

/// "auto", "cpu", "cuda" or "cuda:N".
bool is_device(std::string_view device);

/// [run] name: fills it in from the file's when it is not given, and checks it.
void check_run_name(const GivenTable& run, const std::filesystem::path& file, OptionValues& values, Problems& problems);

/// [run]: fills in `name` from the file's when it is not given, and checks it and `device`.
void check_run(const GivenTable& run, const std::filesystem::path& file, OptionValues& values, Problems& problems);

/// [data]: either dev or split.
void check_data(const GivenTable& data, Problems& problems);

/// [train]: not both batch_size and batch_tokens; fills in `batch_size` where neither is given.
void check_train(const GivenTable& train, OptionValues& values, Problems& problems);

/// [plugins]: its paths, absolute; each must be there.
std::vector<std::filesystem::path> check_plugin_paths(const GivenTable& plugins, OptionValues& values,
                                                      Problems& problems);

}  // namespace fthost
