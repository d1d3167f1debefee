/// Sink `drift`: how far parameters move, as the mean of squared differences against the epoch before (iterative) and
/// against where they started (base).

#include <ATen/ATen.h>

#include <fthost/ops.h>
#include <fthost/parameters.h>
#include <fthost/plugin.h>
#include <fthost/sink.h>

#include <array>
#include <charconv>
#include <map>
#include <string>
#include <vector>

namespace fthost::drift {
namespace {

/// The shortest text that reads back as the same number.
std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// What a tensor was; a tensor that never learned is not copied.
struct Past {
  at::Tensor base, previous;
};

struct Moved {
  double iterative = 0, base = 0;  ///< Sums of squares.
  std::int64_t count = 0;

  void add(const Moved& other) {
    iterative += other.iterative;
    base += other.base;
    count += other.count;
  }
  double mean_iterative() const { return count > 0 ? iterative / static_cast<double>(count) : 0; }
  double mean_base() const { return count > 0 ? base / static_cast<double>(count) : 0; }
};

class Drift final : public Sink, public ParameterListener {
 public:
  explicit Drift(const Options& options) : per_(options.text("per")) {}

  Role role() const override { return Role::metric; }

  void run_started(const RunStarted& event) override {
    for (const auto& tensor : event.topology->tensors)
      layers_[tensor.name] = event.topology->stages[static_cast<std::size_t>(tensor.stage)].name;
    file_ = event.files->create(event.folder / "drift.csv");
    file_->write("epoch,parameter,iterative,base\n");
  }

  void before_epoch(int, std::span<const Parameter> parameters) override {
    for (const auto& parameter : parameters) {
      if (!parameter.learns || past_.contains(parameter.name)) continue;
      const auto start = parameter.value.detach();
      past_[parameter.name] = {start.clone(), start.clone()};
    }
  }

  void after_epoch(int, std::span<const Parameter> parameters) override {
    rows_.clear();
    total_ = {};
    const auto all = measure(parameters);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& moved = all[i];
      total_.add(moved);
      const auto name = row_name(parameters[i].name);
      if (rows_.empty() || rows_.back().first != name) rows_.emplace_back(name, Moved());
      rows_.back().second.add(moved);
    }
  }

  void epoch_trained(const EpochTrained& event, Metrics& out) override {
    std::string text;
    for (const auto& [name, moved] : rows_)
      text += std::to_string(event.epoch) + "," + name + "," + shortest(moved.mean_iterative()) + "," +
              shortest(moved.mean_base()) + "\n";
    file_->write(text);
    out.emit("drift_iterative", event.epoch, total_.mean_iterative());
    out.emit("drift_base", event.epoch, total_.mean_base());
  }

  void run_ended(const RunEnded&) override {
    if (const auto file = std::move(file_)) file->close();
  }

 private:
  std::string row_name(const std::string& tensor) const {
    if (per_ == "all") return "all";
    return per_ == "tensor" ? tensor : layers_.at(tensor);
  }

  /// One a parameter: what never learned has not moved. What they are now becomes what they were.
  std::vector<Moved> measure(std::span<const Parameter> parameters) {
    std::vector<Moved> all;
    std::vector<std::size_t> learned;
    std::vector<at::Tensor> now, previous, base;
    for (const auto& parameter : parameters) {
      all.push_back({0, 0, parameter.value.numel()});
      const auto found = past_.find(parameter.name);
      if (found == past_.end()) continue;
      learned.push_back(all.size() - 1);
      now.push_back(parameter.value.detach());
      previous.push_back(found->second.previous);
      base.push_back(found->second.base);
    }
    if (learned.empty()) return all;
    const auto iterative = ops::squared_distances(now, previous), since_start = ops::squared_distances(now, base);
    at::_foreach_copy_(previous, now);
    for (std::size_t i = 0; i < learned.size(); ++i) {
      all[learned[i]].iterative = iterative[i];
      all[learned[i]].base = since_start[i];
    }
    return all;
  }

  std::string per_;
  std::map<std::string, std::string> layers_;  ///< Stage's name by tensor.
  std::map<std::string, Past> past_;
  std::vector<std::pair<std::string, Moved>> rows_;  ///< In the parameters' order, which keeps a stage together.
  Moved total_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace
}  // namespace fthost::drift

FTHOST_PLUGIN(fthost::component<fthost::drift::Drift>("drift", "How far parameters move, by epoch and since the start.")
                  .option("per", fthost::text().one_of({"tensor", "layer", "all"}).by_default("layer"),
                          "what a row of drift.csv stands for"))
