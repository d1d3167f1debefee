#pragma once

/// What is measured after each task of a sequence: sequence.json in its folder, and matrix.csv beside it.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fthost::report {

/// A task's dev set, with its head as it was saved on the encoder of then. Micro averages over words, as dev_f1.
struct TaskScores {
  std::string task;
  double f1 = 0, precision = 0, recall = 0;
  double loss = 0;
};

/// How far a stage of the encoder has moved: mean squared differences of its tensors' values.
struct EncoderDrift {
  std::string stage;     ///< "embeddings", "layer.0" …, "all".
  double iterative = 0;  ///< Against the encoder that the task before left.
  double base = 0;       ///< Against the one that the sequence started from.
};

/// After one task.
struct SequenceRow {
  std::string task;
  std::string measured;         ///< When, in UTC.
  std::vector<TaskScores> dev;  ///< Of this task and all before it, in their order.
  std::vector<EncoderDrift> drift;
};

struct SequenceRecord {
  std::string name;
  std::string start;               ///< The folder of the model that it starts from.
  std::vector<std::string> tasks;  ///< All, in their order.
  std::vector<SequenceRow> rows;   ///< Of those that are done, in the same order.

  /// F1 of task `task` after task `row`; none where it was not there yet.
  std::optional<double> f1(std::size_t row, std::size_t task) const;
  /// The best F1 that a task had, less what it has after the last row: what it has lost. None of the last task that is
  /// done, and of those that are not. Chaudhry et al., "Riemannian walk for incremental learning" (2018), without their
  /// mean.
  std::optional<double> forgetting(std::size_t task) const;
};

/// The text of sequence.json. Figures that are not finite become null.
std::string sequence_json(const SequenceRecord& record);

/// The same read back. Throws InputError.
SequenceRecord read_sequence(const std::string& text, const std::string& file);

/// sequence.json of a sequence's folder; none when there is none. Throws InputError.
std::optional<SequenceRecord> read_sequence_of(const std::filesystem::path& folder);

/// The text of matrix.csv: `after`, then a column for each task; F1, and nothing where a task was not there yet.
std::string matrix_csv(const SequenceRecord& record);

/// Matrix, forgetting and drift as tables for a terminal.
std::string sequence_text(const SequenceRecord& record);

}  // namespace fthost::report
