#include "core/report/run_files.h"

#include <fthost/error.h>

#include <algorithm>
#include <regex>
#include <system_error>

#include "core/formats/text_file.h"
#include "core/formats/toml.h"
#include "core/plugins/description.h"

namespace fthost::report {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostTableBytes = std::size_t{256} << 20;

void add_sinks(const TomlArray& sinks, OptionTexts& options) {
  for (const auto& sink : sinks.items) {
    const auto* table = sink.as<TomlTable>();
    const auto* plugin = table == nullptr ? nullptr : table->find("plugin");
    const auto* name = plugin == nullptr ? nullptr : plugin->value.as<std::string>();
    if (name == nullptr) continue;
    for (const auto& entry : table->entries)
      if (entry.key != "plugin") options["sinks." + *name + "." + entry.key] = written_value(entry.value);
  }
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// By name; none where it cannot be read.
std::vector<fs::path> folders_in(const fs::path& path) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error))
    if (std::error_code unknown; entry->is_directory(unknown)) folders.push_back(entry->path());
  std::ranges::sort(folders);
  return folders;
}

Message warning(const fs::path& where, std::string text) {
  Message message;
  message.severity = Message::Severity::warning;
  message.place.file = where.string();
  message.text = std::move(text);
  return message;
}

/// Why the run failed, in its first line: the page has all of it below.
std::string failure_text(const RunFiles& run) {
  const auto reason = run.reason.substr(0, run.reason.find('\n'));
  return "the run has failed" + (reason.empty() ? "" : " (" + reason + ")");
}

void warn_of_state(const RunFiles& run, const fs::path& folder, std::vector<Message>& messages) {
  if (run.state == "finished") return;
  const std::string what = run.state == "running"  ? "the run still goes on, or was killed"
                           : run.state == "failed" ? failure_text(run)
                                                   : "the run was interrupted";
  messages.push_back(warning(folder, what + ": the report has what there is of it"));
}

/// The file's text; of a file that is not there none.
std::optional<std::string> text_if_there(const fs::path& path, std::size_t most) {
  if (!is_file(path)) return std::nullopt;
  auto text = read_text(path, most);
  require_utf8(text, path.string());
  return text;
}

/// Calls `read`, which reads one file; what is wrong with it becomes messages. Returns whether nothing is.
template <class Read>
bool could_read(const Read& read, std::vector<Message>& messages) {
  try {
    read();
    return true;
  } catch (const InputError& error) {
    messages.insert(messages.end(), error.messages().begin(), error.messages().end());
    return false;
  }
}

/// The text of a table that the run wrote row by row; none: there is no such file.
std::optional<std::string> table_if_there(const fs::path& file, const RunFiles& run, std::vector<Message>& messages) {
  auto text = text_if_there(file, kMostTableBytes);
  if (!text) return text;
  if (run.state == "finished") end_last_row(*text);
  if (!text->empty() && text->back() != '\n')
    messages.push_back(warning(file, "the last row was cut off: the report leaves it out"));
  return text;
}

void read_metrics_of(const fs::path& folder, RunFiles& run, std::vector<Message>& messages) {
  const auto file = folder / "metrics.csv";
  if (const auto text = table_if_there(file, run, messages))
    run.epochs = read_metrics(*text, file.string());
  else
    messages.push_back(warning(file, "no such file: the report lacks this run's figures by epoch"));
}

void read_drift_of(const fs::path& folder, RunFiles& run, std::vector<Message>& messages) {
  const auto file = folder / "drift.csv";
  if (const auto text = table_if_there(file, run, messages)) run.drift = read_drift(*text, file.string());
}

void read_pipeline_of(const fs::path& folder, RunFiles& run, std::vector<Message>& messages) {
  const auto file = folder / "pipeline.toml";
  const auto text = text_if_there(file, kMostPipelineBytes);
  if (!text) {
    messages.push_back(warning(file, "no such file: the report cannot say what this run's options were"));
    return;
  }
  run.pipeline = *text;
  run.options = read_options(*text, file.string());
}

