/// Reader `conll`: one word a line, columns, sentences apart by blank lines.

#include <fthost/columns.h>
#include <fthost/plugin.h>
#include <fthost/reader.h>

#include <string>
#include <tuple>

namespace {

using fthost::Options;

class ConllReader final : public fthost::Reader {
 public:
  explicit ConllReader(const Options& options) {
    format_.word_column = column(options, "word_column");
    format_.label_column = column(options, "label_column");
    format_.word_name = options.text("word_name");
    format_.label_name = options.text("label_name");
    const auto& header = options.text("header");
    if (header == "line") format_.header = fthost::ColumnHeader::line;
    if (header == "comment") format_.header = fthost::ColumnHeader::comment;
    check_columns();
    format_.separator = options.text("separator");
    format_.comment = options.text("comment");
    if (header == "comment" && format_.comment.empty()) format_.comment = "#";
    format_.document_mark = options.text("document_mark");
  }

  void read(const std::filesystem::path& file, const std::function<void(fthost::Sentence&&)>& take) override {
    fthost::read_columns(file, format_, take);
  }

 private:
  void check_columns() const {
    const auto& [word, label] = std::tie(format_.word_name, format_.label_name);
    if (word.empty() && label.empty() && format_.word_column == format_.label_column)
      throw fthost::OptionError(
          "label_column", "the label cannot be in the column of the word, " + std::to_string(format_.word_column));
    if (!word.empty() && word == label)
      throw fthost::OptionError("label_name", "the label cannot be in the column of the word, '" + word + "'");
    if (word.empty() && label.empty()) return;
    if (format_.header == fthost::ColumnHeader::none)
      throw fthost::OptionError(word.empty() ? "label_name" : "word_name",
                                "the column is asked for by name, so 'header' must say where the file has its names: "
                                "\"line\" or \"comment\"");
  }

  static int column(const Options& options, const char* name) { return static_cast<int>(options.integer(name)); }

  fthost::ColumnFormat format_;
};

}  // namespace

FTHOST_PLUGIN(
    fthost::component<ConllReader>("conll", "Read files of one word a line in columns, sentences apart by blank lines.")
        .option("word_column", fthost::integer().at_least(-1000).at_most(999).by_default(0),
                "column of the word; columns count from 0, negative ones from the end")
        .option("label_column", fthost::integer().at_least(-1000).at_most(999).by_default(-1),
                "column of the label, counted in the same way")
        .option("header", fthost::text().one_of({"none", "line", "comment"}).by_default("none"),
                "where the columns are named: the first line, or a comment '# global.columns = ID FORM ...'")
        .option("word_name", fthost::text().by_default(""),
                "the word's column by its name in the header; empty: by word_column")
        .option("label_name", fthost::text().by_default(""),
                "the label's column by its name in the header; empty: by label_column")
        .option("separator", fthost::text().by_default(""),
                "what stands between columns, quotes or not; empty: a tab where the line has one, else blanks")
        .option("comment", fthost::text().by_default(""),
                "lines that start with it are skipped; empty: there are none, or '#' where a comment is the header")
        .option("document_mark", fthost::text().by_default("-DOCSTART-"),
                "a line with this word is skipped and ends a sentence"))
