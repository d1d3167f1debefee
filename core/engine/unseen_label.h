#pragma once

/// What is said of words that the model does not see.

#include <algorithm>
#include <string>
#include <vector>

namespace fthost {

/// The label of a word that no token speaks for, such as one that was cut off: "O" where the vocabulary has it, else
/// its first label. `labels`: one or more.
inline const std::string& unseen_label(const std::vector<std::string>& labels) {
  const auto outside = std::ranges::find(labels, "O");
  return outside == labels.end() ? labels.front() : *outside;
}

}  // namespace fthost