void read_record_of(const fs::path& folder, RunFiles& run, std::vector<Message>& messages) {
  const auto file = folder / "run.json";
  run = read_record(read_text(file, kMostRecordBytes), file.string());
  run.folder = folder.string();
  warn_of_state(run, folder, messages);
  // "2-NAME" is the second task's.
  if (is_file(folder_of_study(folder) / "sequence.json")) run.task = run.name.substr(run.name.find('-') + 1);
}

}  // namespace

std::string value_in(const OptionTexts& options, std::string_view name) {
  const auto found = options.find(name);
  return found == options.end() ? "not given" : found->second;
}

OptionTexts read_options(const std::string& text, const std::string& file) {
  OptionTexts options;
  const auto document = parse_toml(text, file);
  for (const auto& entry : document.root().entries) {
    if (const auto* list = entry.value.as<TomlArray>()) add_sinks(*list, options);
    const auto* table = entry.value.as<TomlTable>();
    if (table == nullptr) continue;
    for (const auto& option : table->entries) options[entry.key + "." + option.key] = written_value(option.value);
  }
  return options;
}

std::optional<RunFiles> read_run_files(const fs::path& folder, std::vector<Message>& messages) {
  RunFiles run;
  bool whole = could_read([&] { read_record_of(folder, run, messages); }, messages);
  whole &= could_read([&] { read_metrics_of(folder, run, messages); }, messages);
  whole &= could_read([&] { read_drift_of(folder, run, messages); }, messages);
  whole &= could_read([&] { read_pipeline_of(folder, run, messages); }, messages);
  return whole ? std::optional(std::move(run)) : std::nullopt;
}

fs::path folder_of_study(const fs::path& run) {
  const auto folder = fs::absolute(run).lexically_normal();
  // A path with a slash at its end has no file name.
  return folder.has_filename() ? folder.parent_path() : folder.parent_path().parent_path();
}

double read_fill_seconds(const fs::path& study) {
  static const std::regex name("study(-[0-9]+-of-[0-9]+)?\\.json");
  double seconds = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(study, error)) {
    if (!std::regex_match(entry.path().filename().string(), name)) continue;
    seconds += read_study_record(read_text(entry.path(), kMostRecordBytes), entry.path().string());
  }
  return seconds;
}

void read_fills(std::vector<RunFiles>& runs, std::vector<Message>& messages) {
  std::map<fs::path, double> fills;
  for (auto& run : runs) {
    const auto folder = folder_of_study(run.folder);
    const auto [found, is_new] = fills.try_emplace(folder, 0);
    if (is_new) could_read([&, &seconds = found->second] { seconds = read_fill_seconds(folder); }, messages);
    run.study_fill_seconds = found->second;
  }
}

std::vector<fs::path> run_folders(const fs::path& path, std::vector<Message>& messages) {
  std::error_code error;
  if (is_file(path / "run.json")) return {path};
  std::vector<fs::path> folders, others;
  for (const auto& folder : folders_in(path)) {
    if (is_file(folder / "run.json"))
      folders.push_back(folder);
    else if (std::ranges::any_of(folders_in(folder), [](const fs::path& each) { return is_file(each / "run.json"); }))
      others.push_back(folder);
  }
  if (!folders.empty()) {
    for (const auto& other : others)
      messages.push_back(warning(other, "holds runs that the report leaves out: give this folder to it too, or alone"));
    return folders;
  }
  Message message;
  message.place.file = path.string();
  message.text =
      fs::exists(path, error) ? "there is no run.json in it, nor in a folder of it" : "there is no such folder";
  message.notes.emplace_back("expected the folder of a run, such as runs/quickstart, or one that holds several");
  for (const auto& other : others) message.notes.push_back("it holds " + other.string() + ", which holds runs");
  throw InputError(std::move(message));
}

}  // namespace fthost::report
