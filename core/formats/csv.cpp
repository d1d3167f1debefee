#include <fthost/csv.h>
#include <fthost/error.h>

#include <optional>
#include <utility>
#include <vector>

#include "core/formats/lines.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

bool has_high_byte(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return true;
  return false;
}

std::string after_quote(std::string_view found, std::size_t opened_in) {
  return "expected a separator or the end of the line behind the closing quote, found '" + std::string(found) +
         "' (the quote was opened in line " + std::to_string(opened_in) + ")";
}

/// Takes lines and gives records. Between two lines it stands inside quotes or between records.
class CsvParser {
 public:
  CsvParser(char separator, Complaints& complaints, const std::function<void(const CsvRecord&)>& take)
      : separator_(separator), complaints_(complaints), take_(take) {}

  void read_line(const Line& line) {
    if (!in_quotes_ && line.text.empty()) return;
    if (in_quotes_) {
      record_size_ += line.size;
      if (record_size_ > kLongestLine) return give_up_quotes("expected a closing quote within 1 MiB, found none");
      bytes_ += line_end_;
    } else {
      bytes_.clear();
      ends_.clear();
      record_line_ = line.number;
      record_size_ = line.size;
    }
    parse(line);
    line_end_ = line.crlf ? "\r\n" : "\n";
  }

  /// A line that can't be read takes its record with it.
  void drop_record() {
    in_quotes_ = false;
    opening_.reset();
  }

  void finish() {
    if (in_quotes_) give_up_quotes("expected a closing quote, found none to the end of the file");
  }

 private:
  void parse(const Line& line) {
    for (std::size_t at = 0;;) {
      const auto next = in_quotes_ ? quoted(line, at) : field(line, at);
      if (!next) return;
      at = *next;
    }
  }

  /// At the start of a field. Returns where to go on in the line, if there is more of it.
  std::optional<std::size_t> field(const Line& line, std::size_t at) {
    if (at < line.text.size() && line.text[at] == '"') {
      in_quotes_ = true;
      quote_line_ = line.number;
      quote_at_ = at;
      return at + 1;
    }
    const auto end = line.text.find(separator_, at);
    const auto text = line.text.substr(at, end - at);
    if (const auto odd = text.find_first_of("\"\r"); odd != std::string_view::npos)
      return complain(text[odd] == '\r' ? about_lone_cr(line, at + odd) : about_quote(line, at + odd));
    bytes_ += text;
    return end_field(line, end == std::string_view::npos ? line.text.size() : end);
  }

  /// Inside quotes.
  std::optional<std::size_t> quoted(const Line& line, std::size_t at) {
    const auto quote = line.text.find('"', at);
    bytes_ += line.text.substr(at, quote - at);
    if (quote == std::string_view::npos) {
      if (!opening_) opening_ = about_byte(line, quote_at_, "");
      return std::nullopt;
    }
    const auto behind = quote + 1;
    if (behind < line.text.size() && line.text[behind] == '"') {
      bytes_ += '"';
      return behind + 1;
    }
    in_quotes_ = false;
    opening_.reset();
    if (behind < line.text.size() && line.text[behind] != separator_) {
      const auto found = line.text.substr(behind, utf8::decode(line.text, behind).length);
      return complain(about_byte(line, behind, after_quote(found, quote_line_)));
    }
    return end_field(line, behind);
  }

  /// `end`: where the field's separator stands, or the end of the line.
  std::optional<std::size_t> end_field(const Line& line, std::size_t end) {
    ends_.push_back(bytes_.size());
    if (end < line.text.size()) return end + 1;
    fields_.clear();
    std::size_t begin = 0;
    for (const auto field_end : ends_) {
      fields_.push_back(std::string_view(bytes_).substr(begin, field_end - begin));
      begin = field_end;
    }
    take_({fields_, record_line_, line.number == record_line_ ? line.text : std::string_view()});
    return std::nullopt;
  }

  std::optional<std::size_t> complain(Message message) {
    complaints_.add(std::move(message));
    return std::nullopt;
  }

  static Message about_quote(const Line& line, std::size_t at) {
    auto message = about_byte(line, at, "expected no quote in a field that does not begin with one");
    message.notes.emplace_back("put the field into quotes, and write each quote in it twice");
    return message;
  }

  void give_up_quotes(std::string text) {
    opening_->text = std::move(text);
    complaints_.add(std::move(*opening_));
    drop_record();
  }

  char separator_;
  Complaints& complaints_;
  const std::function<void(const CsvRecord&)>& take_;

  bool in_quotes_ = false;
  std::optional<Message> opening_;  ///< Where the quotes were opened that more than one line stands in.
  std::size_t quote_line_ = 0, quote_at_ = 0;
  std::size_t record_line_ = 0, record_size_ = 0;
  std::string_view line_end_;  ///< Of the line before.
  std::string bytes_;          ///< All fields of the record, one behind the other.
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> fields_;
};

/// Turns a line of Latin-1 into UTF-8, which `buffer` holds.
std::optional<Message> decode_latin1(Line& line, std::string& buffer) {
  if (line.byte_order_mark) {
    auto message = about_line(line, "expected Latin-1, found the byte order mark of UTF-8");
    message.notes.emplace_back("the file is in UTF-8: name that as its encoding");
    return message;
  }
  if (line.size > kLongestLine || !has_high_byte(line.text)) return std::nullopt;
  buffer.clear();
  for (const char c : line.text) utf8::append(buffer, static_cast<unsigned char>(c));
  line.text = buffer;
  return std::nullopt;
}

std::optional<Message> decode(Line& line, Encoding encoding, std::string& buffer) {
  if (encoding == Encoding::latin1)
    if (auto fault = decode_latin1(line, buffer)) return fault;
  return fault_of(line);
}

}  // namespace

Message CsvRecord::about(std::string text) const {
  Line first;
  first.text = source;
  first.number = line;
  return about_line(first, std::move(text));
}

void read_csv(std::istream& in, const CsvFormat& format, Complaints& complaints,
              const std::function<void(const CsvRecord&)>& take) {
  CsvParser parser(format.separator, complaints, take);
  LineReader lines(in);
  std::string buffer;
  Line line;
  while (lines.next(line)) {
    if (auto fault = decode(line, format.encoding, buffer)) {
      complaints.add(std::move(*fault));
      parser.drop_record();
    } else {
      parser.read_line(line);
    }
  }
  if (lines.failed()) throw Error(complaints.file() + ": cannot read the file to its end");
  parser.finish();
}

}  // namespace fthost
