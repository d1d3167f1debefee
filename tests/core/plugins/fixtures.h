#pragma once

/// The built fixtures, and how tests make broken ones out of them.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fthost {

inline std::filesystem::path fixture(std::string_view name) {
  return std::filesystem::path(FTHOST_BUILD_DIR) / "tests/fixtures" / name;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.empty()) throw std::runtime_error("cannot read " + file.string());
  return bytes;
}

/// `bytes` with each `from` made a `to` of the same length; there must be one.
inline std::string patched(std::string bytes, std::string_view from, std::string_view to) {
  if (from.size() != to.size()) throw std::logic_error("a patch must not move what follows");
  auto at = bytes.find(from);
  if (at == std::string::npos) throw std::logic_error("nothing to patch");
  for (; at != std::string::npos; at = bytes.find(from, at + to.size())) bytes.replace(at, to.size(), to);
  return bytes;
}

}  // namespace fthost
