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

/// Why a text is no key set. Holds nothing of a key but its id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JwkSetError {
    /// It is no JSON object with a list of keys.
    #[error("it is not a JSON Web Key Set: it has no list of `keys`")]
    NoSet,
    /// It is written in an encoding that JSON is not exchanged in (RFC 8259 section 8.1).
    #[error("it is not a JSON Web Key Set: it is written in UTF-16, write it in UTF-8")]
    Utf16,
    /// There is no key in it.
    #[error("it holds no key")]
    Empty,
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
    /// Reads a key set, behind a byte order mark if there is one. As in Oathkeeper, text behind it does
    /// no harm, one key that cannot be read spoils the whole set, and an object without `keys` is a set
    /// without keys ([`JwkSet::defect`]).
    ///
    /// # Errors
    /// A text that is no key set, or a key that is unknown or broken.
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

    /// What is wrong with a set that could be read and yet has no key for anybody.
    #[must_use]
    pub fn defect(&self) -> Option<JwkSetError> {
        match (self.names_keys, self.keys.is_empty()) {
            (false, _) => Some(JwkSetError::NoSet),
            (true, true) => Some(JwkSetError::Empty),
            (true, false) => None,
        }
    }

    /// A number that no other set of this process has: what was made with the keys of one set can be
    /// told from what was made with another's.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The key to sign with at a moment: Oathkeeper's choice where no key has `nbf` or `exp`; else
    /// the newest private or symmetric key whose `nbf` has come and whose `exp` has not.
    ///
    /// # Errors
    /// A set without a key that can sign then.
    pub fn signing_key(&self, now: SystemTime) -> Result<Signer<'_>, SigningError> {
        self.signing.get_or_init(|| Signers::of(&self.keys)).at(now)
    }
}
