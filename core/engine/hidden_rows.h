#pragma once

/// What goes from stage to stage, and at last to the head: the rows of one stage, or of all.

#include <ATen/core/Tensor.h>
#include <fthost/head.h>
#include <fthost/model.h>

#include <cstdint>
#include <vector>

namespace fthost {

struct HiddenRows {
  std::int64_t size = 0;    ///< Width of a row.
  bool all_stages = false;  ///< Rows of all stages go along, since the head reads them.

  /// Of `rows` tokens, behind the first `stages` stages: [rows, size], or [rows, stages, size].
  std::vector<std::int64_t> shape(std::int64_t rows, int stages) const;
};

/// Asks the head, and tells one that reads all stages how many there are. Call it inside call_plugin().
HiddenRows hidden_rows(Head& head, int stages, std::int64_t size);

/// Runs the stages of `range`, of which there is one or more, and holds what the model gives against its promises.
/// `input`: [rows] int64 token ids when range.from is 0, else rows of the shape behind range.from stages. Returns those
/// behind range.to. Where all go along, stages run one by one. Call it inside call_plugin().
at::Tensor run_stages(Model& model, const HiddenRows& hidden, StageRange range, const at::Tensor& input,
                      const Packing& packing, const Context& context);

}  // namespace fthost
