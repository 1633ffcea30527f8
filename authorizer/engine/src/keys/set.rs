//! A JSON Web Key Set, [RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5).

use std::{
    collections::BTreeMap,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::{Jwk, SigningError, SigningKey};

/// Keys that were read together.
#[derive(Debug)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    version: u64,
    signing: OnceLock<Result<SigningKey, SigningError>>,
}

/// Why a text is no key set. Holds nothing of a key but its id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JwkSetError {
    /// It is no JSON object with a list of keys.
    #[error("the text is no JSON Web Key Set")]
    NoSet,
    /// One of its keys cannot be read, which spoils the others too.
    #[error("key {number} of the set cannot be read: {reason}")]
    Key {
        /// Which key, counted from 1.
        number: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl JwkSet {
    /// Reads a key set. As in Oathkeeper, text behind it does no harm, and one key that cannot be
    /// read spoils the whole set.
    ///
    /// # Errors
    /// A text that is no key set, or a key that is unknown or broken.
    pub fn parse(text: &[u8]) -> Result<Self, JwkSetError> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let members = Option::<BTreeMap<String, &RawValue>>::deserialize(&mut reader)
            .map_err(|_| JwkSetError::NoSet)?
            .unwrap_or_default();
        let mut written: Vec<&RawValue> = Vec::new();
        for (name, value) in members {
            if name.eq_ignore_ascii_case("keys") {
                written = serde_json::from_str::<Option<_>>(value.get())
                    .map_err(|_| JwkSetError::NoSet)?
                    .unwrap_or_default();
            }
        }
        let keys = written
            .into_iter()
            .enumerate()
            .map(|(index, key)| {
                Jwk::read(key.get()).map_err(|reason| JwkSetError::Key {
                    number: index + 1,
                    reason,
                })
            })
            .collect::<Result<_, _>>()?;
        static VERSIONS: AtomicU64 = AtomicU64::new(0);
        let version = VERSIONS.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            keys,
            version,
            signing: OnceLock::new(),
        })
    }

    /// The keys, in the order they were written.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// A number that no other set of this process has: what was made with the keys of one set can be
    /// told from what was made with another's.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The key to sign with, chosen once.
    ///
    /// # Errors
    /// A set without a key that can sign.
    pub fn signing_key(&self) -> Result<&SigningKey, SigningError> {
        self.signing
            .get_or_init(|| SigningKey::choose(&self.keys))
            .as_ref()
            .map_err(Clone::clone)
    }
}
