#pragma once

/// Runs side by side: which of them are the same but for their seeds, what sets the others apart, and their figures as
/// mean and spread.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/run_files.h"

namespace fthost::report {

/// How much of the model learns.
struct Setting {
  /// "classifier only", "last 3", "full"; for another choice "2 of 6 layers", or "2 of 6 layers by name" where not all
  /// of those layers need learn.
  std::string name;
  int order = 0;  ///< Learning layers; "full" comes behind all.

  bool operator==(const Setting&) const = default;
};

/// That of one run.
Setting setting_of(const RunFiles& run);

/// Mean and standard deviation of a figure over runs that differ in their seeds. Figures that are not finite make the
/// mean so.
struct Spread {
  double mean = 0;
  double deviation = 0;  ///< Of the sample; 0 for one run.
  std::size_t runs = 0;

  double low() const { return mean - deviation; }
  double high() const { return mean + deviation; }
};

/// None without values.
std::optional<Spread> spread_of(const std::vector<double>& values);

/// Runs that differ in nothing but seed, name, machine and where their files are: of the same state and options, on
/// data and from a model of the same bytes, on a device of one kind, no two of one seed.
struct Group {
  std::string label;  ///< Setting and variant: "last 3, optimizer.lr = 3e-05". No two groups have the same.
  Setting setting;
  std::string variant;  ///< What sets it apart from others of its setting; empty when nothing does.
  OptionTexts varied;   ///< The options in `variant`; none where a folder or a task tells more.
  std::string data;     ///< What its figures were measured on: only those of the same can be compared.
  std::string f1_kind;  ///< How F1 was counted, and losses: see kinds.h.
  std::string loss_kind;
  std::vector<const RunFiles*> runs;

  /// Have its runs one processor, device, number type and number of threads? Otherwise they have no mean of "seconds".
  bool is_of_one_machine() const;

  /// By epoch, over the runs that have the figure at it.
  std::map<int, Spread> by_epoch(std::string_view figure) const;
  /// Of the model that each run kept, or at its last epoch.
  std::optional<Spread> at_end(std::string_view figure) const;
  /// The sum of a figure over a run's epochs.
  std::optional<Spread> sum(std::string_view figure) const;
  /// The mean of a figure over a run's epochs.
  std::optional<Spread> mean(std::string_view figure) const;
  /// Over whatever `figure` finds in a run.
  std::optional<Spread> over(const std::function<std::optional<double>(const RunFiles&)>& figure) const;
};

/// The epoch whose weights the run kept, else its last; 0: none.
int last_epoch(const RunFiles& run);

/// An option's value as TOML writes it; none: no finite number.
std::optional<double> option_number(std::string_view value);

/// The groups, by setting, then by the options that differ: numbers by size, others in the order of their first run.
/// `runs` must outlive them.
std::vector<Group> compare(const std::vector<RunFiles>& runs);

/// The settings that occur, in their order, and the variants, in the order of the groups.
std::vector<Setting> settings_of(const std::vector<Group>& groups);
std::vector<std::string> variants_of(const std::vector<Group>& groups);

}  // namespace fthost::report
