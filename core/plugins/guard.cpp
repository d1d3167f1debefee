#include "core/plugins/guard.h"

#include <cxxabi.h>

#include <algorithm>
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

void require_declared(const ComponentDescription& component, const std::string& who, const OptionError& error) {
  const auto is_meant = [&](const OptionDescription& option) { return option.name == error.option(); };
  if (std::ranges::any_of(component.options, is_meant)) return;
  throw PluginFailure(who + " complains of an option '" + error.option() +
                      "' that it does not declare: " + error.what());
}

}  // namespace fthost
