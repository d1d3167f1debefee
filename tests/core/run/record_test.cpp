#include "core/run/record.h"

#include <nlohmann/json.hpp>
#include <string>

#include "tests/catch.h"
#include "tests/core/run/failing_files.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

using std::chrono::milliseconds;

RunRecord started_run() {
  RunRecord record;
  record.name = "wnut-2";
  record.command_line = {"fthost", "wnut.toml"};
  record.started = std::chrono::system_clock::time_point(milliseconds(1'709'251'199'045));
  record.libtorch = "2.11.0";
  record.device = "cpu";
  record.precision = "f32";
  record.cpu_capability = "AVX512";
  record.threads = 2;
  record.seed = 18'446'744'073'709'551'615U;
  record.plugins = {{Kind::sink, "csv", {"lib/csv.so", 12, "aa"}, {1, "libstdc++/cxx11", "", ""}}};
  record.model_files = {{"m/config.json", 600, "bb"}};
  record.data_files = {{"d/train.conll", 700, "cc"}};
  ExampleCounts counts;
  counts.sentences = 3;
  counts.words = 30;
  counts.examples = 4;
  counts.tokens = 45;
  counts.cut = 1;
  counts.windows = 2;
  counts.unknown_pieces = 5;
  record.data = {{"train", counts}};
  record.labels = {"O", "B-x"};
  record.boundary = "3";
  record.layers = 6;
  record.learning_layers = 3;
  record.learning_parameters = 5'330'317;
  record.frozen_parameters = 17'382'899;
  return record;
}

/// The text, with what differs from machine to machine left empty.
std::string anywhere(const RunRecord& record) {
  auto json = nlohmann::ordered_json::parse(record_json(record));
  json["fthost"] = nullptr;
  json["machine"]["cpu"] = nullptr;
  json["machine"]["os"] = nullptr;
  json["machine"]["environment"] = nullptr;
  return json.dump(2);
}

constexpr auto kWhatRan = R"(  "command_line": [
    "fthost",
    "wnut.toml"
  ],
  "fthost": null,
  "libtorch": "2.11.0",
  "machine": {
    "device": "cpu",
    "precision": "f32",
    "threads": 2,
    "cpu": null,
    "cpu_capability": "AVX512",
    "os": null,
    "environment": null
  },
  "seed": 18446744073709551615,
  "boundary": "3",
  "layers": 6,
  "learning_layers": 3,
  "learning_parameters": 5330317,
  "frozen_parameters": 17382899,
  "model_files": [
    {
      "path": "m/config.json",
      "bytes": 600,
      "sha256": "bb"
    }
  ],
  "data_files": [
    {
      "path": "d/train.conll",
      "bytes": 700,
      "sha256": "cc"
    }
  ],
  "data": {
    "train": {
      "sentences": 3,
      "words": 30,
      "examples": 4,
      "tokens": 45,
      "cut_sentences": 1,
      "windows": 2,
      "lost_words": 0,
      "cut_words": 0,
      "unknown_pieces": 5
    }
  },
  "labels": [
    "O",
    "B-x"
  ],
  "plugins": [
    {
      "kind": "sink",
      "name": "csv",
      "path": "lib/csv.so",
      "bytes": 12,
      "sha256": "aa",
      "fingerprint": {
        "sdk": 1,
        "cxx_abi": "libstdc++/cxx11",
        "libtorch": "",
        "cuda": ""
      }
    }
  ]
})";

}  // namespace

TEST_CASE("record of a run that goes on", "[unit][run]") {
  CHECK(anywhere(started_run()) == std::string(R"({
  "name": "wnut-2",
  "state": "running",
  "started": "2024-02-29T23:59:59.045Z",
)") + kWhatRan);
}

TEST_CASE("record of a run that ended has the kept epoch's figures and those of the test set", "[unit][run]") {
  auto record = started_run();
  record.state = RunEnded::State::failed;
  record.reason = "the loss is nan";
  record.ended = record.started + milliseconds(2500);
  record.seconds = 2.5;
  record.kept_epoch = 1;
  record.kept_step = 7;
  for (const int epoch : {1, 2}) record.metrics.set("dev_f1", epoch, 0.25 * epoch);
  record.metrics.set("only_at_first", 1, 1);
  record.metrics.set("train_loss", 1, std::nan(""));
  record.kept_metrics = record.metrics;
  record.kept_metrics.set("dev_f1", 1, 0.375);  // a figure within the epoch, which a later one has replaced
  record.metrics.set("test_f1", 2, 0.1);
  CHECK(anywhere(record) == std::string(R"({
  "name": "wnut-2",
  "state": "failed",
  "reason": "the loss is nan",
  "started": "2024-02-29T23:59:59.045Z",
  "ended": "2024-03-01T00:00:01.545Z",
  "seconds": 2.5,
  "kept_epoch": 1,
  "kept_step": 7,
  "metrics": {
    "dev_f1": 0.375,
    "only_at_first": 1.0,
    "train_loss": null
  },
  "test": {
    "test_f1": 0.1
  },
)") + kWhatRan);
}

TEST_CASE("record names this build and machine", "[unit][run]") {
  const auto json = nlohmann::json::parse(record_json(started_run()));
  CHECK(json["fthost"]["version"] == "0.1.0");
  CHECK(json["fthost"]["compiler"].get<std::string>().find(' ') != std::string::npos);
  CHECK_FALSE(json["machine"]["cpu"].get<std::string>().empty());
  CHECK(json["machine"]["environment"].is_object());
}

TEST_CASE("record holds paths that are not UTF-8", "[unit][run]") {
  auto record = started_run();
  record.command_line = {"a\xff.toml"};
  CHECK(nlohmann::json::parse(record_json(record))["command_line"][0] == "a\uFFFD.toml");
}

TEST_CASE("record is replaced at once", "[unit][run]") {
  const TemporaryFolder folder;
  auto record = started_run();
  write_record(disk(), folder.path(), record);
  const auto before = folder.read("run.json");
  CHECK(before == record_json(record));
  record.state = RunEnded::State::finished;
  FailingFiles failing(2, FailingFiles::How::once);
  CHECK_THROWS_AS(write_record(failing, folder.path(), record), FileError);
  CHECK(folder.read("run.json") == before);
  write_record(disk(), folder.path(), record);
  CHECK(nlohmann::json::parse(folder.read("run.json"))["state"] == "finished");
}

TEST_CASE("record of a file has its size and hash", "[unit][run]") {
  const TemporaryFolder folder;
  const auto file = record_file(folder.write("a", "abc"));
  CHECK(file.path == folder / "a");
  CHECK(file.bytes == 3);
  CHECK(file.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace fthost
