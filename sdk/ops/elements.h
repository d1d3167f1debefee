#pragma once

/// From tensors to the kernels' raw memory.

#include <ATen/core/Tensor.h>

#include "sdk/ops/kernels.h"

namespace fthost::ops {

/// work(T{}), where T is what the kernels call the tensor's number type. Only for tensors that have kernels.
template <class Work>
decltype(auto) with_element(const at::Tensor& x, const Work& work) {
  return x.scalar_type() == at::kBFloat16 ? work(Bf16{}) : work(float{});
}

template <class T>
const T* elements(const at::Tensor& x) {
  return static_cast<const T*>(x.const_data_ptr());
}

template <class T>
T* mutable_elements(const at::Tensor& x) {
  return static_cast<T*>(x.mutable_data_ptr());
}

}  // namespace fthost::ops
