// The files of a run folder, as `fthost report` reads them: anything but InputError is a finding.

#include <fthost/error.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/report/run_files.h"

namespace {

template <class Call>
void try_call(const Call& call) {
  try {
    call();
  } catch (const fthost::InputError&) {
    // What is wrong with the file was told.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_call([&] { fthost::report::read_record(text, "run.json"); });
  try_call([&] { fthost::report::read_metrics(text, "metrics.csv"); });
  try_call([&] { fthost::report::read_drift(text, "drift.csv"); });
  try_call([&] { fthost::report::read_options(text, "pipeline.toml"); });
  return 0;
}
