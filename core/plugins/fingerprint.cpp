#include "core/plugins/fingerprint.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fthost/plugin.h>
#include <fthost/version.h>

#include "core/plugins/registry.h"

// CMake defines these for this file when the engine is built.
#ifndef FTHOST_HOST_LIBTORCH
#define FTHOST_HOST_LIBTORCH ""
#endif
#ifndef FTHOST_HOST_CUDA
#define FTHOST_HOST_CUDA ""
#endif

namespace fthost {
namespace {

struct Row {
  std::string_view label, headline, advice;
  std::string plugin, host;
  bool differs;
};

constexpr std::string_view kRebuildWithSdk =
    "Rebuild it against this fthost: CMAKE_PREFIX_PATH is to point at its installation.";
constexpr std::string_view kRebuildWithAbi =
    "Rebuild it with the C++ library that fthost was built with, and without another _GLIBCXX_USE_CXX11_ABI.";
constexpr std::string_view kRebuildWithLibTorch =
    "Rebuild it with CMAKE_PREFIX_PATH pointing at the LibTorch that fthost uses.";
constexpr std::string_view kRebuildWithCuda = "Rebuild it with the CUDA toolkit that fthost was built with.";
constexpr std::string_view kRebuildWithoutCuda =
    "This fthost was built without CUDA: rebuild the plugin without it, or build fthost with FTHOST_CUDA=ON.";

std::string or_none(const std::string& version) {
  return version.empty() ? "none" : version;
}

bool both_and_different(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

/// A host whose LibTorch is not known yet cannot say either whether it has CUDA.
bool without_cuda(const Fingerprint& host) {
  return !host.libtorch.empty() && host.cuda.empty();
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(width, out.size()), ' ');
  return out;
}

std::string table(const std::array<Row, 4>& rows) {
  std::size_t label_width = 0, plugin_width = std::string_view("plugin").size(),
              host_width = std::string_view("host").size();
  for (const auto& row : rows) {
    label_width = std::max(label_width, row.label.size());
    plugin_width = std::max(plugin_width, row.plugin.size());
    host_width = std::max(host_width, row.host.size());
  }
  std::string out = "  " + padded("", label_width) + "  " + padded("plugin", plugin_width) + "  host\n";
  for (const auto& row : rows) {
    out += "  " + padded(row.label, label_width) + "  " + padded(row.plugin, plugin_width) + "  ";
    out += row.differs ? padded(row.host, host_width) + "  <- differs\n" : row.host + "\n";
  }
  return out;
}

}  // namespace

Fingerprint host_fingerprint() {
  return {kSdkVersion, std::string(kCxxAbi), FTHOST_HOST_LIBTORCH, FTHOST_HOST_CUDA};
}

std::string explain_difference(const Fingerprint& plugin, const Fingerprint& host) {
  const std::array<Row, 4> rows = {{
      {"sdk", "another SDK", kRebuildWithSdk, std::to_string(plugin.sdk), std::to_string(host.sdk),
       plugin.sdk != host.sdk},
      {"c++", "another C++ library", kRebuildWithAbi, plugin.cxx_abi, host.cxx_abi, plugin.cxx_abi != host.cxx_abi},
      {"libtorch", "another LibTorch", kRebuildWithLibTorch, or_none(plugin.libtorch), or_none(host.libtorch),
       both_and_different(plugin.libtorch, host.libtorch)},
      {"cuda", "another CUDA", without_cuda(host) ? kRebuildWithoutCuda : kRebuildWithCuda, or_none(plugin.cuda),
       or_none(host.cuda), both_and_different(plugin.cuda, host.cuda) || (!plugin.cuda.empty() && without_cuda(host))},
  }};
  const auto first = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.differs; });
  if (first == rows.end()) return "";
  return "built for " + std::string(first->headline) + "\n" + table(rows) + "  " + std::string(first->advice);
}

}  // namespace fthost
