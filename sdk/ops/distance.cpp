#include <fthost/ops.h>

#include <ATen/ATen.h>

#include <fthost/error.h>

#include <algorithm>
#include <string>

#include "sdk/ops/cuda/differences.h"
#include "sdk/ops/device_kernels.h"

namespace fthost::ops {
namespace {

using Tensors = std::span<const at::Tensor>;

void require_pairs(Tensors a, Tensors b) {
  if (a.size() != b.size())
    throw Error("two lists of tensors to compare must be of one length, found " + std::to_string(a.size()) + " and " +
                std::to_string(b.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].numel() != b[i].numel()) throw Error("tensors to compare must be of one size");
}

/// Do all lie on one device, in f32, without gaps, and are there kernels for them?
bool are_comparable_there(Tensors a, Tensors b) {
  const auto lies_so = [&](const at::Tensor& x) {
    return x.is_cuda() && x.device() == a.front().device() && x.scalar_type() == at::kFloat && x.is_contiguous();
  };
  return has_device_kernels() && std::all_of(a.begin(), a.end(), lies_so) && std::all_of(b.begin(), b.end(), lies_so);
}

std::vector<double> compare_there(Tensors a, Tensors b) {
  std::vector<DifferenceTask> tasks;
  std::int64_t pieces = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    tasks.push_back({a[i].const_data_ptr<float>(), b[i].const_data_ptr<float>(), a[i].numel()});
    pieces += cuda::pieces_of(a[i].numel());
  }
  const auto sums = at::empty({pieces}, a.front().options().dtype(at::kDouble));
  all_device_kernels().squared_differences(tasks.data(), static_cast<std::int64_t>(tasks.size()),
                                           sums.mutable_data_ptr<double>(), a.front().get_device());
  const auto here = sums.cpu();
  const auto* next = here.const_data_ptr<double>();
  std::vector<double> distances;
  for (const auto& task : tasks) {
    double sum = 0;
    for (auto left = cuda::pieces_of(task.elements); left > 0; --left) sum += *next++;
    distances.push_back(sum);
  }
  return distances;
}

}  // namespace

double squared_distance(const at::Tensor& a, const at::Tensor& b) {
  constexpr std::int64_t piece = 1 << 20;
  const auto left = a.reshape({-1}), right = b.reshape({-1});
  double sum = 0;
  for (std::int64_t begin = 0; begin < left.numel(); begin += piece) {
    const auto length = std::min(piece, left.numel() - begin);
    const auto difference = left.narrow(0, begin, length).to(at::kDouble) - right.narrow(0, begin, length);
    sum += difference.dot(difference).item<double>();
  }
  return sum;
}

std::vector<double> squared_distances(Tensors a, Tensors b) {
  require_pairs(a, b);
  if (!a.empty() && are_comparable_there(a, b)) return compare_there(a, b);
  std::vector<double> distances;
  for (std::size_t i = 0; i < a.size(); ++i) distances.push_back(squared_distance(a[i], b[i]));
  return distances;
}

}  // namespace fthost::ops
