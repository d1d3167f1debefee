// A kernel that does nothing: the library is one with code for CUDA devices.
__global__ void nothing() {}
void launch_nothing() {
  nothing<<<1, 1>>>();
}
