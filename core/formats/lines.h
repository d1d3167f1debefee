#pragma once

/// Lines of a text file, one at a time, with a bound on the memory that a line may take.

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// A line without its end. `text` is valid until the next one is read.
struct Line {
  std::string_view text;
  std::size_t number = 0;  ///< From 1.
  std::size_t size = 0;    ///< Bytes that it has in the file; more than text.size() when it was cut at the limit.
};

/// Cuts a stream into lines that end in LF, CRLF or with the file. A byte order mark of UTF-8 at the start is left out.
class LineReader {
 public:
  /// Of a longer line only the first `limit` bytes are kept. `in` must outlive the reader.
  LineReader(std::istream& in, std::size_t limit);

  /// False when there are no more. Ask failed() then.
  bool next(Line& line);

  /// Did reading end because of an error of the stream?
  bool failed() const { return in_.bad(); }

 private:
  bool refill();
  void keep(std::string_view part);

  std::istream& in_;
  std::size_t limit_;
  std::vector<char> block_;
  std::string_view rest_;  ///< Of the block, not yet looked at.
  std::string text_;
  std::size_t size_ = 0;
  std::size_t number_ = 0;
};

}  // namespace fthost
