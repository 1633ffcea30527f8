//! JSON Web Key Sets: reading them, choosing a key, signing and verifying with it.

mod allowance;
mod certificate;
mod jwk;
mod key_sets;
mod lifetime;
mod published;
mod rsa_parts;
mod set;
mod signers;
mod signing;
mod verifying;

pub use jwk::{Curve, Jwk, Material, PrivateKey, PublicKey, Secret};
pub use key_sets::{Held, KeySetError, KeySets, NoKey};
pub use lifetime::Lifetime;
pub use published::PublishedKey;
pub use set::{JwkSet, JwkSetError};
pub use signers::Signer;
pub use signing::{SigningError, SigningKey};
pub use verifying::Algorithm;

#[cfg(test)]
pub(crate) mod tests;
