// Holds the precompiled header that every file with tensors reuses.
