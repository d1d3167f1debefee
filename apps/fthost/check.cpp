// fthost check: every error at once, without touching a model, a tensor or a data file.

#include <elf.h>
#include <fthost/error.h>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string_view>

#include "apps/fthost/check_data.h"
#include "apps/fthost/check_library.h"
#include "apps/fthost/command.h"
#include "apps/fthost/session.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost check PIPELINE.toml [--data] [--set KEY=VALUE]… [--json]\n"
    "       fthost check LIBRARY.so [--with OPTION=VALUE]… [--timeout SECONDS] [--json]",
    "Reports every error of a pipeline file in one go, against the options that the plugins declare: no model, tensor\n"
    "or data file is touched. Of a study or a sequence it checks and lists all points or tasks, with --data the data "
    "of the\n"
    "first (or of the one that --point or --task names).\n"
    "\n"
    "With --data it reads the data too, and the model's tokenizer: it counts sentences, words and tokens, and shows "
    "by\n"
    "file and line (the first 20 of each kind, and how many there are) entities that begin with I-, labels that the\n"
    "training set lacks, sentences longer than data.max_length, words with [UNK], and sentences that stand in two "
    "sets.\n"
    "Those are warnings. What training would refuse is an error: a sentence without labels, a training set whose tags\n"
    "break their scheme, a label that is not among those that [head] lists. Exit status 2.\n"
    "\n"
    "Of a plugin library it says whether this fthost would load it (if not: exit status 2), and whether it keeps to "
    "what\n"
    "fthost asks of plugins: each check runs in a process of its own, so that a crash or an endless loop is a line of "
    "the\n"
    "report (exit status 1). A component that needs real files gets them by --with: a model its folder, --with "
    "path=DIR.",
    "  fthost check my.toml\n  fthost check my.toml --set freezing.layers=6\n  fthost check my.toml --data\n"
    "  fthost check build/my-strategy.so\n  fthost check build/my-model.so --with path=models/bert\n"};

constexpr int kUsualSeconds = 20;

/// Errors as an object's field; whoever wants more in it adds to it.
nlohmann::ordered_json errors_json(const std::vector<Message>& messages) {
  nlohmann::ordered_json json{{"errors", nlohmann::ordered_json::array()}};
  for (const auto& message : messages) json["errors"].push_back(to_json(message));
  return json;
}

/// An option that belongs to the other thing that this command checks.
InputError misplaced(const std::string& option, const std::string& uses, const std::string& file,
                     const std::string& what) {
  return InputError("fthost", option + " is for " + uses + ", and " + file + " is a " + what,
                    {"usage: " + std::string(kHelp.usage)});
}

int check_library(const Arguments& arguments, const std::string& file) {
  if (arguments.has("set")) throw misplaced("--set", "pipelines", file, "plugin library");
  if (arguments.flag("data")) throw misplaced("--data", "pipelines", file, "plugin library");
  if (arguments.number("timeout") < 1) throw InputError("fthost", "--timeout must be 1 or more");
  const LibraryCheckRequest request{file, arguments.list("with"), arguments.number("timeout")};
  try {
    const auto report = check_plugin_library(request);
    arguments.flag("json") ? print_report_json(report) : print_report(report);
    return report.broken() == 0 ? kDone : kFailed;
  } catch (const InputError& error) {
    if (!arguments.flag("json")) throw;
    auto json = errors_json(error.messages());
    json["ok"] = false;
    print_json(json);
    return kInputIsWrong;
  }
}

/// The first bytes of a regular file; nothing of anything else.
std::string start_of(const std::filesystem::path& file) {
  constexpr std::streamsize kLookedAt = 4096;
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return "";
  std::string start(kLookedAt, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(start.data(), kLookedAt);
  start.resize(static_cast<std::size_t>(in.gcount()));
  return start;
}

/// A library tells by its first bytes, whatever it is called. What is called one is checked as one, to say why it is
/// none.
bool is_library(const std::string& file) {
  std::error_code error;
  return start_of(file).starts_with(ELFMAG) || (file.ends_with(".so") && !std::filesystem::is_directory(file, error));
}

std::string first_bytes(std::string_view bytes) {
  constexpr std::size_t kShown = 4;
  std::ostringstream text;
  text << std::hex << std::uppercase << std::setfill('0');
  for (const char byte : bytes.substr(0, kShown))
    text << (text.tellp() > 0 ? " 0x" : "0x") << std::setw(2)
         << static_cast<unsigned>(static_cast<unsigned char>(byte));
  return text.str();
}

/// Throws InputError for what cannot be meant for a pipeline. Of text the parser of pipelines knows more to say.
void refuse_other_files(const std::string& file) {
  std::error_code error;
  std::string found;
  if (std::filesystem::is_directory(file, error)) {
    found = "a folder";
  } else if (const auto start = start_of(file); start.find('\0') != std::string::npos) {
    found = "a binary file that begins with " + first_bytes(start);
  } else {
    return;
  }
  throw InputError(file, "neither a pipeline (TOML) nor a plugin library (.so), but " + found);
}

template <class Run>
void print_runs(const std::string& whole, const std::string& part, const std::vector<Run>& runs) {
  std::cout << "a " << whole << " of " << runs.size() << " " << part << (runs.size() == 1 ? ":\n" : "s:\n");
  for (const auto& run : runs) {
    std::cout << "  " << run.name;
    for (const auto& [option, value] : run.varied) std::cout << "  " << option << " = " << value;
    std::cout << '\n';
  }
}

int check_pipeline(const Arguments& arguments, const std::string& file) {
  if (arguments.has("with")) throw misplaced("--with", "plugin libraries", file, "pipeline");
  std::vector<Message> errors;
  std::optional<DataReport> report;
  try {
    refuse_other_files(file);
    FoundPlugins plugins;
    const auto study = load_study(arguments, plugins);
    const auto sequence = load_sequence(arguments, plugins);
    const Pipeline pipeline = study      ? study->points.front().pipeline
                              : sequence ? sequence->tasks.front().pipeline
                                         : load_pipeline(arguments, plugins, TaskModel::start);
    if (!arguments.flag("json")) std::cerr << pipeline.file.string() << ": no errors\n";
    if (study && !arguments.flag("json")) print_runs("study", "point", study->points);
    if (sequence && !arguments.flag("json")) print_runs("sequence", "task", sequence->tasks);
    if (arguments.flag("data")) report = check_pipeline_data(pipeline, plugins);
  } catch (const InputError& error) {
    if (!arguments.flag("json")) throw;
    errors = error.messages();
  }
  if (arguments.flag("json")) {
    auto json = errors_json(errors);
    if (report) add_report(json, *report);
    print_json(json);
  } else if (report) {
    print_report(*report);
  }
  return errors.empty() && !(report && report->has_errors()) ? kDone : kInputIsWrong;
}

}  // namespace

int check_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  namespace po = boost::program_options;
  options.add_options()("data", po::bool_switch(), "read and check a pipeline's data too")(
      "with", po::value<std::vector<std::string>>()->composing()->value_name("OPTION=VALUE"),
      "of a library: a value for an option of type text, path or texts; may be repeated")(
      "timeout", po::value<int>()->value_name("SECONDS")->default_value(kUsualSeconds),
      "of a library: how long a check may take")("json", po::bool_switch(),
                                                 "print the errors (or what was found of a library) as JSON");
  const Arguments arguments(kHelp, options, {"pipeline"}, words);
  if (arguments.help_shown()) return kDone;
  const auto file = arguments.required("pipeline");
  return is_library(file) ? check_library(arguments, file) : check_pipeline(arguments, file);
}

}  // namespace fthost
