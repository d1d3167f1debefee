#include "sdk/ops/kernels/lanes.h"
#include "sdk/ops/kernels/level.h"

namespace fthost::ops {
namespace {

/// Queries that are worked on together: their scores stay in the cache.
constexpr std::int64_t kQueries = 64;
/// Rows of a product that are worked on together: as many sums in flight keep a core's multipliers busy.
constexpr std::int64_t kRows = 4;

FTHOST_INLINE std::int64_t rounded_up(std::int64_t n, std::int64_t step) {
  return (n + step - 1) / step * step;
}

/// A matrix whose element (row, column) lies at row * row_step + column * column_step.
struct Left {
  const float* at;
  std::int64_t row_step, column_step;
};

/// `out` [rows, columns] = left [rows, inner] * right [inner, columns]; `add`: added to what is there. The right matrix
/// and the result have lines of `columns` floats, a multiple of 16; rows of the left one are readable up to a multiple
/// of four, and those of `out` writable.
FTHOST_INLINE void multiply(Left left, const float* right, float* out, std::int64_t rows, std::int64_t inner,
                            std::int64_t columns, bool add) {
  for (std::int64_t r = 0; r < rows; r += kRows) {
    for (std::int64_t c = 0; c < columns; c += kLanes) {
      Floats sums[kRows] = {};
      if (add)
        for (std::int64_t i = 0; i < kRows; ++i) sums[i] = load(out + (r + i) * columns + c);
      const float* a = left.at + r * left.row_step;
      for (std::int64_t k = 0; k < inner; ++k) {
        const Floats b = load(right + k * columns + c);
        for (std::int64_t i = 0; i < kRows; ++i) sums[i] += b * a[i * left.row_step + k * left.column_step];
      }
      for (std::int64_t i = 0; i < kRows; ++i) store(out + (r + i) * columns + c, sums[i]);
    }
  }
}

/// Copies `count` rows of `size` elements, `stride` apart, to lines of `width` floats, filled up with zeros, as are
/// lines up to a multiple of four.
template <class T>
FTHOST_INLINE void gather(const T* from, std::int64_t count, std::int64_t size, std::int64_t stride, std::int64_t width,
                          float* to) {
  for (std::int64_t r = 0; r < rounded_up(count, kRows); ++r)
    for (std::int64_t c = 0; c < width; c += kLanes)
      store(to + r * width + c, r < count && c < size ? load_first(from + r * stride + c, size - c) : Floats{});
}

FTHOST_INLINE float widened(float value) {
  return value;
}

FTHOST_INLINE float widened(Bf16 value) {
  const auto bits = std::uint32_t{value.bits} << 16;
  float wide;
  __builtin_memcpy(&wide, &bits, sizeof(wide));
  return wide;
}

/// The same, transposed: `size` lines of `width` floats.
template <class T>
FTHOST_INLINE void gather_transposed(const T* from, std::int64_t count, std::int64_t size, std::int64_t stride,
                                     std::int64_t width, float* to) {
  for (std::int64_t c = 0; c < size; ++c) {
    for (std::int64_t r = 0; r < count; ++r) to[c * width + r] = widened(from[r * stride + c]);
    for (std::int64_t r = count; r < width; ++r) to[c * width + r] = 0;
  }
}

template <class T>
FTHOST_INLINE void scatter(const float* from, std::int64_t count, std::int64_t size, std::int64_t stride,
                           std::int64_t width, T* to) {
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t c = 0; c < size; c += kLanes)
      store_first(to + r * stride + c, load(from + r * width + c), size - c);
}

/// Hands out parts of the scratch memory, each a multiple of 64 bytes long.
class Scratch {
 public:
  explicit Scratch(float* memory) : next_(memory) {}
  float* take(std::int64_t floats) {
    auto* part = next_;
    next_ += rounded_up(floats, kLanes);
    return part;
  }

 private:
  float* next_;
};

/// What scores are made of and with, for one head of one example.
struct Head {
  const AttentionShape& shape;
  std::int64_t line;   ///< Floats of a line of scores: the tokens, rounded up.
  std::int64_t width;  ///< Floats of a line of query, key or value.
  float scale;         ///< What scores are multiplied with.

  explicit Head(const AttentionShape& s)
      : shape(s),
        line(rounded_up(s.tokens, kLanes)),
        width(rounded_up(s.size, kLanes)),
        scale(1 / __builtin_sqrtf(static_cast<float>(s.size))) {}

