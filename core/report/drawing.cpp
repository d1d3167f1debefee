#include "core/report/drawing.h"

#include <cmath>

#include "core/formats/utf8.h"
#include "core/report/axis.h"
#include "core/report/style.h"

namespace fthost::report {

std::string cut(std::string_view text, std::size_t letters) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < letters && end < text.size(); ++i) end += utf8::decode(text, end).length;
  return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

std::string cut_middle(std::string_view text, std::size_t letters) {
  const auto count = utf8::count(text);
  if (count <= letters) return std::string(text);
  const auto behind = letters / 2;
  std::size_t start = 0;
  for (std::size_t i = 0; i < count - behind; ++i) start += utf8::decode(text, start).length;
  return cut(text, letters - behind) + std::string(text.substr(start));
}

std::string at(double pixels) {
  return figure_text(std::round(pixels * 10) / 10, 6);
}

double width_of(std::string_view text) {
  constexpr double kLetter = 6.8;  // their mean
  return static_cast<double>(utf8::count(text)) * kLetter;
}

Markup begin_svg(const std::string& id, const std::string& title, double height, bool standalone) {
  Markup svg;
  svg.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                   {"class", "chart"},
                   {"viewBox", "0 0 " + at(kWidth) + " " + at(height)},
                   {"role", "img"},
                   {"aria-labelledby", id + "-title"}});
  svg.element("title", title, {{"id", id + "-title"}});
  if (standalone) svg.open("style").raw(chart_style()).close();
  svg.element("text", cut(title, kLongestLine), {{"class", "title"}, {"x", "4"}, {"y", "17"}});
  return svg;
}

void header_row(Markup& table, const std::string& first, const std::vector<std::string>& names) {
  table.open("tr").element("th", first);
  for (const auto& name : names) table.element("th", name);
  table.close();
}

}  // namespace fthost::report
