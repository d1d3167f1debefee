#include <fthost/columns.h>
#include <fthost/complaints.h>
#include <fthost/error.h>
#include <fthost/input_file.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/formats/lines.h"
#include "core/formats/utf8.h"

namespace fthost {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kGlobalColumns = "global.columns";

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

/// The names in a line "# global.columns = ID FORM …" of CoNLL-U Plus; empty: it is another line.
std::string_view global_columns(std::string_view line) {
  if (!line.starts_with('#')) return {};
  line = trim(line.substr(1));
  if (!line.starts_with(kGlobalColumns)) return {};
  line = trim(line.substr(kGlobalColumns.size()));
  return line.starts_with('=') ? trim(line.substr(1)) : std::string_view();
}

/// A column that is read: by its number, or by a name until the header has told its number.
struct Column {
  const char* option;  ///< What messages call it.
  std::string name;    ///< Empty: by number.
  int number;

  std::string text() const {
    return name.empty() ? std::string(option) + "_column = " + std::to_string(number)
                        : std::string(option) + "_name = \"" + name + "\"";
  }
};

/// Reads one file.
class ColumnsReader {
 public:
  ColumnsReader(const std::string& name, const ColumnFormat& format, const std::function<void(Sentence&&)>& take)
      : format_(format), take_(take), complaints_(name), word_{"word", format.word_name, format.word_column} {
    if (format.label_column || !format.label_name.empty())
      label_ = Column{"label", format.label_name, format.label_column.value_or(0)};
    if (format.predicted_column) predicted_ = Column{"predicted", {}, *format.predicted_column};
    if (format.header == ColumnHeader::none && !(format.word_name + format.label_name).empty())
      throw Error("columns are asked for by name, but nothing is said to name them");
  }

  void read(std::istream& in) {
    LineReader lines(in);
    Line line;
    while (lines.next(line)) read_line(line);
    if (lines.failed()) throw Error(complaints_.file() + ": cannot read the file to its end");
    end_sentence();
    complaints_.throw_if_any();
  }

 private:
  void read_line(const Line& line) {
    if (!readable(line)) return;
    if (trim(line.text).empty()) return end_sentence();
    if (format_.header == ColumnHeader::comment)
      if (const auto names = global_columns(line.text); !names.empty()) {
        fields_.clear();
        split_at_blanks(names, fields_);
        return read_header(line);
      }
    if (!format_.comment.empty() && line.text.starts_with(format_.comment)) return;
    split_line(line.text, format_.separator, fields_);
    if (is_document_mark()) return end_sentence();
    if (format_.header == ColumnHeader::line && !header_read_) return read_header(line);
    add_word(line);
  }

  bool readable(const Line& line) {
    auto fault = fault_of(line);
    // All lines of a file that ends them so would be taken for one.
    if (const auto lone = line.text.find('\r'); !fault && lone != std::string_view::npos)
      fault = about_lone_cr(line, lone);
    if (!fault) return true;
    complaints_.add(std::move(*fault));
    return false;
  }

  /// Without the columns asked for nothing else can be judged: what is wrong with the header is thrown at once.
  void read_header(const Line& line) {
    find_named(line, word_);
    if (label_) find_named(line, *label_);
    complaints_.throw_if_any();
    header_read_ = true;
    first_ = {line.number, fields_.size()};
  }

  void find_named(const Line& line, Column& column) {
    if (column.name.empty()) return;
    const auto found = std::find(fields_.begin(), fields_.end(), column.name);
    if (found == fields_.end()) return complaints_.add(unknown_column(line, column));
    if (std::count(found, fields_.end(), column.name) > 1)
      return complaints_.add(about_line(line, "two columns are called '" + column.name + "' (" + column.text() + ")"));
    column.number = static_cast<int>(found - fields_.begin());
  }

  Message unknown_column(const Line& line, const Column& column) const {
    const std::vector<std::string> names(fields_.begin(), fields_.end());
    const auto text = "no column is called '" + column.name + "' (" + column.text() + ")";
    const auto near = nearest_name(column.name, names);
    if (near.empty()) return about_line(line, text);
    const auto place = std::find(fields_.begin(), fields_.end(), near)->data() - line.text.data();
    auto message = about_byte(line, static_cast<std::size_t>(place), text);
    message.caret_length = utf8::count(near);
    message.hint = "did you mean '" + std::string(near) + "'?";
    return message;
  }

  bool is_document_mark() const {
    if (format_.document_mark.empty()) return false;
    if (fields_.size() == 1) return fields_[0] == format_.document_mark;
    const auto word = resolve(word_.number, fields_.size());
    return word && fields_[*word] == format_.document_mark;
  }

