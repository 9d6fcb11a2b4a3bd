//! Natives of `Crypto`: RustCrypto's hashes, comparison in constant time, the system's randomness.

use crate::crash::Reason;
use crate::heap::string::Bytes;
use crate::native;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

/// HMAC takes keys of any length.
fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        panic!("HMAC refused a key");
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

native! {
    /// SHA-256.
    fn mesh_crypto_sha256 as "Crypto.raw_sha256"(cx, bytes: Bytes) -> Bytes {
        cx.bytes(&Sha256::digest(bytes.as_bytes()))
    }

    /// SHA-512.
    fn mesh_crypto_sha512 as "Crypto.raw_sha512"(cx, bytes: Bytes) -> Bytes {
        cx.bytes(&Sha512::digest(bytes.as_bytes()))
    }

    /// HMAC with SHA-256.
    fn mesh_crypto_hmac_sha256 as "Crypto.raw_hmac_sha256"(cx, key: Bytes, message: Bytes) -> Bytes {
        cx.bytes(&mac::<Hmac<Sha256>>(key.as_bytes(), message.as_bytes()))
    }

    /// HMAC with SHA-512.
    fn mesh_crypto_hmac_sha512 as "Crypto.raw_hmac_sha512"(cx, key: Bytes, message: Bytes) -> Bytes {
        cx.bytes(&mac::<Hmac<Sha512>>(key.as_bytes(), message.as_bytes()))
    }

    /// Whether two are the same, in a time that depends on their lengths only.
    fn mesh_crypto_equal as "Crypto.raw_equal"(cx, a: Bytes, b: Bytes) -> bool {
        a.as_bytes().ct_eq(b.as_bytes()).into()
    }

    /// Bytes that nobody can guess.
    fn mesh_crypto_random as "Crypto.raw_random"(cx, count: i64) -> Bytes {
        let count = usize::try_from(count).unwrap_or(0);
        if count > cx.actor().config.get().max_heap {
            cx.crash(Reason::HeapLimit);
        }
        let mut bytes = vec![0; count];
        if let Err(error) = getrandom::fill(&mut bytes) {
            let text = format!("the system gives no random bytes: {error}");
            cx.crash(Reason::Panic(text));
        }
        cx.bytes(&bytes)
    }
}
