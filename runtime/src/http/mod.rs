//! HTTP: hyper on the scheduler's sockets. Of the server, one actor for each connection and one for each request; of the
//! [`client`], a conversation that belongs to the actor that asks, and for HTTP/2 an actor for each connection ([`links`]).
//!
//! The actor of a connection polls hyper's connection ([`connection`]), in between it waits without a
//! stack. When a request's header has come, hyper calls the service, which makes an [`exchange`] and waits
//! for its answer; the connection then starts the request's actor, which owns its side of the exchange. It
//! reads the request's body from hyper itself, a frame at a time, and gives the answer through the exchange.
//! If it ends without one, its side is dropped, and the client gets a 500. If the client goes away hyper
//! drops the service's future, which ends the request's actor.
//!
//! Who owns what: a connection's actor owns the socket and hyper's state, a request's actor the request and
//! its side of the exchange, both through [`Extra::owned`](crate::actor::extra::Extra); so they go when the
//! actor ends, however it does. The exchange is shared by the two and by nobody else.

pub mod body;
pub mod client;
pub mod connect;
pub mod connection;
pub mod exchange;
pub mod links;
pub mod pieces;
pub mod server;
pub mod socket;
pub mod streams;
pub mod tls;
pub mod upload;
