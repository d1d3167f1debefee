#include <fthost/csv.h>
#include <fthost/error.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/formats/lines.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

/// Where the first byte is that ASCII lacks; npos: there is none.
std::size_t first_high_byte(std::string_view text) {
  const auto high = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  const auto found = std::find_if(text.begin(), text.end(), high);
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
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

/// Makes UTF-8 of lines.
class LineDecoder {
 public:
  explicit LineDecoder(Encoding encoding) : encoding_(encoding) {}

  /// What is wrong with the line. Otherwise its text is UTF-8 until the next one is decoded.
  std::optional<Message> decode(Line& line) {
    if (encoding_ == Encoding::latin1)
      if (auto fault = decode_latin1(line)) return fault;
    return fault_of(line);
  }

  /// At the end: what makes it likely that the encoding is another one. Text of Latin-1 is hardly ever UTF-8 in all of
  /// its lines that are more than ASCII.
  const std::optional<Message>& suspicion() const { return suspicion_; }

 private:
  std::optional<Message> decode_latin1(Line& line) {
    if (line.byte_order_mark) {
      judged_ = true;
      auto message = about_line(line, "expected Latin-1, found the byte order mark of UTF-8");
      message.notes.emplace_back("the file is in UTF-8: name that as its encoding");
      return message;
    }
    const auto high = first_high_byte(line.text);
    if (line.size > kLongestLine || high == std::string_view::npos) return std::nullopt;
    suspect(line, high);
    buffer_.clear();
    for (const char c : line.text) utf8::append(buffer_, static_cast<unsigned char>(c));
    line.text = buffer_;
    return std::nullopt;
  }

  void suspect(const Line& line, std::size_t high) {
    if (judged_) return;
    if (utf8::first_bad_byte(line.text) != std::string_view::npos) {
      judged_ = true;
      suspicion_.reset();
    } else if (!suspicion_) {
      suspicion_ = about_byte(line, high, "expected Latin-1, but the file looks like UTF-8");
      suspicion_->hint = "encoding = \"utf-8\"";
    }
  }

  Encoding encoding_;
  bool judged_ = false;  ///< Nothing is suspected any more.
  std::optional<Message> suspicion_;
  std::string buffer_;
};

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
  LineDecoder decoder(format.encoding);
  Line line;
  while (lines.next(line)) {
    if (auto fault = decoder.decode(line)) {
      complaints.add(std::move(*fault));
      parser.drop_record();
    } else {
      parser.read_line(line);
    }
  }
  if (lines.failed()) throw Error(complaints.file() + ": cannot read the file to its end");
  parser.finish();
  if (decoder.suspicion()) complaints.add(*decoder.suspicion());
}

}  // namespace fthost
