#include "core/pipeline/problems.h"

#include <algorithm>
#include <string>
#include <tuple>

#include <fthost/error.h>

#include "core/formats/utf8.h"
#include "core/plugins/description.h"

namespace fthost {

Place user_place(Place place) {
  if (place.file == kCommandLine) place.line = 0;
  return place;
}

void Problems::throw_if_any() const {
  if (messages_.empty()) return;
  auto sorted = messages_;
  const auto key = [](const Message& m) {
    return std::tuple(m.place.file == kCommandLine, m.place.line, m.place.column);
  };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  for (auto& message : sorted) message.place = user_place(std::move(message.place));
  throw InputError(std::move(sorted));
}

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  const auto nearest = nearest_name(name, candidates);
  return nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'?";
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMostShown = 60;
  std::size_t at = 0;
  for (std::size_t n = 0; n < kMostShown && at < text.size(); ++n) at += utf8::decode(text, at).length;
  const std::string cut = at < text.size() ? "..." : "";
  return toml_value(std::string(text.substr(0, at)) + cut);
}

}  // namespace fthost
