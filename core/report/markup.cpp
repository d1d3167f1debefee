#include "core/report/markup.h"

#include <fthost/error.h>

#include "core/formats/utf8.h"

namespace fthost::report {
namespace {

bool is_xml_character(char32_t c) {
  if (c < 0x20) return c == U'\t' || c == U'\n' || c == U'\r';
  return !(c >= 0x7F && c < 0xA0) && c != 0xFFFE && c != 0xFFFF;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto decoded = utf8::decode(text, at);
    at += decoded.length;
    switch (decoded.value) {
      case U'&':
        result += "&amp;";
        break;
      case U'<':
        result += "&lt;";
        break;
      case U'>':
        result += "&gt;";
        break;
      case U'"':
        result += "&quot;";
        break;
      case U'\'':
        result += "&#39;";
        break;
      default:
        utf8::append(result, is_xml_character(decoded.value) ? decoded.value : utf8::kReplacement);
    }
  }
  return result;
}

void Markup::start(std::string_view name, Attributes attributes, std::string_view end) {
  text_.append("<").append(name);
  for (const auto& [key, value] : attributes) text_.append(" ").append(key).append("=\"").append(escaped(value)) += '"';
  text_.append(end);
}

Markup& Markup::open(std::string_view name, Attributes attributes) {
  start(name, attributes, ">");
  open_.emplace_back(name);
  return *this;
}

Markup& Markup::close() {
  if (open_.empty()) throw Error("no element is open");
  text_.append("</").append(open_.back()).append(">\n");
  open_.pop_back();
  return *this;
}

Markup& Markup::text(std::string_view text) {
  text_ += escaped(text);
  return *this;
}

Markup& Markup::element(std::string_view name, std::string_view text, Attributes attributes) {
  return open(name, attributes).text(text).close();
}

Markup& Markup::empty(std::string_view name, Attributes attributes) {
  start(name, attributes, "/>\n");
  return *this;
}

Markup& Markup::raw(std::string_view markup) {
  text_ += markup;
  return *this;
}

std::string Markup::take() {
  if (!open_.empty()) throw Error("the element " + open_.back() + " is still open");
  return std::move(text_);
}

}  // namespace fthost::report
