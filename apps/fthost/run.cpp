// fthost PIPELINE.toml: the main use.

#include <fthost/error.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "apps/fthost/command.h"
#include "apps/fthost/parts_run.h"
#include "apps/fthost/sequence.h"
#include "apps/fthost/session.h"
#include "apps/fthost/study.h"
#include "core/engine/engine.h"
#include "core/run/interrupt.h"

namespace fthost {
namespace {

constexpr CommandHelp kHelp{
    "fthost PIPELINE.toml [--set KEY=VALUE]…",
    "Runs a pipeline: reads the data, trains what the freezing strategy lets learn, evaluates, and saves the model.\n"
    "Everything lands in a folder of its own below [run] output; a name in use gets -2, -3 …\n"
    "Of a file with a [study] it runs all points that are not finished yet, each into a folder of its own; of one "
    "with\n"
    "[[sequence]] all tasks, one after the other on the same model, and after each it evaluates those before it "
    "again.\n"
    "Ctrl-C once finishes the step, writes what there is and exits with status 130; twice ends at once.",
    "  fthost configs/quickstart.toml\n"
    "  fthost configs/quickstart.toml --set freezing.layers=1 --set train.epochs=5\n"
    "  fthost configs/quickstart.toml --set freezing.plugin=full --set optimizer.lr=5e-5\n"};

nlohmann::ordered_json result_json(const RunResult& result) {
  nlohmann::ordered_json json;
  json["state"] = state_name(result.state);
  json["folder"] = result.folder.string();
  json["model"] =
      result.model.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(result.model.string());
  if (!result.reason.empty()) json["reason"] = result.reason;
  json["metrics"] = nlohmann::ordered_json::object();
  for (const auto& name : result.metrics.names()) json["metrics"][name] = *result.metrics.latest(name);
  return json;
}

/// Launchers of several processes set these; each process would train the whole model for itself.
void refuse_several_processes() {
  for (const auto& [name, most] : {std::pair{"WORLD_SIZE", 1}, std::pair{"RANK", 0}}) {
    const char* value = std::getenv(name);
    const std::string_view text = value == nullptr ? "" : value;
    int number = 0;
    const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
    if (error == std::errc::result_out_of_range || (error == std::errc{} && number > most))
      throw InputError("fthost", std::string(name) + " is " + value +
                                     ", but fthost trains with one process for now; unset it, or start one process");
  }
}

int exit_status(const RunResult& result, int signal) {
  switch (result.state) {
    case RunEnded::State::finished:
      return kDone;
    case RunEnded::State::interrupted:
      return 128 + signal;
    case RunEnded::State::failed:
      return result.input_is_wrong ? kInputIsWrong : kFailed;
  }
  return kFailed;
}

}  // namespace

int run_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options;
  add_override_option(options);
  add_console_options(options);
  options.add_options()("json", boost::program_options::bool_switch(), "print the result as JSON on standard output")(
      "shard", boost::program_options::value<std::string>()->value_name("I/N"),
      "of a study: the I-th of N parts of its points, for another machine or an array job");
  const Arguments arguments(kHelp, options, {"pipeline"}, words);
  if (arguments.help_shown()) return kDone;

  refuse_several_processes();
  FoundPlugins plugins;
  auto text = pipeline_text(arguments);
  if (auto study = load_study(arguments, plugins))
    return run_study(arguments, std::move(text), std::move(*study), plugins);
  if (auto sequence = load_sequence(arguments, plugins); sequence && !arguments.has("shard"))
    return run_sequence(arguments, std::move(text), std::move(*sequence), plugins);
  if (arguments.has("shard")) throw InputError("fthost", "--shard is for studies, and this pipeline has no [study]");
  const Pipeline pipeline = load_pipeline(arguments, plugins);
  const InterruptGuard interrupts;
  EngineRequest request{.plugins = &plugins,
                        .files = &disk(),
                        .console = console_style(arguments),
                        .stop_signal = &interrupts.stop_signal(),
                        .command_line = {"fthost"}};
  request.command_line.insert(request.command_line.end(), words.begin(), words.end());
  const auto engine = open_engine();
  const RunResult result = engine->run(pipeline, request);
  if (arguments.flag("json")) print_json(result_json(result));
  if (result.state == RunEnded::State::failed) {
    std::cerr << (result.input_is_wrong ? "" : "error: ") << result.reason;
    if (!result.reason.ends_with('\n')) std::cerr << '\n';
    std::cerr << "  what there is so far: " << result.folder.string() << '\n';
  }
  return exit_status(result, interrupts.stop_signal().load());
}

}  // namespace fthost
