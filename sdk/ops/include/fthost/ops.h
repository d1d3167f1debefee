#pragma once

/// fthost::ops: the tensor operators of which model plugins are made, forward and backward, on the CPU and on a CUDA
/// device. Rows are tokens, packed end to end (<fthost/packing.h>); there may be none, and examples without any. In f32
/// and in bf16: what comes in bf16 goes out so, and is computed in f32 in between; weights and biases of norms and of
/// GELU may be f32 in either case. Dropout is a pure function of its key, of a row's key and of the column, so that no
/// order of computation, batch or cache changes what is drawn; that of attention in bf16 on a device is another (see
/// packed_attention).

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <fthost/packing.h>
#include <fthost/version.h>

namespace fthost::ops {

/// One place in the model where dropout happens, in one step of one run.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  int stage = 0;
  int site = 0;  ///< Tells apart the places within a stage.
};

/// Sixty-four well-mixed bits of two words; what keys and draws are made of: output number `b` of a SplitMix64
/// generator that starts at `a` (Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014).
FTHOST_API std::uint64_t mix(std::uint64_t a, std::uint64_t b);

/// `x` [rows, columns] with each element zeroed with probability p, and the others divided by 1 - p. `p` 0 or not
/// training: `x` itself; below 0, or 1 and more: Error. Column c of a row with key r draws half c % 2 (0: the low one)
/// of mix(mix(k, r), c / 2), where k = mix(mix(mix(seed, step), stage), site), and is kept when that is at least
/// p * 2^32. The mask is not kept for the backward pass: it is drawn again.
FTHOST_API at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key, const Packing& packing,
                              bool training);

/// Which formula of GELU (Hendrycks and Gimpel, "Gaussian error linear units", 2016).
enum class Gelu {
  exact,  ///< x P(x), where P is the normal distribution, by the error function.
  tanh,   ///< x (1 + tanh(sqrt(2 / pi) (x + .044715 x^3))) / 2
};

/// gelu(x + bias) for each row of `x`. `bias` [columns]. On the CPU in one pass, 2e-7 |x| off in f32 at most.
FTHOST_API at::Tensor bias_gelu(const at::Tensor& x, const at::Tensor& bias, Gelu form);

/// Weight and bias of a product, and copies of them in the number type of products: one of a frozen tensor is made
/// once, one of a tensor that learns once a step. Used on one thread. `weight` [out, in], `bias` [out] are shared, not
/// copied; they may be changed in place by LibTorch's operators.
class FTHOST_API Linear {
 public:
  Linear() = default;
  Linear(at::Tensor weight, at::Tensor bias);

  /// x W^T + b in the number type context.compute, which is the result's too. On the CPU the bits of a row do not
  /// depend on the other rows: fewer than 16 are filled up with zeros.
  at::Tensor operator()(const at::Tensor& x, const Context& context);

  /// gelu(x W^T + b), otherwise the same.
  at::Tensor gelu(const at::Tensor& x, Gelu form, const Context& context);

 private:
  struct Copy {
    at::Tensor value;
    std::int64_t version = 0, step = 0;  ///< Of the tensor when it was copied.
  };

  static const at::Tensor& copied(const at::Tensor& tensor, Copy& copy, const Context& context);
  at::Tensor product(const at::Tensor& x, bool with_bias, const Context& context);

  at::Tensor weight_, bias_;
  Copy weight_copy_, bias_copy_;
};

/// x W^T + b for a weight that is used once: as Linear.
FTHOST_API at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             at::ScalarType compute);

/// Softmax attention within each example, no row seeing another example's. query, key, value: [rows, heads * size] of
/// one number type. `p`: dropout of the attention probabilities; head h of a row draws as above with
/// mix(mix(k, r), h) in place of mix(k, r), and the key's position for the column. Returns [rows, heads * size].
/// In bf16 on a device, with heads of a multiple of 8 and at most 192 elements, LibTorch's kernels compute it, with a
/// mask of their own, which is p to within 1/255: a function of k and of the places of example, head, query and key in
/// the batch. The gradients' last bits then differ from run to run unless LibTorch is asked for deterministic
/// algorithms, be it that it only warns where it has none: during the backward pass that request is made a strict one,
/// for the whole process.
FTHOST_API at::Tensor packed_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                       std::int64_t heads, double p, const DropoutKey& dropout_key,
                                       const Packing& packing, bool training);

/// layer_norm(dropout(x) + residual) over the last dimension. x and residual have one number type.
FTHOST_API at::Tensor dropout_residual_layer_norm(const at::Tensor& x, const at::Tensor& residual,
                                                  const at::Tensor& weight, const at::Tensor& bias, double epsilon,
                                                  double p, const DropoutKey& key, const Packing& packing,
                                                  bool training);

/// Rows of `table` [entries, columns] by `ids` [rows] int64. The gradient adds with index_add_, which is deterministic
/// on the CPU and far faster than LibTorch's own; that of a row which no id names is zero.
FTHOST_API at::Tensor embedding(const at::Tensor& table, const at::Tensor& ids);

/// Fills `out` with normal values of mean 0: a function of seed, name and element, the same on every device.
FTHOST_API void fill_normal(at::Tensor& out, std::uint64_t seed, std::string_view name, double standard_deviation);

/// The sum of squared differences of two tensors of the same size, in double precision; needs little memory besides
/// them. No gradients.
FTHOST_API double squared_distance(const at::Tensor& a, const at::Tensor& b);

/// squared_distance(a[i], b[i]) for each i. Of f32 tensors on one device all sums come with one copy to the host, and
/// with a launch for many tensors, where squared_distance waits for the device once or more for each. Another number
/// or size of tensors in `b`: Error.
FTHOST_API std::vector<double> squared_distances(std::span<const at::Tensor> a, std::span<const at::Tensor> b);

}  // namespace fthost::ops
