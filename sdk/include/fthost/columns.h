#pragma once

/// Files of words in columns, one word a line, sentences apart by blank lines (CoNLL and its relatives). A service of
/// the host for readers; `fthost score` and `fthost predict` read through it too.

#include <filesystem>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include <fthost/sentence.h>
#include <fthost/version.h>

namespace fthost {

/// Where a file says what its columns are called.
enum class ColumnHeader {
  none,
  line,     ///< The first line that is neither blank nor a comment, cut as the others are.
  comment,  ///< A line "# global.columns = ID FORM …" above the words, as CoNLL-U Plus has it; a later one replaces it.
};

/// How the columns lie. Columns count from 0; negative ones from the end (-1: the last).
struct ColumnFormat {
  int word_column = 0;
  std::optional<int> label_column = -1;  ///< None: words only.
  std::optional<int> predicted_column;   ///< Fills Sentence::predicted.
  ColumnHeader header = ColumnHeader::none;
  std::string word_name, label_name;         ///< Of the header: the column instead of its number; empty: by number.
  std::string separator;                     ///< Empty: a tab where the line has one, else runs of blanks.
  std::string comment;                       ///< Lines that start with it are skipped; empty: there are none.
  std::string document_mark = "-DOCSTART-";  ///< A line whose word this is ends a sentence and is skipped.
};

/// Calls `take` for each sentence in turn, holding one in memory. UTF-8, with or without a byte order mark, LF or CRLF;
/// a line of blanks and tabs only is a blank line; blanks around a field do not belong to it. Lines of more than 1 MiB,
/// lines that end in CR alone, wrong encoding and missing or empty columns are collected over the whole file and thrown
/// as one InputError: the first 20, and a count of the rest; `take` hears nothing of what comes after the first of
/// them. Where a column is counted from the end, or a header names them, all lines must have as many columns as the
/// first word's, or the header. A header that lacks a name, or has it twice, and a word and a label in one column are
/// thrown at once. Quotes mean nothing. `name` is what messages call the file. Throws Error when the stream fails, or
/// for names without a header.
FTHOST_API void read_columns(std::istream& in, const std::string& name, const ColumnFormat& format,
                             const std::function<void(Sentence&&)>& take);
FTHOST_API void read_columns(const std::filesystem::path& file, const ColumnFormat& format,
                             const std::function<void(Sentence&&)>& take);

}  // namespace fthost
