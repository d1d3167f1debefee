#pragma once

/// What is wrong in a file, collected: a user mends all of it in one go. Readers keep their promise with it.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fthost/message.h>
#include <fthost/version.h>

namespace fthost {

/// The first 80 code points of a text, and "…" where there are more: for messages that quote a file.
FTHOST_API std::string shortened(std::string_view text);

/// Keeps the first 20 messages and counts the rest, however many there are. One thread.
class FTHOST_API Complaints {
 public:
  /// `file`: what messages call the file that they are about, unless they name another.
  explicit Complaints(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  bool none() const { return count_ == 0; }

  /// Of a text, hint or note of more than 800 code points the first 800 are kept.
  void add(Message message);

  /// Throws one InputError with what was added, and at its end how many more there were; none: does nothing.
  void throw_if_any() const;

 private:
  std::string file_;
  std::vector<Message> messages_;
  std::size_t count_ = 0;
};

}  // namespace fthost
