//! Resolved modules to typed modules.
