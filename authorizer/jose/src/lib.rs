//! JSON Web Key Sets: reads, keeps and publishes them, and signs and verifies JSON Web Tokens with
//! their keys.

mod certificate;
mod go_base64;
mod jwk;
mod key_sets;
mod lifetime;
pub mod ports;
mod published;
mod rsa_parts;
mod set;
mod signers;
mod signing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token_bucket;
mod verified_signatures;
mod verifying;
mod web_token;

pub use jwk::{Curve, Jwk, Material, PrivateKey, PublicKey, Secret};
pub use key_sets::{Held, KeySetError, KeySets, NoKey};
pub use lifetime::Lifetime;
pub use published::PublishedKey;
pub use set::{JwkSet, JwkSetError};
pub use signers::Signer;
pub use signing::{SigningError, SigningKey};
pub use verified_signatures::VerifiedSignatures;
pub use verifying::Algorithm;
pub use web_token::{LAST_SECOND, WebToken, WebTokenError};

#[cfg(test)]
mod tests;
