//! Diagnostics, spans, the source map, and their renderings.
