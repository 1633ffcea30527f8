//! Generates JSON Web Key Sets for the id_token mutator, as `oathkeeper credentials generate` does.
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

/// Why no key was generated.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CredentialsError {
    /// No signature algorithm has this name.
    #[error("`{0}` is not a supported signature algorithm: use one of {all}", all = Algorithm::names())]
    Algorithm(String),
    /// The algorithm has no keys of this size.
    #[error("`{algorithm}` has no keys of {bits} bits: use {usable}")]
    Bits {
        /// The algorithm.
        algorithm: Algorithm,
        /// The requested size.
        bits: u32,
        /// The sizes that it has.
        usable: &'static str,
    },
    /// The cryptographic library failed.
    #[error(
        "no key could be generated: the system's source of random numbers or the cryptographic library failed"
    )]
    Cryptography,
}
