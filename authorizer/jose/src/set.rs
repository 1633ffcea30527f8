//! A JSON Web Key Set, [RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5).

use std::{
    collections::BTreeMap,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use oathgate_text_encoding::{is_utf16, without_mark};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::{Jwk, Signer, SigningError, signers::Signers};

/// Keys that were read together.
#[derive(Debug)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    /// Whether the text has a list of keys at all.
    names_keys: bool,
    version: u64,
    signing: OnceLock<Signers>,
}

/// Why a text is not a usable key set. The texts contain nothing of a key but its id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JwkSetError {
    /// It is not a JSON object with a list of keys.
    #[error("it is not a JSON Web Key Set: it has no list of `keys`")]
    NoSet,
    /// It is encoded in UTF-16, which JSON must not be (RFC 8259 section 8.1).
    #[error("it is not a JSON Web Key Set: it is encoded in UTF-16, save it in UTF-8")]
    Utf16,
    /// Its list of keys is empty.
    #[error("it contains no key")]
    Empty,
    /// One of its keys cannot be read, which makes the whole set unusable.
    #[error("key {number} of the set cannot be read: {reason}")]
    Key {
        /// Which key, counted from 1.
        number: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl JwkSet {
    /// Reads a key set, after a byte order mark if there is one. As in Oathkeeper, text after the JSON
    /// object is ignored, one key that cannot be read makes the whole set unusable, and an object without
    /// `keys` is a set without keys ([`JwkSet::defect`]).
    ///
    /// # Errors
    /// A text that is not a key set, or a key that is not supported or not valid.
    pub fn parse(text: &[u8]) -> Result<Self, JwkSetError> {
        let text = without_mark(text);
        if is_utf16(text) {
            return Err(JwkSetError::Utf16);
        }
        let mut reader = serde_json::Deserializer::from_slice(text);
        let members = Option::<BTreeMap<String, &RawValue>>::deserialize(&mut reader)
            .map_err(|_| JwkSetError::NoSet)?
            .unwrap_or_default();
        let mut written: Vec<&RawValue> = Vec::new();
        let mut names_keys = false;
        for (name, value) in members {
            if name.eq_ignore_ascii_case("keys") {
                names_keys = true;
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
            names_keys,
            version,
            signing: OnceLock::new(),
        })
    }

    /// The keys, in the order they were written.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// What is wrong with a set that could be read and yet contains no key.
    #[must_use]
    pub fn defect(&self) -> Option<JwkSetError> {
        match (self.names_keys, self.keys.is_empty()) {
            (false, _) => Some(JwkSetError::NoSet),
            (true, true) => Some(JwkSetError::Empty),
            (true, false) => None,
        }
    }

    /// A number that no other set of this process has. As part of a cache key, it separates what was
    /// computed with the keys of one set from what was computed with those of another.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The key to sign with at a moment: Oathkeeper's choice where no key has `nbf` or `exp`; else
    /// the newest private or symmetric key whose `nbf` has been reached and whose `exp` has not.
    ///
    /// # Errors
    /// A set without a key that can sign at that moment.
    pub fn signing_key(&self, now: SystemTime) -> Result<Signer<'_>, SigningError> {
        self.signing.get_or_init(|| Signers::of(&self.keys)).at(now)
    }
}
