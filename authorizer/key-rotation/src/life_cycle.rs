//! How a key set changes when a key is added to it, and when one of its keys is revoked.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use oathgate_credentials::{Algorithm, CredentialsError, generate};
use oathgate_jose::{Jwk, JwkSet, Material, PublicKey};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{Document, DocumentError, Policy, document::make_public};

/// The largest difference between clocks.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// A set with a new key.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The set.
    pub document: Document,
    /// The new key's id.
    pub kid: String,
    /// The moment from which the new key signs; `None` if it signs immediately.
    pub signs_from: Option<SystemTime>,
}

/// Why a set is not changed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LifeCycleError {
    /// It is not a key set.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// No key was generated.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// It has no private key to sign with.
    #[error("it has no private key, so it cannot be used to sign")]
    SignsNothing,
    /// No key has this id.
    #[error("it has no key with the id `{0}`: its keys are {1}")]
    Unknown(String, String),
}

/// A set with one more key, which signs once it has been published for long enough. The previous keys
/// get an `exp` where they have none, those whose `exp` has been reached are removed, and of those that
/// no longer sign only the public half is kept. Without a set, the key signs immediately.
///
/// # Errors
/// A set without a private key, or an algorithm that keys cannot be generated for.
pub fn renew(
    current: Option<&Document>,
    policy: &Policy,
    now: SystemTime,
) -> Result<Renewed, LifeCycleError> {
    let Some(current) = current else {
        let (kid, key) = new_key(policy.algorithm.unwrap_or_default(), None)?;
        let mut document = Document::empty();
        document.push(key);
        return Ok(Renewed {
            document,
            kid,
            signs_from: None,
        });
    };
    let read = current.read().map_err(DocumentError::from)?;
    let newest = newest_signer(&read).ok_or(LifeCycleError::SignsNothing)?;
    let algorithm = algorithm_after(newest, policy)?;
    let after_all = read
        .keys()
        .iter()
        .filter_map(|key| key.lifetime.signs_from)
        .map(|last| last + Duration::from_secs(1))
        .max();
    let signs_from = whole_seconds(now + policy.made_ahead()).max(after_all.unwrap_or(UNIX_EPOCH));
    let (kid, mut key) = new_key(algorithm, size_of(newest, algorithm))?;
    key.insert("nbf".to_owned(), seconds(signs_from).into());

    let mut document = current.clone();
    let beginnings: BTreeSet<SystemTime> = beginnings(&read).chain([signs_from]).collect();
    document.retain(&read, |key, read_key| {
        age(key, read_key, &read, &beginnings, policy, now)
    });
    document.push(key);
    Ok(Renewed {
        document,
        kid,
        signs_from: Some(signs_from),
    })
}

/// A set without keys that may be compromised. If one of the other keys signs now, it continues until a
/// new one has been published for long enough; if none does, a new key signs immediately, and those who
/// verify must read the set again first.
///
/// # Errors
/// An id that no key has, or an algorithm that keys cannot be generated for.
pub fn revoke(
    current: &Document,
    kids: &[String],
    policy: &Policy,
    now: SystemTime,
) -> Result<(Document, Option<Renewed>), LifeCycleError> {
    let read = current.read().map_err(DocumentError::from)?;
    if let Some(unknown) = kids
        .iter()
        .find(|kid| !read.keys().iter().any(|key| key.id == **kid))
    {
        let ids: Vec<_> = read
            .keys()
            .iter()
            .map(|key| format!("`{}`", key.id))
            .collect();
        return Err(LifeCycleError::Unknown(unknown.clone(), ids.join(", ")));
    }
    let newest = newest_signer(&read).ok_or(LifeCycleError::SignsNothing)?;
    let algorithm = algorithm_after(newest, policy)?;
    let size = size_of(newest, algorithm);
    // The same key under another id is as compromised.
    let halves: Vec<&PublicKey> = read
        .keys()
        .iter()
        .filter(|key| kids.contains(&key.id))
        .filter_map(|key| key.material.public())
        .collect();
    let mut document = current.clone();
    document.retain(&read, |_, key| {
        !kids.contains(&key.id)
            && !key
                .material
                .public()
                .is_some_and(|half| halves.contains(&half))
    });
    let rest = document.read().map_err(DocumentError::from)?;
    if rest.signing_key(now).is_ok() {
        let last = newest_signer(&rest).ok_or(LifeCycleError::SignsNothing)?;
        if last.lifetime.ends.is_none() {
            return Ok((document, None));
        }
        // Its `exp` was set because the revoked key was to follow it.
        let half = last.material.public();
        let of_last =
            |key: &Jwk| key.id == last.id || (half.is_some() && key.material.public() == half);
        document.retain(&rest, |key, read| {
            if of_last(read) {
                key.remove("exp");
            }
            true
        });
        let renewed = renew(Some(&document), policy, now)?;
        return Ok((renewed.document.clone(), Some(renewed)));
    }
    let (kid, mut key) = new_key(algorithm, size)?;
    key.insert("nbf".to_owned(), seconds(now).into());
    document.push(key);
    let renewed = Renewed {
        document: document.clone(),
        kid,
        signs_from: Some(now),
    };
    Ok((document, Some(renewed)))
}

