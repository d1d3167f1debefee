#pragma once

/// The runs that one file stands for, as a study's points or a sequence's tasks: which options each of them changes.
/// From TOML to lists of changes, not yet checked against declared options.

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/pipeline/request.h"

namespace fthost {

/// One option with the value that a run gives it.
struct OptionChange {
  std::string key;  ///< "freezing.layers"
  TomlSpan key_span;
  TomlValue value;
};

/// An option that is not in the file.
OptionChange text_change(const std::string& key, const std::string& text);

struct PlannedRun {
  std::string name;  ///< As the user named it; may be empty.
  TomlSpan span;     ///< Where it stands, for messages.
  std::vector<OptionChange> changes;

  const OptionChange* find(std::string_view key) const;
};

/// What the runs are parts of, and how messages speak of them.
struct RunList {
  std::string whole;  ///< "study"
  std::string part;   ///< "point"
  /// What no run may change, an option or all of a table, and why.
  std::vector<std::pair<std::string, std::string>> fixed;
};

/// The index of `name` in `names`. Throws InputError that says which there are, and the nearest: "the study has no
/// point 'x'", "its points: a, b".
std::size_t find_named(const std::string& lacks, const std::string& all, const std::vector<std::string>& names,
                       const std::string& name);

/// Reads the tables of a study or a sequence. What is wrong goes to `problems`, and the answer is then not to be used.
/// All references must outlive it.
class ChangeReader {
 public:
  ChangeReader(const Source& source, const RunList& list, Problems& problems)
      : source_(source), list_(list), problems_(problems) {}

  void refuse(const TomlSpan& span, std::string text, std::string hint = {});

  /// The options in a table. Written without quotes, freezing.layers is a table in a table.
  std::vector<OptionChange> changes_in(const TomlTable& table);

  /// The tables of a list of them, whose `header` is "study.points", each with its place.
  std::vector<std::pair<const TomlTable*, TomlSpan>> tables_of(const TomlEntry& entry, const std::string& header);

  /// The same as runs, each with the name that it may have.
  std::vector<PlannedRun> runs_of(const TomlEntry& entry, const std::string& header);

  /// Says so, and is false, when the run's name cannot be that of a folder.
  bool check_name(const PlannedRun& run);

  /// Says so when the run's name is none, or was taken before.
  void take_name(const PlannedRun& run, std::set<std::string>& names);

 private:
  void add_changes(const TomlEntry& entry, const std::string& prefix, const TomlSpan& first,
                   std::vector<OptionChange>& changes);
  bool check_key(const std::string& key, const TomlSpan& first, const TomlSpan& span);

  const Source& source_;
  const RunList& list_;
  Problems& problems_;
};

}  // namespace fthost
