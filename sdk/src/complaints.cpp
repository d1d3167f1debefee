#include <fthost/complaints.h>
#include <fthost/error.h>

#include <utility>

namespace fthost {
namespace {

constexpr std::size_t kShown = 20;

}  // namespace

void Complaints::add(Message message) {
  if (++count_ > kShown) return;
  if (message.place.file.empty()) message.place.file = file_;
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
