#include "core/engine/sentence_counter.h"

#include <cmath>
#include <ostream>
#include <string>

namespace fthost {

void SentenceCounter::advance(std::int64_t sentences, Time now) {
  using namespace std::chrono_literals;
  const auto gone = now - start_;
  if (out_ == nullptr || style_.quiet || gone < 2s) return;
  if (told_ && now - *told_ < (style_.live ? 100ms : 10000ms)) return;
  const double seconds = std::chrono::duration<double>(gone).count();
  const auto rate = std::llround(static_cast<double>(sentences) / seconds);
  const auto text = "predict  " + std::to_string(sentences) + " sentences  " + std::to_string(rate) + "/s";
  *out_ << (style_.live ? "\r\x1b[2K" + text : text + "\n") << std::flush;
  told_ = now;
  shown_ = style_.live;
}

void SentenceCounter::clear() {
  if (shown_) *out_ << "\r\x1b[2K" << std::flush;
  shown_ = false;
}

}  // namespace fthost
