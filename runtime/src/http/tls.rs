//! TLS, by rustls: what servers and clients set up once.

use super::socket::Socket;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::sync::Arc;
use std::sync::OnceLock;
use tokio_rustls::TlsStream;

/// A connection after its handshake.
pub type Stream = TlsStream<Socket>;

/// What HTTP/2 is called in the handshake.
pub const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// The configuration with a certificate and its key, each a file in PEM.
///
/// # Errors
/// What is wrong with which file.
pub fn server(certificate: &str, key: &str) -> Result<Arc<ServerConfig>, String> {
    let unread = |file: &str, what: &str, error: rustls::pki_types::pem::Error| match error {
        rustls::pki_types::pem::Error::Io(error) => {
            format!("cannot read the {what} {file}: {}", system(&error))
        }
        rustls::pki_types::pem::Error::NoItemsFound => {
            format!("{file} has no {what} in PEM form")
        }
        other => format!("the {what} {file} is damaged: {other}"),
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(|items| items.collect::<Result<Vec<_>, _>>())
        .map_err(|error| unread(certificate, "certificate", error))?;
    if chain.is_empty() {
        return Err(format!("{certificate} has no certificate in PEM form"));
    }
    let own = PrivateKeyDer::from_pem_file(key).map_err(|error| unread(key, "key", error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS does not start: {error}"))?
        .with_no_client_auth()
        .with_single_cert(chain, own);
    let mut config = config.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("the key {key} is not that of the certificate {certificate}")
        }
        other => {
            format!("the certificate {certificate} with the key {key} cannot be used: {other}")
        }
    })?;
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Ok(Arc::new(config))
}

/// The configuration of clients, with the certificates that the system trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` say
/// where others are.
///
/// # Errors
/// Why there is none.
pub fn client() -> Result<Arc<ClientConfig>, String> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    CONFIG.get_or_init(make_client).clone()
}

fn make_client() -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(String::from(
            "this system has no certificates that it trusts: install the package ca-certificates",
        ));
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS does not start: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Ok(Arc::new(config))
}

/// An error of the system in its words, without Rust's addition of the number.
pub fn system(error: &std::io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), crate::io::error_text)
}
