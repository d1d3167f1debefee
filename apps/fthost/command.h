#pragma once

/// The commands of the executable. Each is one file with one function of this form.

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// Runs a command with the words that followed its name; returns the exit status. Throws InputError (exit 2) for what
/// the user can mend and Error (exit 1) for the rest.
using CommandFunction = int (*)(const std::vector<std::string>& words);

struct Command {
  std::string_view name;
  std::string_view summary;
  CommandFunction function;
};

int run_command(const std::vector<std::string>& words);
int cache_command(const std::vector<std::string>& words);
int check_command(const std::vector<std::string>& words);
int doctor_command(const std::vector<std::string>& words);
int init_command(const std::vector<std::string>& words);
int new_command(const std::vector<std::string>& words);
int options_command(const std::vector<std::string>& words);
int plan_command(const std::vector<std::string>& words);
int plugins_command(const std::vector<std::string>& words);
int predict_command(const std::vector<std::string>& words);
int report_command(const std::vector<std::string>& words);
int score_command(const std::vector<std::string>& words);
int tokenize_command(const std::vector<std::string>& words);

/// All but `run`, which has no name: `fthost PIPELINE.toml`.
inline constexpr auto kCommands = std::to_array<Command>({
    {"init", "look at the data and write a commented pipeline file", init_command},
    {"check", "report every error of a pipeline file (or of a plugin library)", check_command},
    {"plan", "say what learns, what is frozen, and what it takes; train nothing", plan_command},
    {"cache", "list, check, shrink or fill what is kept of frozen prefixes", cache_command},
    {"predict", "label text or CoNLL columns with a trained model", predict_command},
    {"report", "one page about runs: figures, frontier, drift, cost", report_command},
    {"score", "entity precision, recall and F1 from gold and predicted columns", score_command},
    {"tokenize", "tokens, ids, word numbers and offsets of text, as a model's tokenizer has them", tokenize_command},
    {"plugins", "list the components that were found, where, and what was refused", plugins_command},
    {"options", "describe one component's options: fthost options freezing/last-n-layers", options_command},
    {"new", "write a plugin of your own that builds and passes its test", new_command},
    {"doctor", "say what this machine and this installation have", doctor_command},
});

/// Exit statuses that scripts may count on.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kInputIsWrong = 2;

}  // namespace fthost
