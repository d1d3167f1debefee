#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <string>

namespace {

/// The losses that the engine computed anyway, as figures: "train_loss", "dev_loss", "test_loss".
class LossSink final : public fthost::Sink {
 public:
  Role role() const override { return Role::metric; }

  void epoch_trained(const fthost::EpochTrained& event, fthost::Metrics& out) override {
    out.emit("train_loss", event.epoch, event.loss);
  }

  void evaluated(const fthost::Evaluated& event, fthost::Metrics& out) override {
    out.emit(std::string(event.set) + "_loss", event.epoch, event.loss);
  }
};

}  // namespace

FTHOST_PLUGIN(fthost::component<LossSink>("loss", "Mean loss of training and of each set that is evaluated."))
