#pragma once

/// Rows of words to sentences. No files here.

#include <fthost/complaints.h>
#include <fthost/csv.h>
#include <fthost/sentence.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace gmb {

/// What the header calls the columns.
struct ColumnNames {
  std::string sentence, word, label;
};

/// Takes the records of a file in turn, the header first. A sentence begins in each row whose sentence column is filled
/// with another name than the row before had; a row in which it is empty goes on with the sentence.
class RowReader {
 public:
  /// All must outlive the reader.
  RowReader(const ColumnNames& names, fthost::Complaints& complaints,
            const std::function<void(fthost::Sentence&&)>& take)
      : names_(names), complaints_(complaints), take_(take) {}

  /// Throws InputError at once for a header that lacks a column: nothing else can be judged then.
  void read(const fthost::CsvRecord& record);

  /// Gives the last sentence.
  void finish();

 private:
  void read_header(const fthost::CsvRecord& record);
  std::size_t find_column(const fthost::CsvRecord& record, const char* option, const std::string& name);
  bool well_formed(const fthost::CsvRecord& record);

  const ColumnNames& names_;
  fthost::Complaints& complaints_;
  const std::function<void(fthost::Sentence&&)>& take_;

  std::vector<std::string> header_;  ///< Empty: not read yet.
  std::size_t sentence_column_ = 0, word_column_ = 0, label_column_ = 0;
  std::string sentence_name_;
  fthost::Sentence sentence_;
};

}  // namespace gmb
