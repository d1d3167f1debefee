#pragma once

/// What the console says, as text: no clock, no terminal, no state. Widths are columns; every character that is used
/// here takes one.

#include <fthost/events.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace console {

/// "12.3 s", "1 min 03 s", "2 h 05 min".
std::string duration(double seconds);
/// "950", "22.7 M".
std::string magnitude(std::int64_t count);
/// "train loss 0.4123"; more digits where the value is small, "nan" for what is no number.
std::string figure(std::string_view name, double value);
/// `text` in a colour (the number of an SGR sequence), or as it is.
std::string painted(std::string_view text, int sgr, bool color);

/// The parts with two blanks between them, in lines of at most `width` columns, the further ones indented by two. A
/// part that is longer than a line is cut, with "…" at its end. Ends in a newline.
std::string wrapped(const std::vector<std::string>& parts, int width);

/// Where a run stands within an epoch.
struct Training {
  int epoch = 0, epochs = 0;
  std::int64_t step = 0, steps = 0;  ///< Of the epoch.
  double loss = 0;
  double seconds_left = 0;  ///< Of the run.
  double examples_per_second = 0;
  std::optional<double> last_f1, best_f1;
};

/// "epoch 2/5": as wide in every epoch.
std::string epoch_of(int epoch, int epochs);

/// "epoch 2/5 ▕███      ▏ step 31/107  loss 0.4123  12.3 s left  F1 0.4512, best 0.4620  512 examples/s" in one line
/// of at most `width` columns: what has no room is left out from the right, then the bar.
std::string training_line(const Training& training, int width, bool color);
/// "tokenize train ▕███      ▏ 12000/40000 sentences  25.0 k/s"; without bar and total when the total is not known.
std::string activity_line(const fthost::ActivityAdvanced& activity, double per_second, int width, bool color);

/// The same two without bar and limit, for files and pipes.
std::string training_text(const Training& training);
std::string activity_text(const fthost::ActivityAdvanced& activity, double per_second);

/// "train", "3394 sentences", "62730 words", "13 labels", "2 cut into 5 windows", …: what became of a set. `labels` 0:
/// not mentioned; nor is what did not happen.
std::vector<std::string> data_parts(const std::string& set, const fthost::ExampleCounts& counts, std::int64_t labels);

}  // namespace console
