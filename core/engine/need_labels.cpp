#include "core/engine/need_labels.h"

#include <fthost/complaints.h>

#include <utility>

namespace fthost {

void need_labels(std::span<const Sentence> set, const std::string& name) {
  if (set.empty()) return;
  Complaints complaints(set.front().file);
  for (const auto& sentence : set) {
    if (!sentence.labels.empty()) continue;
    Message message;
    message.place = {sentence.file, sentence.lines.empty() ? 0 : sentence.lines.front(), 0};
    message.text = "the " + name + " set has a sentence without labels";
    complaints.add(std::move(message));
  }
  complaints.throw_if_any();
}

}  // namespace fthost
