#pragma once

/// The report: one page of HTML that needs nothing but itself, neither network nor script.

#include <fthost/message.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/report/run_files.h"
#include "core/report/sequence_record.h"

namespace fthost::report {

/// What every page begins with.
inline constexpr std::string_view kPageStart = "<!DOCTYPE html>\n";

/// The page about runs, and about the sequences that they are tasks of. `warnings`: what the folders lack; it is shown
/// too. Its text depends on nothing but the arguments.
std::string write_page(const std::vector<RunFiles>& runs, const std::vector<SequenceRecord>& sequences,
                       const std::vector<Message>& warnings);

/// Each chart of the page as an SVG file of its own: name ("dev_f1-by-epoch.svg") and text.
std::vector<std::pair<std::string, std::string>> chart_files(const std::vector<RunFiles>& runs,
                                                             const std::vector<SequenceRecord>& sequences);

}  // namespace fthost::report
