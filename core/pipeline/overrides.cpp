#include "core/pipeline/overrides.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fthost/error.h>

#include "core/formats/utf8.h"
#include "core/pipeline/core_tables.h"

namespace fthost {
namespace {

std::string trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \t") - start + 1));
}

/// What needs closing is TOML, whatever the option's type.
bool opens_something(std::string_view value) {
  return !value.empty() && std::string_view("\"'[{").find(value.front()) != std::string_view::npos;
}

TomlSpan whole(const std::string& key) {
  return {1, 1, std::max<std::size_t>(utf8::count(key), 1)};
}

/// The value as TOML, its columns those behind "KEY=": a bare key of the same length stands before it.
TomlValue parse_value(const std::string& key, const std::string& value) {
  const std::string stand_in(utf8::count(key), 'x');
  auto document = parse_toml(stand_in + "=" + value, std::string(kCommandLine));
  const auto& entries = document.root().entries;
  if (entries.size() == 1 && entries.front().key == stand_in) return entries.front().value;
  return {value, {1, stand_in.size() + 2, utf8::count(value)}};
}

/// Reads the value. What isn't TOML is text, so that it need not be quoted twice in a shell.
std::optional<GivenOption> read_value(const Source& source, const Override& from, Problems& problems) {
  GivenOption option;
  option.source = &source;
  option.key_span = whole(from.key);
  if (!from.value.empty() && from.value.front() != '"' && from.value.front() != '\'') option.bare = from.value;
  if (from.value.empty()) option.bare = "";
  try {
    option.value = parse_value(from.key, from.value);
  } catch (const InputError& error) {
    if (opens_something(from.value)) {
      for (const auto& reported : error.messages()) {
        auto message = source.message({1, reported.place.column, reported.caret_length}, reported.text);
        message.hint = reported.hint;
        problems.add(std::move(message));
      }
      return std::nullopt;
    }
    option.value = {from.value, {1, option.key_span.length + 2, std::max<std::size_t>(utf8::count(from.value), 1)}};
  }
  return option;
}

void replace_option(GivenTable& table, GivenOption option, const std::string& plugin_key) {
  if (table.source == nullptr) {
    table.source = option.source;
    table.header = option.key_span;
  }
  auto& options = table.options;
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const GivenOption& o) { return o.name == option.name; });
  if (found == options.end()) {
    options.push_back(std::move(option));
    return;
  }
  if (option.name == plugin_key) table.replaced_plugin = *found;
  *found = std::move(option);
}

class Overlay {
 public:
  Overlay(Request& request, Problems& problems) : request_(request), problems_(problems) {}

  void lay(const Override& from) {
    const auto& source = add_source(from);
    if (utf8::first_bad_byte(from.key + from.value) != std::string::npos) {
      refuse(source, from, "expected UTF-8");
    } else if (!seen_.insert(from.key).second) {
      refuse(source, from, "'" + from.key + "' is set twice");
    } else if (auto option = read_value(source, from, problems_)) {
      place(from, std::move(*option));
    }
  }

 private:
  const Source& add_source(const Override& from) {
    const auto line = utf8::replace_invalid(from.key + "=" + from.value);
    request_.sources.push_back({TomlDocument(std::string(kCommandLine), line, {}), true, false, request_.sources.size(),
                                std::filesystem::current_path()});
    return request_.sources.back();
  }

  void refuse(const Source& source, const Override& from, std::string text, std::string hint = {}) {
    auto message = source.message(whole(from.key), std::move(text));
    message.hint = std::move(hint);
    problems_.add(std::move(message));
  }

  void place(const Override& from, GivenOption option) {
    const auto dot = from.key.find('.');
    const auto table = from.key.substr(0, dot);
    const auto rest = dot == std::string::npos ? "" : from.key.substr(dot + 1);
    const auto* core = find_core_table(table);
    if (table == kSinksTable) {
      place_at_sink(from, rest, std::move(option));
    } else if (rest.empty()) {
      refuse(*option.source, from, "expected TABLE.OPTION=VALUE", full_name(from.key));
    } else if (core == nullptr) {
      refuse(*option.source, from, "there is no table [" + table + "]", suggestion(table, table_names()));
    } else {
      option.name = rest;
      replace_option(request_.table(table), std::move(option), core->plugin_key);
    }
  }

  void place_at_sink(const Override& from, const std::string& rest, GivenOption option) {
    const auto dot = rest.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == rest.size()) {
      refuse(*option.source, from, "expected sinks.NAME.OPTION=VALUE");
      return;
    }
    option.name = rest.substr(dot + 1);
    request_.sink_overrides.push_back({rest.substr(0, dot), std::move(option)});
  }

  /// "epochs" -> "did you mean 'train.epochs'?"
  static std::string full_name(const std::string& option) {
    for (const auto& table : core_tables())
      for (const auto& declared : table.options)
        if (declared.name == option) return "did you mean '" + table.name + "." + option + "'?";
    return "";
  }

  Request& request_;
  Problems& problems_;
  std::set<std::string> seen_;
};

}  // namespace

Override parse_override(const std::string& text) {
  const auto equals = text.find('=');
  const auto key = trimmed(text.substr(0, equals));
  if (equals != std::string::npos && !key.empty()) return {key, trimmed(text.substr(equals + 1))};
  Message message;
  message.place = {std::string(kCommandLine), 0, 1};
  message.text = "expected TABLE.OPTION=VALUE, such as train.epochs=5";
  message.source_line = text;
  message.caret_length = std::max<std::size_t>(utf8::count(text), 1);
  throw InputError(std::move(message));
}

void lay_changes(Request& request, const std::vector<OptionChange>& changes) {
  auto source = request.file();
  source.is_change = true;
  request.sources.push_back(std::move(source));
  for (const auto& change : changes) {
    const auto dot = change.key.find('.');
    const auto table = change.key.substr(0, dot), rest = change.key.substr(dot + 1);
    GivenOption option{rest, change.value, change.key_span, &request.sources.back(), std::nullopt};
    if (table == kSinksTable) {
      const auto end = rest.find('.');
      option.name = rest.substr(std::min(end, rest.size() - 1) + 1);
      request.sink_overrides.push_back({rest.substr(0, end), std::move(option)});
    } else {
      replace_option(request.table(table), std::move(option), find_core_table(table)->plugin_key);
    }
  }
}

void lay_over(Request& request, const std::vector<Override>& overrides, Problems& problems) {
  Overlay overlay(request, problems);
  for (const auto& each : overrides) overlay.lay(each);
}

}  // namespace fthost
