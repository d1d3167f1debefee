#pragma once

/// Comma-separated values by RFC 4180. A service of the host for readers.

#include <cstddef>
#include <functional>
#include <istream>
#include <span>
#include <string>
#include <string_view>

#include <fthost/complaints.h>
#include <fthost/message.h>
#include <fthost/version.h>

namespace fthost {

/// How the bytes of a text file become characters.
enum class Encoding {
  utf8,
  latin1,  ///< ISO 8859-1: every byte is the code point of its number.
};

struct CsvFormat {
  char separator = ',';  ///< Between fields; not a quote, CR or LF.
  Encoding encoding = Encoding::utf8;
};

/// One record. Its views are valid during the call that gets it.
struct CsvRecord {
  std::span<const std::string_view> fields;  ///< One or more, UTF-8, without quotes around them; may be empty.
  std::size_t line = 0;                      ///< On which the record begins, from 1.
  std::string_view source;                   ///< That line, when it holds the record whole; else empty.

  /// A message about the record as a whole.
  FTHOST_API Message about(std::string text) const;
};

/// Calls `take` for each record in turn, holding one in memory. Records end in LF, CRLF or with the stream; empty lines
/// are no records. A field in quotes may hold separators, line ends (they stay as they are) and quotes, each written
/// twice. A byte order mark of UTF-8 is left out.
///
/// To `complaints` goes, with its line, what is none of this: a wrong encoding, a quote in a field that does not begin
/// with one, text behind a closing quote, a quote that is never closed, a CR alone outside of quotes, a line or record
/// of more than 1 MiB. The record is left out, and reading goes on with the next line. Said last: Latin-1 is asked for,
/// but all lines that are more than ASCII are UTF-8. Throws Error when the stream fails.
FTHOST_API void read_csv(std::istream& in, const CsvFormat& format, Complaints& complaints,
                         const std::function<void(const CsvRecord&)>& take);

}  // namespace fthost
