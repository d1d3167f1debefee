#pragma once

/// The one form in which fthost tells its user about something wrong, be it in a pipeline file, on the command line or
/// in the data. A message points at a place, shows the line with a caret, and says what to do.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/version.h>

namespace fthost {

/// Where something is. All but `file` may be left out.
struct Place {
  std::string file;        ///< As the user wrote it, or "--set" for the command line.
  std::size_t line = 0;    ///< From 1; 0: the file as a whole.
  std::size_t column = 0;  ///< From 1, counted in code points; 0: the line as a whole.

  bool operator==(const Place&) const = default;
};

/// One thing that is wrong. `text` has no full stop and starts with a small letter or a name.
struct Message {
  enum class Severity { error, warning };

  Severity severity = Severity::error;
  Place place;
  std::string text;                ///< What is wrong: expected and found in one sentence.
  std::string source_line;         ///< The line that `place` points at, without its end; empty: not shown.
  std::size_t caret_length = 1;    ///< Code points to underline, from `place.column` on.
  std::string hint;                ///< Stands behind the caret: "did you mean 'layers'?".
  std::vector<std::string> notes;  ///< Further lines below, indented: the option's help, what to do.
};

/// The message as people see it, ending in a newline, without colours:
///
///     wnut17.toml:24:1: error: freezing 'last-n-layers' has no option 'layer'
///        24 | layer = 3
///           | ^^^^^ did you mean 'layers'?
///       layers: integer, 0 or more; layers that learn, counted from the top
FTHOST_API std::string render(const Message& message);

/// The messages one after the other.
FTHOST_API std::string render(const std::vector<Message>& messages);

/// The one of `candidates` that `name` was most likely meant to be, or an empty view when none is near
/// (Damerau-Levenshtein distance of at most a third of the longer name, and at most 3). All messages use this one.
FTHOST_API std::string_view nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// "a, b, c".
FTHOST_API std::string comma_separated(const std::vector<std::string>& items);

}  // namespace fthost
