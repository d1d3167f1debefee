#pragma once

/// What toml++ says about a syntax error, in the words of fthost.

#include <cstddef>
#include <string>
#include <string_view>

#include <fthost/message.h>

namespace fthost {

/// `description`: as toml++ gives it; `line`, `column`: where it says the error is, in code points of `text`.
Message toml_error(std::string_view text, const std::string& file, std::string_view description, std::size_t line,
                   std::size_t column);

}  // namespace fthost
