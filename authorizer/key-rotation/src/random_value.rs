//! The four steps for a secret that is a random value: the one that a gate sends to its backend.

use aws_lc_rs::rand;
use oathgate_engine::gateway_header::fits_as_secret;
use oathgate_http_client::aws::{CURRENT, Secrets};

use crate::{
    Outcome, RotationError, Step,
    rotation::{CALL, begun, finish, release, value},
};

/// The letters and digits that a value consists of.
const CHARACTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The length of a value in characters.
const LENGTH: usize = 64;

/// Rotates secrets that contain a random value.
#[derive(Clone, Debug)]
pub struct RandomValue {
    secrets: Secrets,
}

impl RandomValue {
    /// Reads and writes secrets through `secrets`.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    /// Carries out one step of Secrets Manager's rotation to the version `token`. Each step can be repeated.
    /// Secrets Manager itself keeps the previous value readable as `AWSPREVIOUS`.
    ///
    /// # Errors
    /// Why the step was not done; the current version is as it was.
    pub async fn step(
        &self,
        step: Step,
        secret: &str,
        token: &str,
    ) -> Result<Outcome, RotationError> {
        let described = self.secrets.describe(secret, CALL).await?;
        if let Some(outcome) = begun(&described, token)? {
            if step == Step::Finish {
                release(&self.secrets, secret, token).await;
            }
            return Ok(outcome);
        }
        match (step, value(&self.secrets, secret, token).await?) {
            (Step::Set, _) => Ok(Outcome::Nothing),
            (Step::Create, None) => {
                let value = made()?;
                self.secrets
                    .write_pending(secret, value, token, CALL)
                    .await?;
                Ok(Outcome::MadeValue)
            }
            // Secrets Manager tests a schedule that is turned on without a rotation by this step, with a
            // version that was not created.
            (Step::Test, None) => match described.staged(CURRENT) {
                Some(current) => {
                    let value = value(&self.secrets, secret, current).await?;
                    let value = value.unwrap_or_default();
                    check(&value, current).map(|()| Outcome::Proven)
                }
                None => Err(RotationError::Empty),
            },
            (Step::Create, Some(value)) => {
                self.prove(secret, token, &value).await?;
                Ok(Outcome::Kept)
            }
            (Step::Test, Some(value)) => {
                self.prove(secret, token, &value).await?;
                Ok(Outcome::Proven)
            }
            (Step::Finish, Some(value)) => {
                self.prove(secret, token, &value).await?;
                finish(&self.secrets, secret, token, &described).await?;
                Ok(Outcome::Finished)
            }
            (Step::Finish, None) => Err(RotationError::NoValue(token.to_owned())),
        }
    }

    /// Proves that the authorizer can send the pending value. The label is removed from a value that it
    /// cannot send, because no other rotation would start otherwise.
    async fn prove(&self, secret: &str, token: &str, value: &[u8]) -> Result<(), RotationError> {
        if let Err(unfit) = check(value, token) {
            release(&self.secrets, secret, token).await;
            return Err(unfit);
        }
        Ok(())
    }
}

/// Checks that the authorizer can send a value; no error contains the value.
fn check(value: &[u8], version: &str) -> Result<(), RotationError> {
    if fits_as_secret(value) {
        Ok(())
    } else {
        Err(RotationError::UnfitValue(version.to_owned()))
    }
}

/// A new value, in which each character is equally likely.
fn made() -> Result<String, RotationError> {
    let mut value = String::with_capacity(LENGTH);
    let mut random = [0; LENGTH];
    while value.len() < LENGTH {
        rand::fill(&mut random).map_err(|_| RotationError::NoRandomness)?;
        // The last 8 of 256 bytes would make the first characters more likely.
        let fair = random.iter().map(|byte| usize::from(*byte));
        let fair = fair.filter(|byte| *byte < 4 * CHARACTERS.len());
        let characters = fair.filter_map(|byte| CHARACTERS.get(byte % CHARACTERS.len()));
        value.extend(
            characters
                .take(LENGTH - value.len())
                .map(|sign| char::from(*sign)),
        );
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_value_is_64_letters_and_digits_and_none_is_made_twice() {
        let values: BTreeSet<String> = (0..500).map(|_| made().unwrap()).collect();
        assert_eq!(values.len(), 500);
        let mut characters = BTreeSet::new();
        for value in &values {
            assert_eq!(value.len(), LENGTH);
            assert!(
                value.bytes().all(|byte| CHARACTERS.contains(&byte)),
                "{value}"
            );
            assert_eq!(check(value.as_bytes(), "one"), Ok(()));
            characters.extend(value.bytes());
        }
        assert_eq!(characters.len(), CHARACTERS.len(), "each character occurs");
    }

    #[test]
    fn a_value_that_the_authorizer_cannot_send_is_refused() {
        for value in [
            "",
            "too short",
            &"s".repeat(1025),
            &format!("{}\n", "s".repeat(40)),
        ] {
            let unfit = check(value.as_bytes(), "one");
            assert_eq!(unfit, Err(RotationError::UnfitValue("one".to_owned())));
        }
    }
}
