//! Text to tokens to a lossless tree to typed views.
