#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <chrono>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// "seconds": the training of an epoch, filling the cache included, evaluation left out. "eval_seconds": all
/// evaluations of the dev set in and after the epoch. "tokens_per_second": tokens of the epoch, special ones included,
/// by "seconds".
class TimeSink final : public fthost::Sink {
 public:
  Role role() const override { return Role::metric; }

  void epoch_started(const fthost::EpochStarted&) override {
    started_ = Clock::now();
    evaluating_ = 0;
  }

  void epoch_trained(const fthost::EpochTrained& event, fthost::Metrics& out) override {
    const double seconds = seconds_between(started_, Clock::now()) - evaluating_;
    out.emit("seconds", event.epoch, seconds);
    if (seconds > 0) out.emit("tokens_per_second", event.epoch, static_cast<double>(event.tokens) / seconds);
  }

  void evaluation_started(const fthost::EvaluationStarted&) override { evaluation_started_ = Clock::now(); }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics& out) override {
    if (event.set != "dev") return;
    evaluating_ += seconds_between(evaluation_started_, Clock::now());
    out.emit("eval_seconds", event.epoch, evaluating_);
  }

 private:
  Clock::time_point started_;
  Clock::time_point evaluation_started_;
  double evaluating_ = 0;  ///< Seconds, in this epoch.
};

}  // namespace

FTHOST_PLUGIN(fthost::component<TimeSink>("time", "Seconds of training and evaluation, and tokens per second."))