  std::uint64_t stream(std::int64_t token) const {
    return mix_words(row_stream(shape.draw, shape.row_keys[token]), static_cast<std::uint64_t>(shape.head));
  }
};

/// Turns a line of raw scores into weights after dropout; keeps the largest score and the inverse sum.
FTHOST_INLINE void softmax_row(const Head& head, std::int64_t token, float* scores, float* kept) {
  const auto tokens = head.shape.tokens;
  Floats most = all(-__builtin_inff());
  for (std::int64_t c = 0; c < tokens; c += kLanes) {
    const Floats s = load(scores + c) * head.scale;
    most = larger(most, tokens - c >= kLanes ? s : (kLaneNumbers < static_cast<std::int32_t>(tokens - c) ? s : most));
    store(scores + c, s);
  }
  kept[0] = largest(most);
  Floats total = {};
  for (std::int64_t c = 0; c < tokens; c += kLanes) {
    const Floats e = keep_first(exponential(load(scores + c) - kept[0]), tokens - c);
    total += e;
    store(scores + c, e);
  }
  kept[1] = 1 / sum(total);
  const auto stream = head.stream(token);
  for (std::int64_t c = 0; c < tokens; c += kLanes)
    store(scores + c, drop(load(scores + c) * kept[1], head.shape.draw, stream, c / kLanes));
}

/// From a line of raw scores and of gradients of the weights after dropout (`d`): the weights after dropout, in place
/// of the scores, and the gradients of the raw scores, in place of `d`.
FTHOST_INLINE void backward_row(const Head& head, std::int64_t token, const float* kept, float* scores, float* d) {
  const auto tokens = head.shape.tokens;
  const auto stream = head.stream(token);
  Floats total = {};
  for (std::int64_t c = 0; c < tokens; c += kLanes) {
    const Floats raw = load(scores + c) * head.scale - kept[0];
    const Floats weight = keep_first(exponential(raw), tokens - c) * kept[1];
    const Floats d_weight = drop(load(d + c), head.shape.draw, stream, c / kLanes);
    total += weight * d_weight;
    store(scores + c, weight);
    store(d + c, d_weight);
  }
  const float mean = sum(total);
  for (std::int64_t c = 0; c < tokens; c += kLanes) {
    const Floats weight = load(scores + c);
    store(d + c, weight * (load(d + c) - mean) * head.scale);
    store(scores + c, drop(weight, head.shape.draw, stream, c / kLanes));
  }
}

FTHOST_INLINE std::int64_t smaller(std::int64_t a, std::int64_t b) {
  return a < b ? a : b;
}

}  // namespace

namespace FTHOST_LEVEL {

template <class T>
void attention_forward(const AttentionForwardTask<T>& task) {
  const Head head(task.shape);
  const auto tokens = task.shape.tokens, size = task.shape.size, stride = task.shape.stride;
  Scratch scratch(task.scratch);
  auto* keys = scratch.take(size * head.line);
  auto* values = scratch.take(rounded_up(tokens, kRows) * head.width);
  auto* queries = scratch.take(kQueries * head.width);
  auto* scores = scratch.take(kQueries * head.line);
  auto* out = scratch.take(kQueries * head.width);
  gather_transposed(task.key, tokens, size, stride, head.line, keys);
  gather(task.value, tokens, size, stride, head.width, values);
  for (std::int64_t first = 0; first < tokens; first += kQueries) {
    const auto count = smaller(kQueries, tokens - first);
    gather(task.query + first * stride, count, size, stride, head.width, queries);
    multiply({queries, head.width, 1}, keys, scores, count, size, head.line, false);
    for (std::int64_t i = 0; i < count; ++i)
      softmax_row(head, first + i, scores + i * head.line, task.softmax + (first + i) * 2 * task.shape.heads);
    multiply({scores, head.line, 1}, values, out, count, tokens, head.width, false);
    scatter(out, count, size, stride, head.width, task.out + first * stride);
  }
}

template <class T>
void attention_backward(const AttentionBackwardTask<T>& task) {
  const Head head(task.shape);
  const auto tokens = task.shape.tokens, size = task.shape.size, stride = task.shape.stride;
  const auto rows = rounded_up(tokens, kRows);
  Scratch scratch(task.scratch);
  auto* keys = scratch.take(rows * head.width);
  auto* keys_across = scratch.take(size * head.line);
  auto* values_across = scratch.take(size * head.line);
  auto* d_keys = scratch.take(rows * head.width);
  auto* d_values = scratch.take(rows * head.width);
  auto* queries = scratch.take(kQueries * head.width);
  auto* d_out = scratch.take(kQueries * head.width);
  auto* d_queries = scratch.take(kQueries * head.width);
  auto* scores = scratch.take(kQueries * head.line);
  auto* d_scores = scratch.take(kQueries * head.line);
  gather(task.key, tokens, size, stride, head.width, keys);
  gather_transposed(task.key, tokens, size, stride, head.line, keys_across);
  gather_transposed(task.value, tokens, size, stride, head.line, values_across);
  for (std::int64_t first = 0; first < tokens; first += kQueries) {
    const auto count = smaller(kQueries, tokens - first);
    gather(task.query + first * stride, count, size, stride, head.width, queries);
    gather(task.d_out + first * stride, count, size, stride, head.width, d_out);
    multiply({queries, head.width, 1}, keys_across, scores, count, size, head.line, false);
    multiply({d_out, head.width, 1}, values_across, d_scores, count, size, head.line, false);
    for (std::int64_t i = 0; i < count; ++i)
      backward_row(head, first + i, task.softmax + (first + i) * 2 * task.shape.heads, scores + i * head.line,
                   d_scores + i * head.line);
    multiply({scores, 1, head.line}, d_out, d_values, tokens, count, head.width, first > 0);
    multiply({d_scores, 1, head.line}, queries, d_keys, tokens, count, head.width, first > 0);
    multiply({d_scores, head.line, 1}, keys, d_queries, count, tokens, head.width, false);
    scatter(d_queries, count, size, stride, head.width, task.d_query + first * stride);
  }
  scatter(d_keys, tokens, size, stride, head.width, task.d_key);
  scatter(d_values, tokens, size, stride, head.width, task.d_value);
}

template void attention_forward(const AttentionForwardTask<float>&);
template void attention_forward(const AttentionForwardTask<Bf16>&);
template void attention_backward(const AttentionBackwardTask<float>&);
template void attention_backward(const AttentionBackwardTask<Bf16>&);

}  // namespace FTHOST_LEVEL
}  // namespace fthost::ops
