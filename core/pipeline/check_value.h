#pragma once

/// One value against the declaration of its option.

#include <filesystem>
#include <optional>
#include <string>

#include "core/pipeline/problems.h"
#include "core/pipeline/request.h"

namespace fthost {

/// What a value is, for "expected …, found …": "3", "the text \"three\"", "a list".
std::string found_text(const TomlValue& value);

/// The text that was given: in a --set it need not be quoted. None when it is something else.
std::optional<std::string> given_text(const GivenOption& given);

/// `text` from `folder` on, without "." and ".." where names alone tell what they mean.
std::filesystem::path absolute_path(const std::filesystem::path& folder, const std::string& text);

/// The value, converted to the declared type: integers to reals, paths to absolute ones. None when it does not fit:
/// then `problems` has a message for each thing that is wrong.
std::optional<OptionValue> check_value(const OptionDescription& option, const GivenOption& given, Problems& problems);

}  // namespace fthost
