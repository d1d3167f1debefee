#pragma once

/// Fields that several files of a run folder have in their own way.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/formats/json_object.h"

namespace fthost::report {

/// A number; null stands for one that is not finite. All throw InputError.
double real_of(const JsonObject& object, const std::string& key);

const nlohmann::json& list_of(const JsonObject& object, const std::string& key);

std::vector<std::string> texts_of(const JsonObject& object, const std::string& key);

}  // namespace fthost::report
