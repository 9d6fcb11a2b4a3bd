//! The HTTP server as its clients see it: over raw sockets, with HTTP/2 and with TLS.
//!
//! Every test starts the same program (`program.mesh`, compiled once) for itself, on a port of its own.

mod edges;
mod end;
mod gone;
mod load;
mod multiplexed;
mod server;
mod tls;
