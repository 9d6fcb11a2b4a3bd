//! The pipeline, packages, cache and linking.
