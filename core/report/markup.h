#pragma once

/// HTML and SVG, written so that what comes from files can never become markup. What it writes is well-formed XML too.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fthost::report {

/// The text with & < > " ' as entities, and what is no UTF-8 or no character of XML (controls but tab and line ends,
/// U+FFFE, U+FFFF) as U+FFFD.
std::string escaped(std::string_view text);

/// Writes elements one inside the other. Attributes' values and texts are escaped; names are the program's own.
class Markup {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string>>;

  Markup& open(std::string_view name, Attributes attributes = {});
  /// Ends the innermost element that is open.
  Markup& close();
  Markup& text(std::string_view text);
  /// An element with nothing but a text in it.
  Markup& element(std::string_view name, std::string_view text, Attributes attributes = {});
  /// An element without anything in it: "<br/>".
  Markup& empty(std::string_view name, Attributes attributes = {});
  /// Something that is markup already, of the program's own making.
  Markup& raw(std::string_view markup);

  /// What was written. All elements must be closed.
  std::string take();

 private:
  void start(std::string_view name, Attributes attributes, std::string_view end);

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace fthost::report
