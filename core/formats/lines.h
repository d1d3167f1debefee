#pragma once

/// Lines of a text file, one at a time, with a bound on the memory that a line may take, and messages about them.

#include <fthost/message.h>

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// Of a line that is longer only the start is kept.
inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;

/// A line without its end. `text` is valid until the next one is read.
struct Line {
  std::string_view text;
  std::size_t number = 0;        ///< From 1.
  std::size_t size = 0;          ///< Bytes that it has in the file; more than kLongestLine when it was cut there.
  bool crlf = false;             ///< It ended in CRLF.
  bool byte_order_mark = false;  ///< UTF-8's stood in front of it.
};

/// Cuts a stream into lines that end in LF, CRLF or with the file. A byte order mark of UTF-8 at the start is left out.
class LineReader {
 public:
  /// `in` must outlive the reader.
  explicit LineReader(std::istream& in);

  /// False when there are no more. Ask failed() then.
  bool next(Line& line);

  /// Did reading end because of an error of the stream?
  bool failed() const { return in_.bad(); }

 private:
  bool refill();
  void keep(std::string_view part);

  std::istream& in_;
  std::vector<char> block_;
  std::string_view rest_;  ///< Of the block, not yet looked at.
  std::string text_;
  std::size_t size_ = 0;
  std::size_t number_ = 0;
};

/// A message about a line as a whole, without the file's name.
Message about_line(const Line& line, std::string text);

/// A message about the byte at `offset` of a line, without the file's name.
Message about_byte(const Line& line, std::size_t offset, std::string text);

/// What is wrong with a line that is longer than kLongestLine or not UTF-8.
std::optional<Message> fault_of(const Line& line);

/// Throws InputError when the line is longer than kLongestLine.
void require_whole(const Line& line, const std::string& file);

/// What is wrong with a line that has a CR at `offset`, which ends no line: a file of an old Macintosh program.
Message about_lone_cr(const Line& line, std::size_t offset);

}  // namespace fthost
