#include "core/plugins/destruction.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>

#include "core/plugins/guard.h"

namespace fthost {
namespace {

thread_local const std::string* being_destroyed = nullptr;
std::terminate_handler others = nullptr;

std::string what_was_thrown() {
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& error) {
    return text_of(error);
  } catch (...) {
    return foreign_exception();
  }
}

/// There is no way back from here: the object is half gone.
[[noreturn]] void end_process() {
  if (being_destroyed == nullptr || std::current_exception() == nullptr) others();
  const auto text = "error: " + *being_destroyed + " threw from its destructor: " + what_was_thrown() +
                    "\n  What was written until then is kept.\n";
  std::cout.flush();
  std::fflush(stdout);
  std::fputs(text.c_str(), stderr);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace

void destroy(Component* component, const std::string& who) {
  static std::once_flag once;
  std::call_once(once, [] { others = std::set_terminate(end_process); });
  const auto* const outer = being_destroyed;
  being_destroyed = &who;
  delete component;
  being_destroyed = outer;
}

}  // namespace fthost
