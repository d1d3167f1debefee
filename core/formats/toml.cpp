// The only file that sees toml++, header-only and with its assertions throwing: an assertion that fails on a hostile
// text becomes an error message, and the assumption behind it is never handed to the optimiser.
#undef NDEBUG
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::fthost::toml_assertion_failed())

namespace fthost {
[[noreturn]] void toml_assertion_failed();
}

#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <utility>

#include <fthost/error.h>

#include "core/formats/toml.h"
#include "core/formats/toml_errors.h"
#include "core/formats/toml_guard.h"

namespace fthost {
namespace {

/// What a failed assertion of toml++ throws.
struct AssertionFailed {};

constexpr int kMaxTreeDepth = 64;  // dotted keys and headers nest too, without a bracket

TomlSpan span_of(const ::toml::source_region& region) {
  TomlSpan span{region.begin.line, region.begin.column, 1};
  if (region.end.line == region.begin.line && region.end.column > region.begin.column)
    span.length = region.end.column - region.begin.column;
  return span;
}

/// Turns the tree of toml++ into ours.
class Converter {
 public:
  Converter(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  TomlTable table(const ::toml::table& from, int depth) const {
    TomlTable to;
    to.entries.reserve(from.size());
    for (const auto& [key, value] : from) {
      TomlEntry entry{std::string(key.str()), span_of(key.source()), {}};
      entry.value = this->value(value, depth + 1);
      to.entries.push_back(std::move(entry));
    }
    std::stable_sort(to.entries.begin(), to.entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
      return std::pair(a.key_span.line, a.key_span.column) < std::pair(b.key_span.line, b.key_span.column);
    });
    return to;
  }

 private:
  TomlValue value(const ::toml::node& from, int depth) const {
    TomlValue to;
    to.span = span_of(from.source());
    if (depth > kMaxTreeDepth)
      throw InputError(message_at_column(text_, to.span.line, to.span.column, file_,
                                         "expected at most 64 tables and lists inside each other"));
    if (const auto* table = from.as_table()) {
      to.data = this->table(*table, depth);
    } else if (const auto* array = from.as_array()) {
      TomlArray items;
      items.items.reserve(array->size());
      for (const auto& item : *array) items.items.push_back(value(item, depth + 1));
      to.data = std::move(items);
    } else {
      to.data = scalar(from);
    }
    return to;
  }

  static decltype(TomlValue::data) scalar(const ::toml::node& from) {
    if (const auto* boolean = from.as_boolean()) return boolean->get();
    if (const auto* integer = from.as_integer()) return integer->get();
    if (const auto* real = from.as_floating_point()) return real->get();
    if (const auto* text = from.as_string()) return text->get();
    return TomlDate{};
  }

  std::string_view text_;
  const std::string& file_;
};

::toml::table parse(std::string_view text) {
  return ::toml::parse(text);
}

/// Without a byte order mark, and with "\n" alone at the ends of lines.
std::string normalised(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') result += text[i];
  return result;
}

/// Two names may differ in the text and be one in its shape.
bool is_redefinition(const ::toml::parse_error& error) {
  return error.description().find("cannot redefine") != std::string_view::npos;
}

::toml::table parse_guarded(const std::string& text) {
  const auto shape = ascii_shape(text);
  if (shape != text) {
    try {
      parse(shape);
    } catch (const ::toml::parse_error& error) {
      if (!is_redefinition(error)) throw;
    }
  }
  return parse(text);
}

}  // namespace

void toml_assertion_failed() {
  throw AssertionFailed();
}

TomlDocument parse_toml(std::string_view text, const std::string& file) {
  // A text that is too large is refused before it is copied; line ends only make it smaller.
  if (text.size() > kTomlMaxBytes) guard_toml(text, file);
  auto clean = normalised(text);
  guard_toml(clean, file);
  try {
    const auto root = parse_guarded(clean);
    auto tree = Converter(clean, file).table(root, 0);
    return TomlDocument(file, std::move(clean), std::move(tree));
  } catch (const ::toml::parse_error& error) {
    const auto at = error.source().begin;
    throw InputError(toml_error(clean, file, error.description(), at.line, at.column));
  } catch (const AssertionFailed&) {
    throw InputError(file, "cannot read this text as TOML");
  }
}

}  // namespace fthost
