// The files of a run folder, as `fthost report` reads them: anything but InputError is a finding.

#include <fthost/error.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/report/run_files.h"
#include "core/report/sequence_record.h"
#include "tests/fuzz/require.h"

namespace {

template <class Call>
void try_call(const Call& call) {
  try {
    call();
  } catch (const fthost::InputError&) {
    // What is wrong with the file was told.
  }
}

/// What was read is written as it is read again, and its figures can be asked for.
void read_and_write_sequence(const std::string& text) {
  const auto record = fthost::report::read_sequence(text, "sequence.json");
  for (std::size_t task = 0; task < record.tasks.size(); ++task) record.forgetting(task);
  const auto written = fthost::report::sequence_json(record);
  const auto again = fthost::report::read_sequence(written, "sequence.json");
  fthost::require(fthost::report::sequence_json(again) == written);
  fthost::require(fthost::report::matrix_csv(again) == fthost::report::matrix_csv(record));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_call([&] { fthost::report::read_record(text, "run.json"); });
  try_call([&] { fthost::report::read_study_record(text, "study.json"); });
  try_call([&] { read_and_write_sequence(text); });
  try_call([&] { fthost::report::read_metrics(text, "metrics.csv"); });
  try_call([&] {
    auto ended = text;
    fthost::report::end_last_row(ended);
    fthost::report::read_metrics(ended, "metrics.csv");
  });
  try_call([&] { fthost::report::read_drift(text, "drift.csv"); });
  try_call([&] { fthost::report::read_options(text, "pipeline.toml"); });
  return 0;
}
