#include <fthost/columns.h>
#include <fthost/error.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/formats/lines.h"
#include "core/formats/text_file.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::size_t kLongestShownLine = 200;
constexpr std::size_t kShownErrors = 20;
constexpr std::string_view kBlanks = " \t";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// Fields between each two separators, blanks around them left out; empty ones count.
void split_at(std::string_view line, std::string_view separator, std::vector<std::string_view>& out) {
  for (;;) {
    const auto end = line.find(separator);
    out.push_back(trim(line.substr(0, end)));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + separator.size());
  }
}

/// Fields between runs of blanks.
void split_at_blanks(std::string_view line, std::vector<std::string_view>& out) {
  for (auto begin = line.find_first_not_of(' '); begin != std::string_view::npos;) {
    const auto end = line.find(' ', begin);
    out.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(' ', end);
  }
}

void split_line(std::string_view line, const std::string& separator, std::vector<std::string_view>& out) {
  out.clear();
  if (!separator.empty()) {
    split_at(line, separator, out);
  } else if (line.find('\t') != std::string_view::npos) {
    split_at(line, "\t", out);
  } else {
    split_at_blanks(line, out);
  }
}

/// Place of a column among `count`, or none when there are too few.
std::optional<std::size_t> resolve(int column, std::size_t count) {
  const auto from_start = column < 0 ? static_cast<long long>(count) + column : static_cast<long long>(column);
  if (from_start < 0 || from_start >= static_cast<long long>(count)) return std::nullopt;
  return static_cast<std::size_t>(from_start);
}

/// How many columns a line must have for `column` to be there.
std::size_t columns_needed(int column) {
  return static_cast<std::size_t>(column < 0 ? -static_cast<long long>(column) : static_cast<long long>(column) + 1);
}

