// fthost report: what runs came to, side by side, as one page.

#include "core/report/page.h"

#include <fthost/error.h>
#include <fthost/files.h>

#include <filesystem>
#include <iostream>
#include <set>
#include <system_error>

#include "apps/fthost/arguments.h"
#include "apps/fthost/command.h"

namespace fthost {
namespace {

namespace fs = std::filesystem;

constexpr CommandHelp kHelp{
    "fthost report RUN… [-o FILE] [--charts DIR]",
    "Writes one page of HTML about runs: F1, losses and time by epoch and by what learns, F1 against seconds, drift,\n"
    "cache, predicted against measured seconds, and what exactly was run. Runs that differ in their seed only are "
    "shown\n"
    "as mean and spread; of a sequence it has the matrix of F1 too. It needs neither network nor script. RUN is a "
    "run's\n"
    "folder, or one that holds several.",
    "  fthost report runs/quickstart\n  fthost report runs/reference -o reference.html\n"
    "  fthost report runs/a runs/b --charts pictures\n"};

/// Each once, however often and by whatever path it was named.
std::vector<fs::path> all_folders(const std::vector<std::string>& words, std::vector<Message>& messages) {
  std::vector<fs::path> folders;
  std::set<fs::path> seen;
  for (const auto& word : words) {
    try {
      for (auto& folder : report::run_folders(word, messages)) {
        std::error_code unknown;
        if (seen.insert(fs::weakly_canonical(folder, unknown)).second) folders.push_back(std::move(folder));
      }
    } catch (const InputError& error) {
      messages.insert(messages.end(), error.messages().begin(), error.messages().end());
    }
  }
  return folders;
}

struct ReportInput {
  std::vector<report::RunFiles> runs;
  std::vector<report::SequenceRecord> sequences;
};

/// Of the sequences whose tasks are among the runs.
std::vector<report::SequenceRecord> read_sequences(const std::vector<report::RunFiles>& runs,
                                                   std::vector<Message>& errors) {
  std::vector<report::SequenceRecord> sequences;
  std::set<fs::path> seen;
  for (const auto& run : runs) {
    const auto folder = report::folder_of_study(run.folder);
    if (!seen.insert(folder).second) continue;
    try {
      if (auto sequence = report::read_sequence_of(folder)) sequences.push_back(std::move(*sequence));
    } catch (const InputError& error) {
      errors.insert(errors.end(), error.messages().begin(), error.messages().end());
    }
  }
  return sequences;
}

/// Warnings go to `warnings`. Throws InputError with all that is wrong with any of the folders.
ReportInput read_input(const std::vector<std::string>& words, std::vector<Message>& warnings) {
  std::vector<Message> messages;
  ReportInput input;
  for (const auto& folder : all_folders(words, messages))
    if (auto run = report::read_run_files(folder, messages)) input.runs.push_back(std::move(*run));
  report::read_fills(input.runs, messages);
  input.sequences = read_sequences(input.runs, messages);
  std::vector<Message> errors;
  for (auto& message : messages)
    (message.severity == Message::Severity::error ? errors : warnings).push_back(std::move(message));
  if (!errors.empty()) throw InputError(std::move(errors));
  return input;
}

void write_charts(const fs::path& folder, const ReportInput& input) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) disk().make_folder(folder);
  for (const auto& [name, text] : report::chart_files(input.runs, input.sequences))
    write_file(disk(), folder / name, text);
}

}  // namespace

int report_command(const std::vector<std::string>& words) {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("output,o", po::value<std::string>()->default_value("report.html")->value_name("FILE"),
                        "the page")("charts", po::value<std::string>()->value_name("DIR"),
                                    "a folder that gets each chart as an SVG file of its own too");
  const Arguments arguments(kHelp, options, {"run…"}, words);
  if (arguments.help_shown()) return kDone;
  const auto asked = arguments.list("run");
  if (asked.empty())
    throw InputError(Message{.place = {"fthost", 0, 0},
                             .text = "report needs the folder of a run",
                             .notes = {"usage: " + std::string(kHelp.usage)}});
  std::vector<Message> warnings;
  const auto input = read_input(asked, warnings);
  std::cerr << render(warnings);
  const auto file = arguments.text("output");
  write_file(disk(), file, report::write_page(input.runs, input.sequences, warnings));
  if (arguments.has("charts")) write_charts(arguments.text("charts"), input);
  std::cerr << file << ": " << input.runs.size() << (input.runs.size() == 1 ? " run\n" : " runs\n");
  return kDone;
}

}  // namespace fthost
