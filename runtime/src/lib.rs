//! What every compiled Mesh program carries.
