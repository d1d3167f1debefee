#include <fthost/metrics.h>

namespace fthost {

void MetricTable::set(std::string_view name, int epoch, double value) {
  const auto found = values_.find(name);
  auto& history = found != values_.end() ? found->second : values_[std::string(name)];
  history[epoch] = value;
}

const std::map<int, double>& MetricTable::history(std::string_view name) const {
  static const std::map<int, double> empty;
  const auto found = values_.find(name);
  return found != values_.end() ? found->second : empty;
}

std::optional<double> MetricTable::at(std::string_view name, int epoch) const {
  const auto& values = history(name);
  const auto found = values.find(epoch);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

std::optional<double> MetricTable::latest(std::string_view name) const {
  const auto& values = history(name);
  if (values.empty()) return std::nullopt;
  return values.rbegin()->second;
}

std::vector<std::string> MetricTable::names() const {
  std::vector<std::string> names;
  names.reserve(values_.size());
  for (const auto& [name, history] : values_) names.push_back(name);
  return names;
}

}  // namespace fthost
