#pragma once

/// What the user asked for, table by table: the pipeline file with every --set laid over it, not yet checked.

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/toml.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/problems.h"

namespace fthost {

/// Where options were written: the file, or one --set (a document of the one line KEY=VALUE).
struct Source {
  TomlDocument document;
  bool is_override = false;
  bool is_change = false;        ///< The file once more, for what [study] or [[sequence]] changes in it.
  std::size_t number = 0;        ///< Of an override: which --set it is, from 1.
  std::filesystem::path folder;  ///< Absolute; relative paths start here.

  /// Of an override the line is its number, until the messages are thrown: they are sorted by it.
  Message message(const TomlSpan& span, std::string text) const;
};

struct GivenOption {
  std::string name;
  TomlValue value;
  TomlSpan key_span;
  const Source* source = nullptr;
  std::optional<std::string> bare;  ///< What stands behind the = of a --set, when it isn't quoted: text as it is.

  Message at_key(std::string text) const { return source->message(key_span, std::move(text)); }
  Message at_value(std::string text) const { return source->message(value.span, std::move(text)); }
};

struct GivenTable {
  std::string name;
  TomlSpan header;                 ///< Where the table starts; of one that only --set mentions: the first of those.
  const Source* source = nullptr;  ///< Null: nobody mentions the table.
  std::vector<GivenOption> options;
  std::optional<GivenOption> replaced_plugin;  ///< What the file says where a --set names the plugin.

  const GivenOption* find(std::string_view option) const;
  Message at_header(std::string text) const { return source->message(header, std::move(text)); }
};

/// A --set of a sink: `sinks.NAME.OPTION`. Which sink it belongs to is known when their plugins are.
struct SinkOverride {
  std::string sink;
  GivenOption option;
};

struct Request {
  std::deque<Source> sources;      ///< The file first. Never moves what it holds.
  std::vector<GivenTable> tables;  ///< One for each core table, in their order.
  std::vector<GivenTable> sinks;   ///< One for each [[sinks]].
  std::vector<SinkOverride> sink_overrides;
  std::optional<TomlEntry> study;           ///< The table [study].
  std::optional<TomlEntry> sequence;        ///< The tables [[sequence]].
  std::vector<std::string> unknown_tables;  ///< Names that the user may have meant for tables that are missing.

  const Source& file() const { return sources.front(); }
  GivenTable& table(std::string_view name);
};

inline constexpr std::string_view kStudyTable = "study";
inline constexpr std::string_view kSequenceTable = "sequence";

/// The names of all tables that hold options, "sinks" last.
std::vector<std::string> table_names();

/// Reads the file and lays the overrides over it. What is wrong with the names of tables goes to `problems`; a file
/// that cannot be read or is not TOML is thrown as InputError.
std::unique_ptr<Request> read_request(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                      Problems& problems);

}  // namespace fthost