  void add_word(const Line& line) {
    if (format_.header != ColumnHeader::none && !header_read_) {
      complaints_.add(about_line(line, "expected a line '# global.columns = …' above the first word, found none"));
      complaints_.throw_if_any();
    }
    if (!as_first(line) || !enough_columns(line)) return;
    const auto word = find_column(line, word_);
    if (!word) return;
    std::optional<std::size_t> label;
    if (label_ && !(label = find_column(line, *label_))) return;
    std::optional<std::size_t> predicted;
    if (predicted_ && !(predicted = find_column(line, *predicted_))) return;
    if (first_.columns == 0) first_ = {line.number, fields_.size()};
    if (!complaints_.none()) return;
    sentence_.words.emplace_back(fields_[*word]);
    if (label) sentence_.labels.emplace_back(fields_[*label]);
    if (predicted) sentence_.predicted.emplace_back(fields_[*predicted]);
    sentence_.lines.push_back(static_cast<std::uint32_t>(line.number));
  }

  /// Has the line as many columns as the first one? Complains when not: a column that is counted from the end, or named
  /// in a header, would be taken from its neighbour.
  bool as_first(const Line& line) {
    const bool counted =
        header_read_ || word_.number < 0 || (label_ && label_->number < 0) || (predicted_ && predicted_->number < 0);
    if (!counted || first_.columns == 0 || fields_.size() == first_.columns) return true;
    add_about_count(line, "expected " + counted_columns(first_.columns) + " as in line " + std::to_string(first_.line) +
                              ", found " + std::to_string(fields_.size()));
    return false;
  }

  /// Is there a column for each thing that is read? Two things in one column of many is no fault of this line, nor the
  /// only one of its kind: it is thrown at once.
  bool enough_columns(const Line& line) {
    const auto word = resolve(word_.number, fields_.size());
    const auto label = label_ ? resolve(label_->number, fields_.size()) : std::nullopt;
    if (predicted_) {
      const auto predicted = resolve(predicted_->number, fields_.size());
      if (word && label && predicted && word != label && word != predicted && label != predicted) return true;
      add_about_count(line, "expected word, gold and predicted label, found " + counted_columns(fields_.size()));
      return false;
    }
    if (!word || !label || word != label) return true;
    if (fields_.size() == 1) {
      add_about_count(line, "expected a word and a label, found 1 column");
      return false;
    }
    auto message = about_line(line, "word and label are both column " + std::to_string(*word) + " (" + word_.text() +
                                        ", " + label_->text() + ")");
    message.notes.emplace_back("columns count from 0");
    complaints_.add(std::move(message));
    complaints_.throw_if_any();
    return false;
  }

  void add_about_count(const Line& line, std::string text) {
    auto message = about_line(line, std::move(text));
    const auto quoted = [](std::string_view field) { return field.starts_with('"'); };
    if (!format_.separator.empty() && std::any_of(fields_.begin(), fields_.end(), quoted))
      message.notes.emplace_back("quotes mean nothing here: a separator between them ends the column too");
    complaints_.add(std::move(message));
  }

  /// The column's place in the line. Complains when it isn't there or is empty.
  std::optional<std::size_t> find_column(const Line& line, const Column& column) {
    const auto place = resolve(column.number, fields_.size());
    if (!place) {
      add_about_count(line, "expected " + counted_columns(columns_needed(column.number)) + " or more (" +
                                column.text() + "), found " + std::to_string(fields_.size()));
    } else if (fields_[*place].empty()) {
      auto message = about_line(
          line, "expected text in column " + std::to_string(*place) + " (" + column.text() + "), found none");
      message.notes.emplace_back("columns count from 0");
      complaints_.add(std::move(message));
    } else {
      return place;
    }
    return std::nullopt;
  }

  /// Once something was wrong, the rest of the file is only looked at, for more that is wrong.
  void end_sentence() {
    if (sentence_.words.empty()) return;
    Sentence done = std::exchange(sentence_, {});
    done.file = complaints_.file();
    if (complaints_.none()) take_(std::move(done));
  }

  const ColumnFormat& format_;
  const std::function<void(Sentence&&)>& take_;
  Complaints complaints_;
  Column word_;
  std::optional<Column> label_, predicted_;
  /// The line of the names, or the first word's: what the others must be like.
  struct {
    std::size_t line = 0, columns = 0;
  } first_;
  bool header_read_ = false;
  Sentence sentence_;
  std::vector<std::string_view> fields_;
};

}  // namespace

void read_columns(std::istream& in, const std::string& name, const ColumnFormat& format,
                  const std::function<void(Sentence&&)>& take) {
  ColumnsReader(name, format, take).read(in);
}

void read_columns(const std::filesystem::path& file, const ColumnFormat& format,
                  const std::function<void(Sentence&&)>& take) {
  auto in = open_input_file(file);
  read_columns(in, file.string(), format, take);
}

}  // namespace fthost
