//! The proof that a set can replace another.

use std::time::SystemTime;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oathgate_jose::{Algorithm, Jwk, JwkSet, JwkSetError, Material, PublicKey, SigningError};
use serde_json::json;
use thiserror::Error;

use crate::{Document, DocumentError, Policy};

/// Why a set cannot replace another.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Defect {
    /// It is not a key set.
    #[error("the pending version is not a key set: {0}")]
    Document(#[from] DocumentError),
    /// None of its keys signs.
    #[error("the set does not sign: {0}")]
    Signing(#[from] SigningError),
    /// The published set does not verify what a key signs.
    #[error("a token that the key `{0}` signed is not verified by the published set")]
    Unverified(String),
    /// The published set cannot be read.
    #[error("the set cannot be published: {0}")]
    Unpublished(#[from] JwkSetError),
    /// It does not consist of the current set's keys and one more.
    #[error("the pending version was not made from the current one, which has been changed since")]
    Unrelated,
    /// Making it current would immediately change which key signs.
    #[error("the pending version would immediately sign with another key than the current one")]
    Abrupt,
    /// The new key would sign before everyone who verifies has read it.
    #[error("the pending version was made too long ago: its key would sign too soon")]
    Stale,
}

/// Proves that a set signs at a moment, and that its published half verifies the signature.
///
/// # Errors
/// What is wrong with the set.
pub fn check_signing(document: &Document, at: SystemTime) -> Result<String, Defect> {
    let set = document.read().map_err(DocumentError::from)?;
    prove(&set, at)
}

/// Proves that a set can replace another: it contains what the other publishes and exactly one more key,
/// which signs from a moment that is far enough ahead; until then the same key signs as in the other; and
/// the published half verifies what either key signs.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_successor(
    current: Option<&Document>,
    pending: &Document,
    policy: &Policy,
    now: SystemTime,
) -> Result<(), Defect> {
    let after = pending.read().map_err(DocumentError::from)?;
    let Some(current) = current else {
        return prove(&after, now).map(drop);
    };
    let before = current.read().map_err(DocumentError::from)?;
    let known = |key: &Jwk, set: &JwkSet| set.keys().iter().any(|other| is_same(key, other));
    let mut new = after.keys().iter().filter(|key| !known(key, &before));
    let (Some(added), None) = (new.next(), new.next()) else {
        return Err(Defect::Unrelated);
    };
    let is_published = |key: &&Jwk| key.lifetime.is_published(now);
    let mut lost = before.keys().iter().filter(is_published).filter(|key| {
        !after
            .keys()
            .iter()
            .filter(is_published)
            .any(|other| is_same(key, other))
    });
    if lost.next().is_some() {
        return Err(Defect::Unrelated);
    }
    let Some(signs_from) = added.lifetime.signs_from else {
        return Err(Defect::Abrupt);
    };
    // Where no key signs now, there is nothing to continue.
    if let Ok(signer) = before.signing_key(now) {
        if after.signing_key(now)?.key.id() != signer.key.id() {
            return Err(Defect::Abrupt);
        }
        if signs_from < now + policy.publish_ahead {
            return Err(Defect::Stale);
        }
        prove(&after, now)?;
    }
    let next = prove(&after, signs_from)?;
    if next == added.id {
        Ok(())
    } else {
        Err(Defect::Abrupt)
    }
}

/// The id under which the set signs at a moment, its signature verified by what is published now.
fn prove(set: &JwkSet, at: SystemTime) -> Result<String, Defect> {
    let signer = set.signing_key(at)?.key;
    let token = signer.sign(&json!({"sub": "rotation"}).to_string())?;
    let published: Vec<_> = set.published(at).collect();
    let published = JwkSet::parse(json!({ "keys": published }).to_string().as_bytes())?;
    // A symmetric key is not published: those who verify with it have it.
    let verifies = |set: &JwkSet| {
        let key = set.keys().iter().find(|key| key.id == signer.id());
        key.is_some_and(|key| is_signed_by(key, &token))
    };
    let symmetric =
        |key: &Jwk| key.id == signer.id() && matches!(key.material, Material::Symmetric(_));
    if verifies(&published) || (set.keys().iter().any(symmetric) && verifies(set)) {
        Ok(signer.id().to_owned())
    } else {
        Err(Defect::Unverified(signer.id().to_owned()))
    }
}

fn is_signed_by(key: &Jwk, token: &str) -> bool {
    let verified = || {
        let (message, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if let Material::Public(PublicKey::Ed25519(public)) = &key.material {
            let key = UnparsedPublicKey::new(&ED25519, public);
            return Some(key.verify(message.as_bytes(), &signature).is_ok());
        }
        let algorithm = Algorithm::named(&key.algorithm)?;
        Some(key.verifies(algorithm, message.as_bytes(), &signature))
    };
    verified().unwrap_or(false)
}

/// Whether two keys are the same, with or without the private half.
fn is_same(one: &Jwk, other: &Jwk) -> bool {
    let same = match (&one.material, &other.material) {
        (Material::Symmetric(one), Material::Symmetric(other)) => one.bytes() == other.bytes(),
        (one, other) => match (one.public(), other.public()) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        },
    };
    same && one.id == other.id
}
