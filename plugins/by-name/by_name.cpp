/// Freezing `by-name`: tensors learn or not by their names.

#include <fthost/freezing.h>
#include <fthost/plugin.h>

#include <algorithm>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace {

/// One expression of the list that an option holds.
struct Pattern {
  std::string text;
  std::regex expression;

  bool matches(const std::string& name) const { return std::regex_search(name, expression); }
};

std::vector<Pattern> compile(const fthost::Options& options, const char* option) {
  std::vector<Pattern> patterns;
  if (!options.has(option)) return patterns;
  for (const auto& text : options.texts(option)) {
    try {
      patterns.push_back({text, std::regex(text, std::regex::ECMAScript | std::regex::optimize)});
    } catch (const std::regex_error&) {
      throw fthost::OptionError(option, "'" + text + "' is no regular expression (of ECMAScript's kind)");
    }
  }
  return patterns;
}

bool any_matches(const std::vector<Pattern>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) { return pattern.matches(name); });
}

class ByName final : public fthost::Freezing {
 public:
  explicit ByName(const fthost::Options& options)
      : learn_(compile(options, "learn")), freeze_(compile(options, "freeze")) {
    if (learn_.empty() && freeze_.empty())
      throw fthost::OptionError("learn", "give 'learn', 'freeze' or both: without them nothing is chosen");
  }

  std::vector<bool> learns(const fthost::Topology& topology, const fthost::Progress&) override {
    require_matches(topology, learn_, "learn");
    require_matches(topology, freeze_, "freeze");
    std::vector<bool> learns;
    for (const auto& tensor : topology.tensors)
      learns.push_back((learn_.empty() || any_matches(learn_, tensor.name)) && !any_matches(freeze_, tensor.name));
    if (std::find(learns.begin(), learns.end(), true) == learns.end())
      throw fthost::OptionError(learn_.empty() ? "freeze" : "learn", "no tensor is left to learn");
    return learns;
  }

 private:
  /// An expression that no tensor's name matches is misspelt.
  static void require_matches(const fthost::Topology& topology, const std::vector<Pattern>& patterns,
                              const char* option) {
    for (const auto& pattern : patterns) {
      const auto matched = [&](const fthost::TensorShape& tensor) { return pattern.matches(tensor.name); };
      if (std::any_of(topology.tensors.begin(), topology.tensors.end(), matched)) continue;
      throw fthost::OptionError(option, "'" + pattern.text + "' matches no tensor; they are called '" +
                                            topology.tensors.front().name + "' … '" + topology.tensors.back().name +
                                            "' ('fthost plan --json' lists them)");
    }
  }

  std::vector<Pattern> learn_;
  std::vector<Pattern> freeze_;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<ByName>("by-name", "Train the tensors whose names match regular expressions.")
                  .option("learn", fthost::texts().optional(),
                          "regular expressions, found anywhere in a name; what matches one learns, the head's tensors "
                          "too; without it all do")
                  .option("freeze", fthost::texts().optional(),
                          "regular expressions; what matches one is frozen, even if 'learn' names it"))