std::string counted_columns(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

/// What is wrong in a file: the first messages, and how many more there are.
class Complaints {
 public:
  explicit Complaints(const std::string& file) : file_(file) {}

  bool none() const { return count_ == 0; }

  /// About a line as a whole.
  void add(const Line& line, std::string text, std::string note = {}) {
    Message message;
    message.text = std::move(text);
    if (line.text.size() <= kLongestShownLine) message.source_line = utf8::replace_invalid(line.text);
    add(line, std::move(message), std::move(note));
  }

  /// About the byte at `offset` of the line.
  void add_at(const Line& line, std::size_t offset, std::string text, std::string note = {}) {
    add(line, message_at(line.text, offset, file_, std::move(text)), std::move(note));
  }

  void throw_if_any() {
    if (none()) return;
    if (count_ > messages_.size()) {
      const auto more = count_ - messages_.size();
      Message message;
      message.place.file = file_;
      message.text = std::to_string(more) + (more == 1 ? " more error is" : " more errors are") + " not shown";
      messages_.push_back(std::move(message));
    }
    throw InputError(std::move(messages_));
  }

 private:
  void add(const Line& line, Message message, std::string note) {
    if (++count_ > kShownErrors) return;
    message.place.file = file_;
    message.place.line = line.number;
    if (!note.empty()) message.notes.push_back(std::move(note));
    messages_.push_back(std::move(message));
  }

  std::string file_;
  std::vector<Message> messages_;
  std::size_t count_ = 0;
};

/// Reads one file.
class ColumnsReader {
 public:
  ColumnsReader(const std::string& name, const ColumnFormat& format, const std::function<void(Sentence&&)>& take)
      : format_(format), take_(take), complaints_(name), name_(name) {}

  void read(std::istream& in) {
    LineReader lines(in, kLongestLine);
    Line line;
    while (lines.next(line)) read_line(line);
    if (lines.failed()) throw Error(name_ + ": cannot read the file to its end");
    end_sentence();
    complaints_.throw_if_any();
  }

 private:
  void read_line(const Line& line) {
    if (!readable(line)) return;
    if (trim(line.text).empty()) return end_sentence();
    if (!format_.comment.empty() && line.text.starts_with(format_.comment)) return;
    split_line(line.text, format_.separator, fields_);
    if (is_document_mark()) return end_sentence();
    add_word(line);
  }

  bool readable(const Line& line) {
    if (line.size > kLongestLine) {
      complaints_.add(line, "expected at most " + std::to_string(kLongestLine) + " bytes (1 MiB) in a line, found " +
                                std::to_string(line.size));
      return false;
    }
    if (const auto bad = utf8::first_bad_byte(line.text); bad != std::string_view::npos) {
      char byte[8];
      std::snprintf(byte, sizeof byte, "0x%02X", static_cast<unsigned>(static_cast<unsigned char>(line.text[bad])));
      complaints_.add_at(line, bad, std::string("expected UTF-8, found the byte ") + byte);
      return false;
    }
    // Files of old Macintosh programs: all of their lines would be taken for one.
    if (const auto lone = line.text.find('\r'); lone != std::string_view::npos) {
      complaints_.add_at(line, lone, "expected lines that end in LF or CRLF, found a CR alone");
      return false;
    }
    return true;
  }

  bool is_document_mark() const {
    if (format_.document_mark.empty()) return false;
    if (fields_.size() == 1) return fields_[0] == format_.document_mark;
    const auto word = resolve(format_.word_column, fields_.size());
    return word && fields_[*word] == format_.document_mark;
  }

  void add_word(const Line& line) {
    const auto word = find_column(line, "word_column", format_.word_column);
    if (!word) return;
    std::optional<std::size_t> label;
    if (format_.label_column) {
      label = find_column(line, "label_column", *format_.label_column);
      if (!label) return;
      if (*label == *word) {
        complaints_.add(line, "expected a word and a label, found " + counted_columns(fields_.size()));
        return;
      }
    }
    if (!complaints_.none()) return;
    sentence_.words.emplace_back(fields_[*word]);
    if (label) sentence_.labels.emplace_back(fields_[*label]);
    sentence_.lines.push_back(static_cast<std::uint32_t>(line.number));
  }

  /// The column's place in the line. Complains when it isn't there or is empty.
  std::optional<std::size_t> find_column(const Line& line, const char* option, int column) {
    const auto place = resolve(column, fields_.size());
    const auto called = std::string(option) + " = " + std::to_string(column);
    if (!place) {
      complaints_.add(line, "expected " + counted_columns(columns_needed(column)) + " or more (" + called +
                                "), found " + std::to_string(fields_.size()));
    } else if (fields_[*place].empty()) {
      complaints_.add(line, "expected text in column " + std::to_string(*place) + " (" + called + "), found none",
                      "columns count from 0");
    } else {
      return place;
    }
    return std::nullopt;
  }

  /// Once something was wrong, the rest of the file is only looked at, for more that is wrong.
  void end_sentence() {
    if (sentence_.words.empty()) return;
    Sentence done = std::exchange(sentence_, {});
    done.file = name_;
    if (complaints_.none()) take_(std::move(done));
  }

  const ColumnFormat& format_;
  const std::function<void(Sentence&&)>& take_;
  Complaints complaints_;
  std::string name_;
  Sentence sentence_;
  std::vector<std::string_view> fields_;
};

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& text) {
  Message message;
  message.place.file = file.string();
  message.text = text;
  throw InputError(std::move(message));
}

}  // namespace

void read_columns(std::istream& in, const std::string& name, const ColumnFormat& format,
                  const std::function<void(Sentence&&)>& take) {
  ColumnsReader(name, format, take).read(in);
}

void read_columns(const std::filesystem::path& file, const ColumnFormat& format,
                  const std::function<void(Sentence&&)>& take) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) refuse(file, "no such file");
  if (std::filesystem::is_directory(status)) refuse(file, "expected a file, found a folder");
  std::ifstream in(file, std::ios::binary);
  if (!in) refuse(file, "cannot open the file");
  read_columns(in, file.string(), format, take);
}

}  // namespace fthost
