#pragma once

/// TOML 1.0 as a tree that remembers where everything stands. The reader behind it is toml++; nothing of it shows here.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fthost/message.h>
#include <fthost/version.h>

namespace fthost {

/// A part of one line. Of something that goes on in the next line: as far as the line goes.
struct TomlSpan {
  std::size_t line = 0;    ///< From 1.
  std::size_t column = 0;  ///< From 1, in code points.
  std::size_t length = 1;  ///< Code points.
};

struct TomlValue;
struct TomlEntry;

/// A date, a time, or both. No option takes one, so only that it is one is kept.
struct TomlDate {};

struct TomlArray {
  std::vector<TomlValue> items;
};

struct TomlTable {
  std::vector<TomlEntry> entries;  ///< In the order of the file; each key once.

  /// Null when there is none.
  const TomlEntry* find(std::string_view key) const;
};

struct TomlValue {
  std::variant<bool, std::int64_t, double, std::string, TomlDate, TomlArray, TomlTable> data;
  TomlSpan span;  ///< Of a table with a header of its own: the header, brackets included.

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
};

struct TomlEntry {
  std::string key;
  TomlSpan key_span;  ///< Of a table: the name in its (first) header.
  TomlValue value;
};

/// A text and the tree in it.
class TomlDocument {
 public:
  /// `text` has no byte order mark and ends its lines with "\n".
  TomlDocument(std::string file, std::string text, TomlTable root);

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }
  const TomlTable& root() const { return root_; }

  /// A message about what stands at `span`, with the line and a caret as long as the span.
  Message message(const TomlSpan& span, std::string what) const;

 private:
  std::string file_, text_;
  TomlTable root_;
};

/// Parses the text; `file` names it in messages. A byte order mark and "\r\n" are accepted. Throws InputError when the
/// text is over 1 MiB, isn't UTF-8 or isn't TOML, nests deeper than 32, has a key of more than 32 dots, or ends a line
/// inside """text""" with a backslash (legal TOML, but toml++ 3.3 is not safe on it). Safe to call from several
/// threads.
FTHOST_API TomlDocument parse_toml(std::string_view text, const std::string& file);

/// The message about the character at line and column (from 1, in code points) of `text`. A place behind the end of the
/// line is moved there.
Message message_at_column(std::string_view text, std::size_t line, std::size_t column, const std::string& file,
                          std::string what);

}  // namespace fthost
