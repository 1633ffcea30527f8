//! Makes JSON Web Key Sets for the id_token mutator, as `oathkeeper credentials generate` does.
//!
//! ```
//! # fn main() -> Result<(), oathgate_credentials::CredentialsError> {
//! let keys = oathgate_credentials::generate("ES256".parse()?, Some("first"), None)?;
//! assert_eq!(keys.ids().collect::<Vec<_>>(), ["first"]);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::string_slice,
        clippy::unreachable,
        reason = "tests may fail loudly"
    )
)]

mod algorithm;
mod generate;
mod jwk;
mod rsa;

pub use algorithm::Algorithm;
pub use generate::generate;
pub use jwk::{Jwk, Jwks};
use thiserror::Error;

/// Why no key was made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CredentialsError {
    /// No signature algorithm has this name.
    #[error("`{0}` is no signature algorithm that keys can be made for, use one of {all}", all = Algorithm::names())]
    Algorithm(String),
    /// The algorithm has no keys of this size.
    #[error("`{algorithm}` has no keys of {bits} bits, use {usable}")]
    Bits {
        /// The algorithm.
        algorithm: Algorithm,
        /// The size asked for.
        bits: u32,
        /// What it has.
        usable: &'static str,
    },
    /// The cryptography failed.
    #[error(
        "no key could be made: the system's source of random numbers or the cryptography failed"
    )]
    Cryptography,
}
