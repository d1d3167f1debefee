// fthost predict: labels for new text.

#include <fthost/error.h>
#include <fthost/input_file.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

#include "apps/fthost/command.h"
#include "apps/fthost/session.h"
#include "core/engine/engine.h"
#include "core/pipeline/core_rules.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost predict MODEL [FILE] [--input text|conll] [--format conll|json]",
    "Labels every word of FILE, or of standard input. MODEL is the model/ folder of a run, or any fine-tuned Hugging "
    "Face\n"
    "folder that a plugin handles.\n"
    "Input: text has a sentence a line. Words are what blanks keep apart, nothing else: a full stop or a comma is a "
    "word\n"
    "of its own only where a blank stands before it, so write it as the training data has it. conll has a word a line "
    "in\n"
    "its first column and a blank line between sentences.\n"
    "Output: conll has a word and its label a line. json has an object a line: text, words, labels, scores (the "
    "softmax\n"
    "probability of each word's label), offsets ([begin, end] of each word in text, counted in characters from 0), "
    "and\n"
    "entities, each with type, start, end, text and score (the mean of its words').\n"
    "A sentence that is longer than the model was trained with is read in windows that overlap: every word gets a "
    "label.",
    "  fthost predict runs/quickstart/model < sentences.txt\n"
    "  fthost predict runs/quickstart/model dev.conll --input conll --format json\n"
    "  echo 'Anna went to Paris .' | fthost predict runs/quickstart/model --format json\n"};

bool choose(const Arguments& arguments, const std::string& option, const std::string& yes, const std::string& no) {
  const auto value = arguments.text(option);
  if (value == yes) return true;
  if (value == no) return false;
  throw InputError("fthost", "--" + option + " is '" + yes + "' or '" + no + "', not '" + value + "'");
}

/// All but where the sentences come from and go to.
PredictRequest request_from(const Arguments& arguments) {
  PredictRequest what;
  what.model = arguments.required("model");
  what.columns_in = choose(arguments, "input", "conll", "text");
  what.json_out = choose(arguments, "format", "json", "conll");
  what.batch_size = arguments.number("batch-size");
  if (what.batch_size < 1) throw InputError("fthost", "--batch-size must be 1 or more");
  what.threads = arguments.number("threads");
  if (what.threads < 0) throw InputError("fthost", "--threads must be 0 or more");
  what.device = arguments.text("device");
  if (!is_device(what.device))
    throw InputError("fthost", "--device is 'auto', 'cpu', 'cuda' or 'cuda:N', not '" + what.device + "'");
  return what;
}

}  // namespace

int predict_command(const std::vector<std::string>& words) {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("input", po::value<std::string>()->default_value("text"), "text or conll")(
      "format", po::value<std::string>()->default_value("conll"), "of the output: conll or json")(
      "batch-size", po::value<int>()->default_value(32), "sentences that are computed together")(
      "threads", po::value<int>()->default_value(0), "0: all physical cores")(
      "device", po::value<std::string>()->default_value("auto"), "auto, cpu, cuda or cuda:N");
  add_console_options(options);
  const Arguments arguments(kHelp, options, {"model", "file"}, words);
  if (arguments.help_shown()) return kDone;

  PredictRequest what = request_from(arguments);
  const auto name = arguments.has("file") ? arguments.text("file") : "-";
  std::ifstream file;
  if (name != "-") file = open_input_file(name);
  what.in = name != "-" ? static_cast<std::istream*>(&file) : &std::cin;
  what.input_name = name != "-" ? name : "standard input";
  what.out = &std::cout;
  if (isatty(STDOUT_FILENO) == 0) what.progress = &std::cerr;  // else the labels themselves show how far it is
  std::ios::sync_with_stdio(false);
  FoundPlugins plugins;
  open_engine()->predict(what, {.plugins = &plugins, .files = &disk(), .console = console_style(arguments)});
  return kDone;
}

}  // namespace fthost
