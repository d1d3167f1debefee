#include "core/engine/hidden_rows.h"

#include <ATen/ATen.h>

#include "core/engine/promises.h"

namespace fthost {
namespace {

at::Tensor run_checked(Model& model, const HiddenRows& hidden, StageRange range, const at::Tensor& input,
                       const Packing& packing, const Context& context) {
  auto rows = model.forward(range, input, packing, context);
  require_matrix(rows, "hidden rows", packing.rows(), hidden.size);
  require_recorded(rows, "hidden rows", input.requires_grad());
  return rows;
}

}  // namespace

std::vector<std::int64_t> HiddenRows::shape(std::int64_t rows, int stages) const {
  if (all_stages) return {rows, stages, size};
  return {rows, size};
}

HiddenRows hidden_rows(Head& head, int stages, std::int64_t size) {
  auto* reader = dynamic_cast<AllStagesReader*>(&head);
  if (reader != nullptr) reader->set_stages(stages);
  return {size, reader != nullptr};
}

at::Tensor run_stages(Model& model, const HiddenRows& hidden, StageRange range, const at::Tensor& input,
                      const Packing& packing, const Context& context) {
  if (!hidden.all_stages) return run_checked(model, hidden, range, input, packing, context);
  std::vector<at::Tensor> all;
  at::Tensor rows = input;
  if (range.from > 0) {
    all.push_back(input);
    rows = input.select(1, range.from - 1).contiguous();
  }
  for (int stage = range.from; stage < range.to; ++stage) {
    rows = run_checked(model, hidden, {stage, stage + 1}, rows, packing, context);
    all.push_back(rows.unsqueeze(1));
  }
  return at::cat(all, 1);
}

}  // namespace fthost
