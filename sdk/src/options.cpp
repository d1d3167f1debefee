#include <fthost/error.h>
#include <fthost/options.h>

#include <string>
#include <utility>

namespace fthost {

Options::Options(std::map<std::string, OptionValue, std::less<>> values) : values_(std::move(values)) {}

bool Options::has(std::string_view name) const {
  return values_.find(name) != values_.end();
}

template <class T>
const T& Options::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end())
    throw Error("the component asks for its option '" + std::string(name) +
                "', which it did not declare or which was not given");
  const auto* value = std::get_if<T>(&found->second);
  if (value == nullptr)
    throw Error("the component asks for its option '" + std::string(name) + "' by another type than it declared");
  return *value;
}

bool Options::boolean(std::string_view name) const {
  return get<bool>(name);
}
std::int64_t Options::integer(std::string_view name) const {
  return get<std::int64_t>(name);
}
double Options::real(std::string_view name) const {
  return get<double>(name);
}
const std::string& Options::text(std::string_view name) const {
  return get<std::string>(name);
}
std::filesystem::path Options::path(std::string_view name) const {
  return get<std::string>(name);
}
const std::vector<std::string>& Options::texts(std::string_view name) const {
  return get<std::vector<std::string>>(name);
}
const std::vector<std::int64_t>& Options::integers(std::string_view name) const {
  return get<std::vector<std::int64_t>>(name);
}
const std::vector<double>& Options::reals(std::string_view name) const {
  return get<std::vector<double>>(name);
}

}  // namespace fthost
