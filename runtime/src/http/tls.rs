//! TLS, by rustls: what servers and clients set up once.

use super::socket::Socket;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore, ServerConfig};
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

/// Why there is no TLS with a server, for people.
pub fn refusal(error: &std::io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => certificate(problem),
        Some(rustls::Error::AlertReceived(alert)) => alert_text(*alert),
        Some(rustls::Error::InvalidMessage(_)) => {
            String::from("what answers there does not speak TLS")
        }
        Some(rustls::Error::PeerIncompatible(_)) => String::from(
            "the server offers no version of TLS, or no cipher, that is safe enough: it has to know TLS 1.2 or 1.3",
        ),
        Some(rustls::Error::NoCertificatesPresented) => {
            String::from("the server shows no certificate")
        }
        Some(_) => String::from("the server breaks the rules of TLS"),
        None if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            String::from("the server closed the connection before it was safe")
        }
        None => system(error),
    }
}

/// What is wrong with a server's certificate.
fn certificate(problem: &CertificateError) -> String {
    use CertificateError as E;
    let text = match problem {
        E::Expired | E::ExpiredContext { .. } => "the server's certificate has expired",
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet, or the clock of this machine is wrong"
        }
        E::Revoked => "the server's certificate was revoked",
        // A trusted one may have the issuer's name by chance, and another key.
        E::UnknownIssuer
        | E::BadSignature
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the server's certificate comes from nobody whom this system trusts; SSL_CERT_FILE may name a file of \
             certificates that are trusted as well"
        }
        E::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().filter_map(|name| dns_name(name)).collect();
            let others = if names.is_empty() {
                String::new()
            } else {
                format!(" but for {}", names.join(", "))
            };
            return format!("the server's certificate is not for this name{others}");
        }
        E::NotValidForName => "the server's certificate is not for this name",
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            "the server's certificate is not one for servers"
        }
        E::BadEncoding => "the server's certificate is damaged",
        E::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            "the server's certificate is one that signs others (of a CA), which no server may show as its own"
        }
        _ => "the server's certificate cannot be verified",
    };
    String::from(text)
}

/// The name of a host in a certificate, without what rustls writes around it.
fn dns_name(name: &str) -> Option<&str> {
    name.strip_prefix("DnsName(\"")?.strip_suffix("\")")
}

/// What a server says when it breaks a handshake off.
fn alert_text(alert: AlertDescription) -> String {
    let text = match alert {
        AlertDescription::HandshakeFailure => "it found nothing that both sides speak",
        AlertDescription::ProtocolVersion => "it speaks no version of TLS that is safe enough",
        AlertDescription::UnrecognisedName => "it does not know this name",
        AlertDescription::CertificateRequired | AlertDescription::BadCertificate => {
            "it wants a certificate of the client"
        }
        AlertDescription::NoApplicationProtocol => "it speaks no HTTP",
        AlertDescription::InternalError => "something is wrong on its side",
        AlertDescription::AccessDenied => "it denies access",
        other => {
            return format!(
                "the server refused the handshake (alert {})",
                u8::from(other)
            );
        }
    };
    format!("the server refused the handshake: {text}")
}

/// An error of the system in its words, without Rust's addition of the number.
pub fn system(error: &std::io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), crate::io::error_text)
}
