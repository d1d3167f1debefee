#include "core/plugins/guard.h"

#include <cxxabi.h>

#include <boost/core/demangle.hpp>
#include <typeinfo>

namespace fthost {

PluginFailure::PluginFailure(const std::string& what) : Error(what) {}
PluginFailure::~PluginFailure() = default;

std::string text_of(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find("\nException raised from "));
}

std::string foreign_exception() {
  const auto* type = abi::__cxa_current_exception_type();
  const auto name = type != nullptr ? boost::core::demangle(type->name()) : "a foreign exception";
  return "it threw " + name + ", which is no std::exception";
}

}  // namespace fthost
