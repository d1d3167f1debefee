#include "core/pipeline/checked_options.h"

#include <filesystem>
#include <utility>

#include "core/formats/toml.h"
#include "core/pipeline/check_table.h"

namespace fthost {

Options checked_options(const ComponentDescription& component, std::string_view text) {
  const Source source{.document = parse_toml(text, "options"), .folder = std::filesystem::current_path()};
  GivenTable given{
      .name = "options", .header = {.line = 1, .column = 1}, .source = &source, .options = {}, .replaced_plugin = {}};
  for (const auto& entry : source.document.root().entries)
    given.options.push_back({entry.key, entry.value, entry.key_span, &source, std::nullopt});
  TableRules rules;
  rules.table = given.name;
  rules.plugin = &component;
  Problems problems;
  auto values = check_table(given, rules, source.folder, problems);
  problems.throw_if_any();
  return Options(std::move(values));
}

}  // namespace fthost
