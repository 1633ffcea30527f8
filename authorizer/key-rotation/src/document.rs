//! A key set as a JSON document that can be changed key by key: members that Oathgate does not know are
//! kept.

use std::fmt;

use oathgate_jose::{Jwk, JwkSet, JwkSetError, Material};
use oathgate_text_encoding::without_mark;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// The members of a key that only the signer may have
/// ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// A key set, as it is written and as the gate reads it. `Debug` shows key ids alone.
#[derive(Clone)]
pub struct Document {
    /// The members beside `keys`.
    members: Map<String, Value>,
    keys: Vec<Map<String, Value>>,
}

/// Why a text is not a key set that can be changed. The texts contain nothing of a key but its id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DocumentError {
    /// It is not a key set.
    #[error(transparent)]
    Unreadable(#[from] JwkSetError),
    /// The gate accepts it, but it is not written as RFC 7517 requires.
    #[error("it is not a JSON object with a list `keys` of objects")]
    Form,
}

impl Document {
    /// Reads a key set.
    ///
    /// # Errors
    /// A text that the gate does not accept as a key set, or that is not written as RFC 7517 requires.
    pub fn parse(text: &[u8]) -> Result<Self, DocumentError> {
        let set = JwkSet::parse(text)?;
        if let Some(defect) = set.defect() {
            return Err(defect.into());
        }
        let Ok(Value::Object(mut members)) = serde_json::from_slice(without_mark(text)) else {
            return Err(DocumentError::Form);
        };
        let Some(Value::Array(written)) = members.remove("keys") else {
            return Err(DocumentError::Form);
        };
        let keys: Vec<_> = written
            .into_iter()
            .filter_map(|key| match key {
                Value::Object(key) => Some(key),
                _ => None,
            })
            .collect();
        // Both have the keys in the same order.
        if keys.len() == set.keys().len() {
            Ok(Self { members, keys })
        } else {
            Err(DocumentError::Form)
        }
    }

    /// A set without keys.
    pub(crate) fn empty() -> Self {
        Self {
            members: Map::new(),
            keys: Vec::new(),
        }
    }

    /// The set as JSON text, with its private keys.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut members = self.members.clone();
        members.insert("keys".to_owned(), json!(self.keys));
        Value::Object(members).to_string()
    }

    /// The set in the form that the gate uses.
    ///
    /// # Errors
    /// A key that was added and cannot be read.
    pub fn read(&self) -> Result<JwkSet, JwkSetError> {
        JwkSet::parse(self.to_text().as_bytes())
    }

    pub(crate) fn push(&mut self, key: Map<String, Value>) {
        self.keys.push(key);
    }

    /// Calls `change` with each key's document and its parsed form, and keeps those for which it returns `true`.
    pub(crate) fn retain(
        &mut self,
        read: &JwkSet,
        mut change: impl FnMut(&mut Map<String, Value>, &Jwk) -> bool,
    ) {
        let mut as_read = read.keys().iter();
        self.keys
            .retain_mut(|key| as_read.next().is_none_or(|read| change(key, read)));
    }
}

/// Removes the members that only the signer may have from a key, if a public half remains.
pub(crate) fn make_public(key: &mut Map<String, Value>, read: &Jwk) {
    if matches!(read.material, Material::Private(_)) {
        for member in PRIVATE {
            key.remove(member);
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|key| key.get("kid")).collect();
        f.debug_struct("Document")
            .field("keys", &ids)
            .finish_non_exhaustive()
    }
}
