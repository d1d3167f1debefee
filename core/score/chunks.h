#pragma once

/// Where entities begin and end, by the rules of conlleval as seqeval has them by default (end_of_chunk and
/// start_of_chunk of seqeval.metrics.sequence_labeling).

#include <fthost/entities.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// Takes tags one after the other. An entity's end shows at the tag behind it: end with tag "O".
class ChunkScanner {
 public:
  /// Appends the entity that ended before this tag, if one did. An empty tag counts as "O".
  void take(std::string_view tag, std::vector<Entity>& out);

 private:
  // As in seqeval, the first tag follows upon one without type, those after an "O" upon one of type "_".
  char32_t prefix_ = U'O';
  std::string type_;
  std::int32_t begin_ = 0;
  std::int32_t place_ = 0;
};

}  // namespace fthost
