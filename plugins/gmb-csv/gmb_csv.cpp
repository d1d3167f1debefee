/// Reader `gmb-csv`: the Groningen Meaning Bank's extract as a CSV file of one word a row, plain or in a zip.

#include <fthost/csv.h>
#include <fthost/plugin.h>
#include <fthost/reader.h>

#include "rows.h"
#include "zip_stream.h"

namespace gmb {
namespace {

class GmbCsvReader final : public fthost::Reader {
 public:
  explicit GmbCsvReader(const fthost::Options& options)
      : names_{options.text("sentence_column"), options.text("word_column"), options.text("label_column")} {
    format_.encoding = options.text("encoding") == "utf-8" ? fthost::Encoding::utf8 : fthost::Encoding::latin1;
    if (names_.word == names_.label)
      throw fthost::OptionError("label_column", "the label cannot be in the column of the word, '" + names_.word + "'");
    if (names_.sentence == names_.word || names_.sentence == names_.label)
      throw fthost::OptionError("sentence_column",
                                "the column '" + names_.sentence + "' holds the words or the labels already");
  }

  void read(const std::filesystem::path& file, const std::function<void(fthost::Sentence&&)>& take) override {
    const auto in = open_plain_or_zip(file);
    fthost::Complaints complaints(file.string());
    RowReader rows(names_, complaints, take);
    fthost::read_csv(*in, format_, complaints, [&](const fthost::CsvRecord& record) { rows.read(record); });
    rows.finish();
    complaints.throw_if_any();
  }

 private:
  ColumnNames names_;
  fthost::CsvFormat format_;
};

}  // namespace
}  // namespace gmb

FTHOST_PLUGIN(fthost::component<gmb::GmbCsvReader>(
                  "gmb-csv", "Read the Groningen Meaning Bank's CSV file, one word a row, as it is or in its zip.")
                  .option("sentence_column", fthost::text().by_default("Sentence #"),
                          "header of the column that is filled where a sentence begins")
                  .option("word_column", fthost::text().by_default("Word"), "header of the column of the word")
                  .option("label_column", fthost::text().by_default("Tag"), "header of the column of the label")
                  .option("encoding", fthost::text().one_of({"latin-1", "utf-8"}).by_default("latin-1"),
                          "how the file's bytes become characters"))
