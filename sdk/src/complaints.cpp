#include <fthost/complaints.h>
#include <fthost/error.h>

#include <utility>

#include "core/formats/utf8.h"

namespace fthost {
namespace {

constexpr std::size_t kShown = 20;
constexpr std::size_t kLongestQuote = 80, kLongestText = 800;  // code points

std::string at_most(std::string_view text, std::size_t length) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < length && end < text.size(); ++i) end += utf8::decode(text, end).length;
  return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

}  // namespace

std::string shortened(std::string_view text) {
  return at_most(text, kLongestQuote);
}

void Complaints::add(Message message) {
  if (++count_ > kShown) return;
  if (message.place.file.empty()) message.place.file = file_;
  message.text = at_most(message.text, kLongestText);
  message.hint = at_most(message.hint, kLongestText);
  for (auto& note : message.notes) note = at_most(note, kLongestText);
  messages_.push_back(std::move(message));
}

void Complaints::throw_if_any() const {
  if (none()) return;
  auto messages = messages_;
  if (const auto more = count_ - messages.size(); more > 0) {
    Message message;
    message.place.file = file_;
    message.text = std::to_string(more) + (more == 1 ? " more error is" : " more errors are") + " not shown";
    messages.push_back(std::move(message));
  }
  throw InputError(std::move(messages));
}

}  // namespace fthost
