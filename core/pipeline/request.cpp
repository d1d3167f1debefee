#include "core/pipeline/request.h"

#include <algorithm>
#include <utility>

#include <fthost/error.h>

#include "core/formats/text_file.h"
#include "core/formats/toml_guard.h"
#include "core/formats/utf8.h"
#include "core/pipeline/check_value.h"
#include "core/pipeline/core_tables.h"
#include "core/pipeline/overrides.h"

namespace fthost {
namespace {

/// The folder that relative paths of the file start from.
std::filesystem::path folder_of(const std::filesystem::path& file) {
  auto folder = std::filesystem::absolute(file).lexically_normal().parent_path();
  if (utf8::first_bad_byte(folder.string()) == std::string::npos) return folder;
  throw InputError(file, "the name of the file's folder is not UTF-8",
                   {"the resolved pipeline holds absolute paths, and TOML is UTF-8: rename the folder"});
}

bool is_list_of_tables(const TomlValue& value) {
  const auto* list = value.as<TomlArray>();
  return list != nullptr && !list->items.empty() && list->items.front().as<TomlTable>() != nullptr;
}

/// "[sinks]", "[[train]]", or the value.
std::string found_table(const TomlEntry& entry) {
  if (entry.value.as<TomlTable>() != nullptr) return "[" + entry.key + "]";
  return is_list_of_tables(entry.value) ? "[[" + entry.key + "]]" : found_text(entry.value);
}

/// Sorts what the file holds into the tables that there are.
class Sorter {
 public:
  Sorter(Request& request, Problems& problems) : request_(request), problems_(problems) {}

  void sort() {
    for (const auto& entry : request_.file().document.root().entries) {
      const auto* table = entry.value.as<TomlTable>();
      if (entry.key == kSinksTable)
        take_sinks(entry);
      else if (entry.key == kStudyTable)
        request_.study = entry;
      else if (entry.key == kSequenceTable)
        request_.sequence = entry;
      else if (find_core_table(entry.key) == nullptr)
        refuse_name(entry);
      else if (table == nullptr)
        refuse(entry.key_span, "expected [" + entry.key + "], found " + found_table(entry));
      else
        take(*table, entry.key_span, request_.table(entry.key));
    }
    if (request_.study && request_.sequence)
      refuse(request_.sequence->key_span,
             "[study] and [[sequence]] stand in one file, which is a study of many runs or a sequence of tasks");
  }

 private:
  void refuse(const TomlSpan& span, std::string text) { problems_.add(request_.file().message(span, std::move(text))); }

  void take(const TomlTable& from, const TomlSpan& header, GivenTable& to) {
    to.header = header;
    to.source = &request_.file();
    for (const auto& entry : from.entries)
      to.options.push_back({entry.key, entry.value, entry.key_span, &request_.file(), std::nullopt});
  }

  void take_sinks(const TomlEntry& entry) {
    const auto* list = entry.value.as<TomlArray>();
    if (list == nullptr) {
      refuse(entry.key_span, "expected [[sinks]], found " + found_table(entry));
      return;
    }
    for (const auto& item : list->items) {
      const auto* table = item.as<TomlTable>();
      if (table == nullptr) {
        refuse(item.span, "expected a table with a sink's options, found " + found_text(item));
        continue;
      }
      request_.sinks.push_back({std::string(kSinksTable), {}, nullptr, {}, std::nullopt});
      take(*table, item.span, request_.sinks.back());
    }
  }

  void refuse_name(const TomlEntry& entry) {
    const bool option = entry.value.as<TomlTable>() == nullptr && !is_list_of_tables(entry.value);
    problems_.add(option ? outside(entry) : unknown_table(entry));
  }

  Message outside(const TomlEntry& entry) const {
    auto message = request_.file().message(entry.key_span, "'" + entry.key + "' stands outside of a table");
    for (const auto& table : core_tables())
      for (const auto& option : table.options)
        if (option.name == entry.key && message.hint.empty()) message.hint = "it belongs below [" + table.name + "]";
    return message;
  }

  Message unknown_table(const TomlEntry& entry) {
    request_.unknown_tables.push_back(entry.key);
    auto message = request_.file().message(entry.key_span, "there is no table [" + entry.key + "]");
    auto names = table_names();
    const auto tables = comma_separated(names);
    for (const auto name : {kStudyTable, kSequenceTable}) names.emplace_back(name);
    message.hint = suggestion(entry.key, names);
    if (message.hint.empty()) message.notes.push_back("tables: " + tables);
    return message;
  }

  Request& request_;
  Problems& problems_;
};

}  // namespace

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  for (const auto& table : core_tables()) names.push_back(table.name);
  names.emplace_back(kSinksTable);
  return names;
}

Message Source::message(const TomlSpan& span, std::string text) const {
  auto message = document.message(span, std::move(text));
  if (is_override) message.place.line = number;
  return message;
}

const GivenOption* GivenTable::find(std::string_view option) const {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const GivenOption& o) { return o.name == option; });
  return found == options.end() ? nullptr : &*found;
}

GivenTable& Request::table(std::string_view name) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const GivenTable& t) { return t.name == name; });
  if (found == tables.end()) throw Error("no table is called " + std::string(name));
  return *found;
}

std::unique_ptr<Request> read_request(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                      Problems& problems) {
  auto request = std::make_unique<Request>();
  auto document = parse_toml(read_text(file, kTomlMaxBytes), file.string());
  request->sources.push_back({std::move(document), false, false, 0, folder_of(file)});
  for (const auto& table : core_tables()) request->tables.push_back({table.name, {}, nullptr, {}, std::nullopt});
  Sorter(*request, problems).sort();
  lay_over(*request, overrides, problems);
  return request;
}

}  // namespace fthost
