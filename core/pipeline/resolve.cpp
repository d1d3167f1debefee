#include "core/pipeline/resolve.h"

namespace fthost {

void ResolvedText::header(std::string_view text) {
  if (!text_.empty()) text_ += '\n';
  text_.append(text).append("\n");
}

void ResolvedText::value(std::string_view key, const OptionValue& value) {
  text_.append(key).append(" = ").append(toml_value(value)).append("\n");
}

void ResolvedText::values(const std::vector<OptionDescription>& declared, const OptionValues& values) {
  for (const auto& option : declared) {
    const auto found = values.find(option.name);
    if (found != values.end()) value(option.name, found->second);
  }
}

}  // namespace fthost
