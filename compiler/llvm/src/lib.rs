//! Core to object files through LLVM.
