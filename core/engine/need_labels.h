#pragma once

/// Sets on which F1 is to be measured need labels.

#include <fthost/sentence.h>

#include <span>
#include <string>

namespace fthost {

/// Throws InputError with the sentences of the set that have no labels. `name` is what the set is called.
void need_labels(std::span<const Sentence> set, const std::string& name);

}  // namespace fthost
