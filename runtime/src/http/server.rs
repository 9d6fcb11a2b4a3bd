//! A server: its limits, its connections, and its end.

use super::tls;
use crate::io::tcp::Listener;
use crate::io::waker;
use crate::sched::clock;
use crate::sched::stop::{self, Drain};
use crate::sched::worker::Worker;
use crate::sync::lock;
use hyper::server::conn::http1;
use rustls::ServerConfig;
use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};

/// Fields of a header that hyper takes where nothing is said.
const HYPERS_FIELDS: u64 = 100;

/// What a client may ask for, and how long it may take; times in milliseconds.
pub struct Limits {
    /// Bytes of a request's header.
    pub header: u64,
    /// Fields of a request's header.
    pub fields: u64,
    /// Bytes of a request's body.
    pub body: u64,
    pub connections: u64,
    /// Requests at once on one connection of HTTP/2.
    pub streams: u32,
    /// From a header's first byte to its last.
    pub header_time: u64,
    /// Between two requests of a connection.
    pub idle: u64,
    /// Between two pieces of a body that comes in.
    pub body_time: u64,
    /// For as long as the client takes nothing of what is sent.
    pub send: u64,
    /// Until a handler has begun its answer.
    pub answer: u64,
    /// For requests under way when the program is asked to end.
    pub shutdown: u64,
}

impl Limits {
    /// As std gives them, in the order of the fields.
    pub fn from_words(words: &[u64]) -> Option<Limits> {
        let [
            header,
            fields,
            body,
            connections,
            streams,
            header_time,
            idle,
            body_time,
            send,
            answer,
            shutdown,
        ] = *words
        else {
            return None;
        };
        let streams = u32::try_from(streams).unwrap_or(u32::MAX);
        Some(Limits {
            header,
            fields,
            body,
            connections,
            streams,
            header_time,
            idle,
            body_time,
            send,
            answer,
            shutdown,
        })
    }
}

/// See the module's comment.
pub struct Server {
    pub limits: Limits,
    pub tls: Option<Arc<ServerConfig>>,
    pub http1: http1::Builder,
    /// The actor that accepts.
    acceptor: u64,
    /// The actors of the connections.
    connections: Mutex<HashSet<u64>>,
    closing: AtomicBool,
    /// When those that are left are cut off.
    cut_off: AtomicU64,
    numbers: AtomicU64,
}

/// What the actor that accepts owns.
pub struct Listening {
    pub listener: Listener,
    pub server: Arc<Server>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.server.close();
    }
}

/// Where to listen, and with which certificate and key, or none.
pub struct Place<'a> {
    pub address: &'a str,
    pub port: i64,
    pub certificate: &'a str,
    pub key: &'a str,
}

impl Listening {
    /// Begins to listen, for the actor that runs.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn new(
        worker: &Worker,
        owner: u64,
        place: &Place<'_>,
        limits: Limits,
    ) -> Result<(Listening, SocketAddr), String> {
        let Ok(port) = u16::try_from(place.port) else {
            return Err(format!(
                "there is no port {}: the highest is 65535",
                place.port
            ));
        };
        let tls = if place.certificate.is_empty() && place.key.is_empty() {
            None
        } else {
            Some(tls::server(place.certificate, place.key)?)
        };
        raise_limit();
        let bound = Listener::bind(worker, owner, (place.address, port));
        let listener = bound.map_err(|error| refused(&error, place.address, port))?;
        let address = listener.address().map_err(|error| tls::system(&error))?;
        let mut http1 = http1::Builder::new();
        http1
            .half_close(true)
            .max_buf_size((limits.header as usize).max(8192));
        // Said or not, this is hyper's limit; said, it allocates for each request.
        if limits.fields != HYPERS_FIELDS {
            http1.max_headers(limits.fields as usize);
        }
        let server = Arc::new(Server {
            limits,
            tls,
            http1,
            acceptor: owner,
            connections: Mutex::default(),
            closing: AtomicBool::new(false),
            cut_off: AtomicU64::new(u64::MAX),
            numbers: AtomicU64::new(0),
        });
        let drain: Arc<dyn Drain> = Arc::<Server>::clone(&server);
        stop::drain_first(Arc::downgrade(&drain));
        Ok((Listening { listener, server }, address))
    }
}

/// Lets the process have as many descriptors as it may.
fn raise_limit() {
    // SAFETY: reads and sets a limit of this process.
    unsafe {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}

/// Why the system does not let us listen.
fn refused(error: &io::Error, address: &str, port: u16) -> String {
    match error.raw_os_error() {
        Some(libc::EADDRINUSE) => format!(
            "port {port} is in use: another program, or another server of this one, listens on it"
        ),
        Some(libc::EACCES) => format!(
            "no permission to listen on port {port}: ports below 1024 are for programs with special rights"
        ),
        Some(libc::EADDRNOTAVAIL) => format!("this machine does not have the address {address}"),
        _ => format!(
            "cannot listen on {address}, port {port}: {}",
            tls::system(error)
        ),
    }
}

impl Server {
    /// A connection begins.
    pub fn begin(&self, owner: u64) {
        lock(&self.connections).insert(owner);
    }

    /// A connection is over.
    pub fn forget(&self, owner: u64) {
        let mut connections = lock(&self.connections);
        let was_full = connections.len() as u64 >= self.limits.connections;
        connections.remove(&owner);
        drop(connections);
        if was_full {
            waker::wake(self.acceptor);
        }
    }

    /// Whether there is room for no more connections.
    pub fn is_full(&self) -> bool {
        lock(&self.connections).len() as u64 >= self.limits.connections
    }

    /// A number for a request.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, AcqRel) + 1
    }

    /// Whether no more requests are taken.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Acquire)
    }

    /// Whether those that are left must go.
    pub fn is_cut_off(&self) -> bool {
        self.is_closing() && clock::now() >= self.cut_off.load(Acquire)
    }

    fn wake_all(&self) {
        for owner in lock(&self.connections).iter() {
            waker::wake(*owner);
        }
    }

    /// Takes no more connections and requests.
    fn close(&self) {
        if !self.closing.swap(true, AcqRel) {
            let until = clock::now() + self.limits.shutdown;
            self.cut_off.store(until, Release);
            waker::wake(self.acceptor);
            self.wake_all();
        }
    }
}

impl Drain for Server {
    fn begin(&self) {
        self.close();
    }

    fn is_done(&self) -> bool {
        if lock(&self.connections).is_empty() {
            return true;
        }
        let late = clock::now().saturating_sub(self.cut_off.load(Acquire));
        if late > 0 {
            self.wake_all();
        }
        // Whoever is woken goes at once; this is for one that cannot.
        late > 1000
    }
}
