#pragma once

/// The errors of a pipeline, collected so that all are told in one go.

#include <fthost/message.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fthost {

/// Stands for the file in messages about --set.
inline constexpr std::string_view kCommandLine = "--set";

class Problems {
 public:
  void add(Message message) { messages_.push_back(std::move(message)); }
  void add(const std::vector<Message>& messages) {
    messages_.insert(messages_.end(), messages.begin(), messages.end());
  }

  bool empty() const { return messages_.empty(); }
  const std::vector<Message>& messages() const { return messages_; }

  /// Throws InputError when there are any: those of the file by line, then those of the command line in its order.
  void throw_if_any() const;

 private:
  std::vector<Message> messages_;
};

/// The place as people see it: the command line has no lines, only an order while messages are collected.
Place user_place(Place place);

/// "did you mean 'x'?", or nothing when no candidate is near.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

/// A text in quotes, escaped, and cut when it is long.
std::string in_quotes(std::string_view text);

}  // namespace fthost
