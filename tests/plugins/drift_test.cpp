#include <ATen/ATen.h>
#include <fthost/parameters.h>
#include <fthost/sink.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/temporary_folder.h"

using namespace fthost;

namespace {

struct Collected final : Metrics {
  std::map<std::string, double> values;
  void emit(std::string_view name, int epoch, double value) override {
    values[std::string(name) + "@" + std::to_string(epoch)] = value;
  }
};

/// Two epochs of a model of three tensors: the second moves by 1 and by 2, the third learns from epoch 2 on and moves
/// by 3, the first is frozen.
struct DriftRun {
  TemporaryFolder folder;
  Collected metrics;
  Topology topology;
  std::vector<Parameter> parameters;

  explicit DriftRun(const std::string& per) {
    topology.stages = {{"embeddings", 0}, {"layer.0", 0}, {"head", 0}};
    topology.tensors = {{"table", {4}, 0}, {"weight", {2}, 1}, {"bias", {2}, 1}};
    for (const auto& tensor : topology.tensors) parameters.push_back({tensor.name, at::ones(tensor.shape), false});
    const auto sink = open_plugin<Sink>("drift", "drift", {{"per", per}});
    auto& listener = dynamic_cast<ParameterListener&>(*sink);
    RunStarted started;
    started.folder = folder.path();
    started.files = &disk();
    started.topology = &topology;
    sink->run_started(started);
    for (int epoch = 1; epoch <= 2; ++epoch) {
      parameters[1].learns = true;
      parameters[2].learns = epoch == 2;
      listener.before_epoch(epoch, parameters);
      parameters[1].value += epoch;
      if (epoch == 2) parameters[2].value += 3;
      listener.after_epoch(epoch, parameters);
      EpochTrained trained;
      trained.epoch = epoch;
      sink->epoch_trained(trained, metrics);
    }
    sink->run_ended({});
  }
};

}  // namespace

TEST_CASE("drift writes the mean squared change per tensor, layer, or over all", "[unit][plugins]") {
  const std::map<std::string, std::string> table = {
      {"tensor", "1,table,0,0\n1,weight,1,1\n1,bias,0,0\n2,table,0,0\n2,weight,4,9\n2,bias,9,9\n"},
      {"layer", "1,embeddings,0,0\n1,layer.0,0.5,0.5\n2,embeddings,0,0\n2,layer.0,6.5,9\n"},
      {"all", "1,all,0.25,0.25\n2,all,3.25,4.5\n"}};
  for (const auto& [per, rows] : table) {
    const DriftRun run(per);
    CHECK(run.folder.read("drift.csv") == "epoch,parameter,iterative,base\n" + rows);
    CHECK(run.metrics.values ==
          std::map<std::string, double>{
              {"drift_iterative@1", 0.25}, {"drift_base@1", 0.25}, {"drift_iterative@2", 3.25}, {"drift_base@2", 4.5}});
  }
}
