// fthost report: what runs came to, side by side, as one page.

#include "core/report/page.h"

#include <fthost/error.h>
#include <fthost/files.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <system_error>
#include <utility>

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

Message mistake(const fs::path& where, std::string text, std::string what_to_do) {
  return {.place = {where.string(), 0, 0}, .text = std::move(text), .notes = {std::move(what_to_do)}};
}

/// The folder that a path lies in, be there a slash at its end or not; empty: the current one.
fs::path parent_of(const fs::path& path) {
  return (path / "").parent_path().parent_path();
}

bool lies_in_a_folder(const fs::path& path) {
  std::error_code ignored;
  const auto parent = parent_of(path);
  return parent.empty() || fs::is_directory(parent, ignored);
}

/// Is nothing but an earlier page lost when this file is written?
bool may_be_replaced(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return true;
  if (!fs::is_regular_file(file, ignored)) return false;
  std::string start(report::kPageStart.size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return in.gcount() == 0 || start == report::kPageStart;
}

void check_page(const fs::path& file, std::vector<Message>& mistakes) {
  std::error_code ignored;
  if (!file.has_filename() || fs::is_directory(file, ignored))
    mistakes.push_back(mistake(file, "expected a file for the page, found a folder", "-o names a file"));
  else if (!lies_in_a_folder(file))
    mistakes.push_back(mistake(file, "there is no folder " + parent_of(file).string() + " for the page",
                               "make that folder, or name another file with -o"));
  else if (!may_be_replaced(file))
    mistakes.push_back(
        mistake(file, "it is there already and no page of a report, and would be lost", "name another file with -o"));
}

void check_charts(const fs::path& folder, std::vector<Message>& mistakes) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  if (fs::exists(folder, ignored))
    mistakes.push_back(
        mistake(folder, "expected a folder for the charts, found a file", "name another folder with --charts"));
  else if (!lies_in_a_folder(folder))
    mistakes.push_back(mistake(folder, "there is no folder " + parent_of(folder).string() + " for that of the charts",
                               "make it, or name another folder with --charts"));
}

/// What is wrong with the places that the page and the charts are to be written to.
std::vector<Message> output_mistakes(const Arguments& arguments) {
  std::vector<Message> mistakes;
  check_page(arguments.text("output"), mistakes);
  if (arguments.has("charts")) check_charts(arguments.text("charts"), mistakes);
  return mistakes;
}

void throw_errors(std::vector<Message> messages) {
  std::erase_if(messages, [](const Message& each) { return each.severity != Message::Severity::error; });
  if (!messages.empty()) throw InputError(std::move(messages));
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

/// `messages`: what is wrong already; warnings stay there. Throws InputError with all errors of it and of the folders.
/// None of their files is read when something is wrong already.
ReportInput read_input(const std::vector<std::string>& words, std::vector<Message>& messages) {
  const bool can_write = messages.empty();
  const auto folders = all_folders(words, messages);
  if (!can_write) throw_errors(messages);
  ReportInput input;
  for (const auto& folder : folders)
    if (auto run = report::read_run_files(folder, messages)) input.runs.push_back(std::move(*run));
  report::read_fills(input.runs, messages);
  input.sequences = read_sequences(input.runs, messages);
  throw_errors(messages);
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
    throw InputError("fthost", "report needs the folder of a run", {"usage: " + std::string(kHelp.usage)});
  auto warnings = output_mistakes(arguments);
  const auto input = read_input(asked, warnings);
  std::cerr << render(warnings);
  const auto file = arguments.text("output");
  write_file(disk(), file, report::write_page(input.runs, input.sequences, warnings));
  if (arguments.has("charts")) write_charts(arguments.text("charts"), input);
  std::cerr << file << ": " << input.runs.size() << (input.runs.size() == 1 ? " run\n" : " runs\n");
  return kDone;
}

}  // namespace fthost
