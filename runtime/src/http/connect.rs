//! From a server's name to a connection: addresses, TCP, TLS.

use super::links::{Driver, Greeting, Link, Server};
use super::socket::{Socket, Transport};
use super::tls;
use crate::io::tcp::{Connecting, Stream};
use crate::io::waker;
use crate::sched::worker::Worker;
use crate::sync::lock;
use crate::thread;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use tokio_rustls::{Connect, TlsConnector};

/// Why there is no connection.
pub enum Failure {
    NoSuchHost,
    /// What the system says.
    NoConnection(String),
    NoTls(String),
    TimedOut,
}

/// A connection; one of HTTP/2 with what its own actor does.
pub type Made = (Link, Option<Driver>);

/// What the thread that looks an address up gives.
type Found = Arc<Mutex<Option<io::Result<Vec<SocketAddr>>>>>;

enum State {
    LookingUp(Found),
    /// Addresses that are left to be tried, and why the last one failed.
    Trying(VecDeque<SocketAddr>, Option<Connecting>, Option<io::Error>),
    Securing(Box<Connect<Socket>>, Socket),
    Greeting(Greeting),
}

/// A connection that is being made.
pub struct Attempt {
    server: Server,
    owner: u64,
    state: State,
}

impl Attempt {
    /// Begins, for an actor.
    pub fn new(server: Server, owner: u64) -> Attempt {
        let port = server.port;
        let literal = server.host.trim_start_matches('[').trim_end_matches(']');
        let state = match literal.parse::<IpAddr>() {
            Ok(address) => {
                State::Trying(VecDeque::from([SocketAddr::new(address, port)]), None, None)
            }
            Err(_) => State::LookingUp(look_up(server.host.clone(), port, owner)),
        };
        Attempt {
            server,
            owner,
            state,
        }
    }

    /// Goes on.
    pub fn poll(&mut self, worker: &Worker, cx: &mut Context<'_>) -> Poll<Result<Made, Failure>> {
        loop {
            match &mut self.state {
                State::LookingUp(found) => {
                    let Some(found) = lock(found).take() else {
                        return Poll::Pending;
                    };
                    let addresses: VecDeque<_> = found.unwrap_or_default().into();
                    if addresses.is_empty() {
                        return Poll::Ready(Err(Failure::NoSuchHost));
                    }
                    self.state = State::Trying(addresses, None, None);
                }
                State::Trying(addresses, connecting, problem) => {
                    if let Some(attempt) = connecting {
                        let made = ready!(attempt.poll());
                        *connecting = None;
                        match made {
                            Ok(stream) => {
                                if let Err(failure) = self.connected(stream) {
                                    return Poll::Ready(Err(failure));
                                }
                            }
                            Err(error) => *problem = Some(error),
                        }
                        continue;
                    }
                    let Some(address) = addresses.pop_front() else {
                        let problem = problem.as_ref().map_or_else(String::new, tls::system);
                        return Poll::Ready(Err(Failure::NoConnection(problem)));
                    };
                    match Connecting::new(worker, self.owner, address) {
                        Ok(attempt) => *connecting = Some(attempt),
                        Err(error) => *problem = Some(error),
                    }
                }
                State::Securing(connect, socket) => {
                    let stream = ready!(Pin::new(connect.as_mut()).poll(cx));
                    let stream = match stream {
                        Ok(stream) => stream,
                        Err(error) => {
                            return Poll::Ready(Err(Failure::NoTls(tls::refusal(&error))));
                        }
                    };
                    let http2 = stream.get_ref().1.alpn_protocol() == Some(tls::HTTP2);
                    let server = self.server.clone();
                    let transport = Transport::tls(stream.into());
                    let greeting = Link::greet(server, transport, socket, http2);
                    self.state = State::Greeting(greeting);
                }
                State::Greeting(greeting) => {
                    let link = ready!(greeting.as_mut().poll(cx));
                    return Poll::Ready(
                        link.map_err(|error| Failure::NoConnection(error.to_string())),
                    );
                }
            }
        }
    }

    /// TCP is there.
    fn connected(&mut self, stream: Stream) -> Result<(), Failure> {
        let socket = Socket::new(stream);
        if !self.server.secure {
            let server = self.server.clone();
            let transport = Transport::plain(socket.clone());
            let greeting = Link::greet(server, transport, &socket, false);
            self.state = State::Greeting(greeting);
            return Ok(());
        }
        let name = rustls::pki_types::ServerName::try_from(self.server.host.clone())
            .map_err(|_| Failure::NoTls(String::from("no certificate can be for such a name")))?;
        let config = tls::client().map_err(Failure::NoTls)?;
        let connect = TlsConnector::from(config).connect(name, socket.clone());
        self.state = State::Securing(Box::new(connect), socket);
        Ok(())
    }
}

/// Looks the addresses of a name up, on a thread of its own: the C library waits for the network.
fn look_up(host: String, port: u16, owner: u64) -> Found {
    let found = Found::default();
    let there = Arc::clone(&found);
    let look = move || {
        let addresses = (host.as_str(), port).to_socket_addrs();
        *lock(&there) = Some(addresses.map(Iterator::collect));
        waker::wake(owner);
    };
    if let Err(error) = thread::start("look-up", Box::new(look)) {
        *lock(&found) = Some(Err(error));
    }
    found
}
