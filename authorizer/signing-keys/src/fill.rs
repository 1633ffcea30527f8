//! Writes a key set to a secret that has none.

use std::time::Duration;

use oathgate_credentials::{CredentialsError, generate};
use oathgate_http_client::aws::{SecretError, Secrets};
use oathgate_text_encoding::without_mark;
use serde::Deserialize;
use thiserror::Error;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::event::Properties;

/// The wait before a call without sufficient rights is repeated for the first time, and the longest wait.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// The time limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For one call.
    pub(crate) call: Duration,
    /// For the rights of a new role: IAM takes a while to propagate them.
    pub(crate) rights: Duration,
}

/// The outcome for the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// A key set with one new key was written to it.
    Fresh(Vec<String>),
    /// It has a key set already.
    Kept(Vec<String>),
}

/// Why the secret has no key set.
#[derive(Debug, Error)]
pub(crate) enum FillError {
    #[error("the secret cannot be read: {0}")]
    Read(SecretError),
    #[error("the secret cannot be written: {0}")]
    Write(SecretError),
    #[error(
        "the secret contains something other than a key set with a private key: empty it, or write a key set to it"
    )]
    Occupied,
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    #[error("the key set cannot be serialised")]
    Text,
}

/// The value of a secret, by what may be done with it.
#[derive(Debug, PartialEq, Eq)]
enum Holds {
    /// Nothing, or a generated value that nobody has replaced yet.
    Nothing,
    /// A key set that can sign, with its key ids.
    Keys(Vec<String>),
    /// Something else, which must not be replaced.
    Something,
}

/// Writes a key set to a secret, unless it has one. `request_id` identifies this attempt, so that a
/// repetition changes nothing. A call without sufficient rights is repeated for a while.
pub(crate) async fn fill(
    secrets: &Secrets,
    properties: &Properties,
    request_id: &str,
    patience: Patience,
) -> Result<Filled, FillError> {
    let secret = &properties.secret;
    let until = Instant::now() + patience.rights;
    match once_allowed(until, || secrets.read(secret, patience.call)).await {
        // The secret or its value is missing; writing fails if it is the secret.
        Err(SecretError::NotThere(_)) => {}
        Err(error) => return Err(FillError::Read(error)),
        Ok(text) => match holds(&text) {
            Holds::Keys(ids) => return Ok(Filled::Kept(ids)),
            Holds::Something => return Err(FillError::Occupied),
            Holds::Nothing => {}
        },
    }
    let keys = generate(properties.algorithm, None, None)?;
    let text = serde_json::to_string(keys.as_json()).map_err(|_| FillError::Text)?;
    let token = match request_id.len() {
        32..=64 => request_id.to_owned(),
        _ => Uuid::new_v4().to_string(),
    };
    let write = || secrets.write(secret, text.clone(), &token, patience.call);
    once_allowed(until, write).await.map_err(FillError::Write)?;
    Ok(Filled::Fresh(keys.ids().map(str::to_owned).collect()))
}

/// Makes a call, and repeats it until the time limit as long as only rights are missing.
async fn once_allowed<T, F: Future<Output = Result<T, SecretError>>>(
    until: Instant,
    call: impl Fn() -> F,
) -> Result<T, SecretError> {
    let mut wait = FIRST_WAIT;
    loop {
        match call().await {
            Err(error) if lacks_rights(&error) && Instant::now() + wait < until => {
                sleep(wait).await;
                wait = LONGEST_WAIT.min(wait * 2);
            }
            outcome => return outcome,
        }
    }
}

/// Whether an error is one that is returned while a role or its policy, or that of a KMS key, has not
/// been propagated yet.
fn lacks_rights(error: &SecretError) -> bool {
    let SecretError::Refused { code, .. } = error else {
        return false;
    };
    code.contains("AccessDenied")
        || matches!(
            code.as_str(),
            "UnrecognizedClientException" | "InvalidClientTokenId"
        )
}

fn holds(text: &[u8]) -> Holds {
    let text = without_mark(text);
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Key>,
    }
    #[derive(Deserialize)]
    struct Key {
        #[serde(default)]
        kid: String,
        d: Option<serde::de::IgnoredAny>,
        k: Option<serde::de::IgnoredAny>,
    }
    if let Ok(set) = serde_json::from_slice::<Set>(text) {
        if set.keys.is_empty() {
            return Holds::Nothing;
        }
        // One private key is enough to sign with.
        return if set
            .keys
            .iter()
            .any(|key| key.d.is_some() || key.k.is_some())
        {
            Holds::Keys(set.keys.into_iter().map(|key| key.kid).collect())
        } else {
            Holds::Something
        };
    }
    match std::str::from_utf8(text).map(str::trim) {
        Ok("" | "{}" | "null" | "\"\"") => Holds::Nothing,
        // A generated password or a word, which templates fill a new secret with. Anything with
        // structure, such as JSON or PEM, was written by someone.
        Ok(word) if !word.contains(['{', '[', '\n']) && !word.starts_with("-----") => {
            Holds::Nothing
        }
        _ => Holds::Something,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_distinguishes_key_sets_placeholders_and_other_values() {
        let signing =
            r#"{"keys":[{"kty":"EC","kid":"a","d":"x"},{"kty":"oct","kid":"b","k":"x"}]}"#;
        let keys = Holds::Keys(vec!["a".into(), "b".into()]);
        for (text, expected) in [
            ("", Holds::Nothing),
            ("\u{feff}{}", Holds::Nothing),
            ("\u{feff}[1]", Holds::Something),
            (" \n", Holds::Nothing),
            ("{}", Holds::Nothing),
            ("null", Holds::Nothing),
            (r#"{"keys":[]}"#, Holds::Nothing),
            ("placeholder", Holds::Nothing),
            (r"}k9#'Jf,!`V~\", Holds::Nothing),
            (signing, keys),
            (r#"{"keys":[{"kty":"EC","kid":"a"}]}"#, Holds::Something),
            (r#"{"username":"a","password":"b"}"#, Holds::Something),
            ("[1]", Holds::Something),
            ("-----BEGIN PRIVATE KEY-----", Holds::Something),
            ("one\ntwo", Holds::Something),
        ] {
            assert_eq!(holds(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(holds(b"\xFF"), Holds::Something);
    }
}
