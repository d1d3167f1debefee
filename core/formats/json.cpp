#include <fthost/json.h>

#include <cctype>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fthost/error.h>
#include <nlohmann/json.hpp>

#include "core/formats/text_file.h"

namespace fthost {
namespace {

using nlohmann::json;

/// Walks the text for nlohmann's parser, and lets others see how far it has come: its events carry no position.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit Cursor(const char** position) : position_(position) {}
  reference operator*() const { return **position_; }
  Cursor& operator++() {
    ++*position_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return *position_ == *other.position_; }
  bool operator!=(const Cursor& other) const { return !(*this == other); }

 private:
  const char** position_;
};

/// Listens to the parser, and throws when a limit is reached or a key comes twice.
class Guard {
 public:
  Guard(std::string_view text, const std::string& file, const JsonLimits& limits, const char* const& position)
      : text_(text), file_(file), limits_(limits), position_(position) {}

  bool operator()(int, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) enter();
    if (event == Event::object_end || event == Event::array_end) keys_.pop_back();
    if (event == Event::key) check_key(parsed.get_ref<const std::string&>());
    return true;
  }

 private:
  void enter() {
    if (keys_.size() >= limits_.max_depth) {
      fail(consumed() - 1, "more than " + std::to_string(limits_.max_depth) + " arrays and objects inside each other");
    }
    keys_.emplace_back();
  }

  void check_key(const std::string& key) {
    if (!keys_.back().insert(key).second) fail(key_start(), "the key '" + key + "' stands twice in this object");
  }

  std::size_t consumed() const { return static_cast<std::size_t>(position_ - text_.data()); }

  /// Where the key that was just read opens its quotes; inside it every quote has an odd number of backslashes before.
  std::size_t key_start() const {
    std::size_t at = consumed() - 1;
    while (true) {
      at = text_.rfind('"', at - 1);
      std::size_t slashes = 0;
      while (slashes < at && text_[at - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0) return at;
    }
  }

  [[noreturn]] void fail(std::size_t offset, std::string what) const {
    throw InputError(message_at(text_, offset, file_, std::move(what)));
  }

  std::string_view text_;
  const std::string& file_;
  const JsonLimits& limits_;
  const char* const& position_;
  std::vector<std::unordered_set<std::string>> keys_;  // one set an open array or object
};

/// nlohmann's own wording differs between its versions; ours says what stands there. `read` is the number of bytes
/// that the parser had read: the last of them is the culprit or the end of it.
Message syntax_error(std::string_view text, std::size_t read, const std::string& file) {
  if (read == 0 || read > text.size()) return message_at(text, text.size(), file, "not JSON: the text ends too early");
  const auto byte = static_cast<unsigned char>(text[read - 1]);
  const std::string found =
      byte > 0x20 && byte < 0x7F ? "'" + std::string(1, static_cast<char>(byte)) + "'" : std::string("character");
  return message_at(text, read - 1, file, "not JSON: unexpected " + found + " here or just before");
}

}  // namespace

json parse_json(std::string_view text, const std::string& file, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    throw InputError(file, "the JSON text has " + std::to_string(text.size()) + " bytes; at most " +
                               std::to_string(limits.max_bytes) + " are read");
  }
  require_utf8(text, file);
  const char* position = text.data();
  const char* end = text.data() + text.size();
  Guard guard(text, file, limits, position);
  try {
    return json::parse(Cursor(&position), Cursor(&end), std::ref(guard));
  } catch (const json::parse_error& error) {
    throw InputError(syntax_error(text, error.byte, file));
  } catch (const json::out_of_range&) {
    const auto offset = static_cast<std::size_t>(position - text.data()) - 1;
    throw InputError(message_at(text, offset, file, "a number that no double can hold ends here"));
  }
}

json read_json(const std::filesystem::path& path, JsonLimits limits) {
  return parse_json(read_text(path, limits.max_bytes), path.string(), limits);
}

}  // namespace fthost
