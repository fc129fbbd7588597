//! TLS 1.3, and 1.0 to 1.2, read with the secrets that one of the ends has logged.
//!
//! What may enter: the bytes of both sides, and [`Secrets`]. No cryptography is written here: the
//! ciphers, hashes, HMAC and HKDF are the RustCrypto crates'; `derive` and `cipher` put them
//! together the way the versions say. Nothing is verified but what tells whether a record was
//! opened with the right key: no certificate, no signature, no Finished.
//!
//! To read one more cipher suite: a row in `suite`. To read one more cipher: a variant there and a
//! line in `cipher`.
//!
//! ```text
//! layer    the connection: order of the two sides, hellos, what is told
//!   open     one record: which key and sequence number, resynchronisation after a loss
//!     cipher, derive    keys and records over the libraries
//!   side     one direction: bytes that wait, sequence, keys in use
//!   session  what is known, and its sentences
//! record, handshake, alert, suite, certificate    what stands on the wire
//! secrets, keylog    the table of secrets and the text they come from
//! ```

mod alert;
mod certificate;
mod cipher;
mod derive;
mod handshake;
mod keylog;
mod layer;
mod open;
mod record;
#[cfg(any(test, feature = "fuzzing"))]
pub mod seal;
mod secrets;
mod session;
mod side;
pub mod suite;

pub use keylog::Fault;
pub use layer::Tls;
pub use record::{Looks, looks_like_tls};
pub use secrets::{ClientRandom, Label, Secret, SecretSource, Secrets, SecretsReport};
