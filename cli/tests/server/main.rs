//! The HTTP server as its clients see it: over raw sockets, with HTTP/2, with TLS, and in a browser.
//!
//! Every test starts a program for itself, on a port of its own: `program.mesh`, compiled once, or an example.

mod browser;
mod client;
mod edges;
mod end;
mod files;
mod gone;
mod load;
mod multiplexed;
mod server;
mod tls;
