#pragma once

/// What a call complains about, as its user reads it.

#include <functional>
#include <string>

#include <fthost/error.h>

/// The rendered InputError of `call`, or "no error".
inline std::string complaint(const std::function<void()>& call) {
  try {
    call();
  } catch (const fthost::InputError& error) {
    return fthost::render(error.messages());
  }
  return "no error";
}
