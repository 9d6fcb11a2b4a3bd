//! Which layouts types get.
