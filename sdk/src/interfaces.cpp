// The one home of the interfaces' type information, and the empty bodies of a sink's events.

#include <fthost/component.h>
#include <fthost/files.h>
#include <fthost/freezing.h>
#include <fthost/metrics.h>
#include <fthost/reader.h>
#include <fthost/schedule.h>
#include <fthost/sink.h>

namespace fthost {

Component::~Component() = default;
Freezing::~Freezing() = default;
GradientNormReader::~GradientNormReader() = default;
Reader::~Reader() = default;
Schedule::~Schedule() = default;
Metrics::~Metrics() = default;
OutputFile::~OutputFile() = default;
Files::~Files() = default;

Sink::~Sink() = default;
void Sink::run_opened(const RunOpened&) {}
void Sink::run_started(const RunStarted&) {}
void Sink::cache_chosen(const CacheChosen&) {}
void Sink::activity_advanced(const ActivityAdvanced&) {}
void Sink::epoch_started(const EpochStarted&) {}
void Sink::step_ended(const StepEnded&) {}
void Sink::epoch_trained(const EpochTrained&, Metrics&) {}
void Sink::evaluation_started(const EvaluationStarted&) {}
void Sink::evaluated(const Evaluated&, Metrics&) {}
void Sink::metric_emitted(const MetricEmitted&) {}
void Sink::epoch_ended(const EpochEnded&, Metrics&) {}
void Sink::run_ended(const RunEnded&) {}

}  // namespace fthost