/// Whether a key is kept, and with which members.
fn age(
    key: &mut Map<String, Value>,
    read: &Jwk,
    set: &JwkSet,
    beginnings: &BTreeSet<SystemTime>,
    policy: &Policy,
    now: SystemTime,
) -> bool {
    if read.lifetime.unreadable {
        return true;
    }
    if read.lifetime.ends.is_some_and(|ends| ends <= now) {
        return false;
    }
    // A public key is treated as the private key whose half it is; others are not the gate's.
    let signer = match &read.material {
        Material::Public(half) => set.keys().iter().find(
            |key| matches!(&key.material, Material::Private(private) if private.public == *half),
        ),
        Material::Private(_) | Material::Symmetric(_) => Some(read),
    };
    let Some(signer) = signer else { return true };
    let begins = signer.lifetime.signs_from.unwrap_or(UNIX_EPOCH);
    let followed = beginnings.iter().find(|other| **other > begins).copied();
    let Some(followed) = followed else {
        return true;
    };
    if read.lifetime.ends.is_none() {
        let ends = signer
            .lifetime
            .ends
            .unwrap_or_else(|| whole_seconds(followed + policy.retire_after));
        key.insert("exp".to_owned(), seconds(ends).into());
    }
    if followed + CLOCK_SKEW <= now {
        make_public(key, read);
    }
    true
}

/// The key that signs last.
fn newest_signer(set: &JwkSet) -> Option<&Jwk> {
    set.keys()
        .iter()
        .filter(|key| !matches!(key.material, Material::Public(_)) && !key.lifetime.unreadable)
        .max_by_key(|key| key.lifetime.signs_from)
}

/// The moments from which the signing keys sign.
fn beginnings(set: &JwkSet) -> impl Iterator<Item = SystemTime> {
    set.keys()
        .iter()
        .filter(|key| !key.lifetime.unreadable)
        .filter_map(|key| key.lifetime.signs_from)
}

fn algorithm_after(newest: &Jwk, policy: &Policy) -> Result<Algorithm, CredentialsError> {
    match policy.algorithm {
        Some(algorithm) => Ok(algorithm),
        None => newest.algorithm.parse(),
    }
}

/// The size of a key, if another one of its type can be generated with that size.
fn size_of(key: &Jwk, algorithm: Algorithm) -> Option<u32> {
    let bytes = match (&key.material, algorithm.as_str().get(..2)) {
        (Material::Private(private), Some("RS" | "PS")) => match &private.public {
            PublicKey::Rsa { n, .. } => n.len(),
            PublicKey::Ec { .. } | PublicKey::Ed25519(_) => return None,
        },
        _ => return None,
    };
    match bytes {
        384 => Some(3072),
        512 => Some(4096),
        1024 => Some(8192),
        _ => None,
    }
}

fn new_key(
    algorithm: Algorithm,
    bits: Option<u32>,
) -> Result<(String, Map<String, Value>), CredentialsError> {
    let made = generate(algorithm, None, bits)?;
    let written = serde_json::to_value(made.as_json()).ok();
    let key = written
        .as_ref()
        .and_then(|set| set.get("keys")?.get(0)?.as_object())
        .ok_or(CredentialsError::Cryptography)?;
    let kid = made.ids().next().unwrap_or_default().to_owned();
    Ok((kid, key.clone()))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// The next whole second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let more = u64::from(since.subsec_nanos() > 0);
    UNIX_EPOCH + Duration::from_secs(since.as_secs() + more)
}
