//! Trees to resolved modules.
