#pragma once

/// The values of a component's options, as its constructor receives them: checked against what the component declared
/// (type, range, choices), with every default filled in.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fthost/version.h>

namespace fthost {

/// Type of an option. The numbers are part of the binary description of a library and never change.
enum class OptionType : std::uint8_t {
  boolean = 0,
  integer = 1,  ///< 64 bits, signed.
  real = 2,     ///< double; an integer in the file is accepted and converted.
  text = 3,
  path = 4,      ///< Made absolute by the host, relative to the pipeline file's folder.
  texts = 5,     ///< List of text.
  integers = 6,  ///< List of integers.
  reals = 7,     ///< List of reals.
};

/// A path is held as text.
using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>,
                                 std::vector<std::int64_t>, std::vector<double>>;

/// Values by name. Each getter throws fthost::Error when the component did not declare an option of that name and type,
/// or when an optional one was not given (ask `has` first): both are faults of the plugin, not of its user.
class FTHOST_API Options {
 public:
  Options() = default;
  explicit Options(std::map<std::string, OptionValue, std::less<>> values);

  bool has(std::string_view name) const;

  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  std::filesystem::path path(std::string_view name) const;
  const std::vector<std::string>& texts(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<double>& reals(std::string_view name) const;

  const std::map<std::string, OptionValue, std::less<>>& values() const { return values_; }

 private:
  template <class T>
  const T& get(std::string_view name) const;

  std::map<std::string, OptionValue, std::less<>> values_;
};

}  // namespace fthost
