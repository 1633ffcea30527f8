//! The four steps for a secret that is a random value: what a gate shows its backend.

use aws_lc_rs::rand;
use oathgate_engine::gateway_header::fits_as_secret;
use oathgate_http_client::aws::{CURRENT, Secrets};

use crate::{
    Outcome, RotationError, Step,
    rotation::{CALL, begun, finish, release, value},
};

/// Letters and digits, of which a value is made.
const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// How many signs a value has.
const LENGTH: usize = 64;

/// Rotates secrets that hold a random value.
#[derive(Clone, Debug)]
pub struct RandomValue {
    secrets: Secrets,
}

impl RandomValue {
    /// Reads and writes secrets by `secrets`.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    /// Does one step of a rotation of Secrets Manager's to the version `token`. Each can be done again. The
    /// value before stays readable as `AWSPREVIOUS`, for which Secrets Manager itself sees.
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
            // A schedule that is turned on without rotating is tried out like this, with a version that
            // nobody made.
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

    /// Proves that the authorizer can show the pending value. One that it cannot never will be shown: its label
    /// is taken off, without which no other rotation would begin.
    async fn prove(&self, secret: &str, token: &str, value: &[u8]) -> Result<(), RotationError> {
        if let Err(unfit) = check(value, token) {
            release(&self.secrets, secret, token).await;
            return Err(unfit);
        }
        Ok(())
    }
}

/// Whether the authorizer shows a value; the value is in no error.
fn check(value: &[u8], version: &str) -> Result<(), RotationError> {
    if fits_as_secret(value) {
        Ok(())
    } else {
        Err(RotationError::UnfitValue(version.to_owned()))
    }
}

/// A new value, each sign as likely as any other.
fn made() -> Result<String, RotationError> {
    let mut value = String::with_capacity(LENGTH);
    let mut random = [0; LENGTH];
    while value.len() < LENGTH {
        rand::fill(&mut random).map_err(|_| RotationError::NoRandomness)?;
        // Of 256 bytes the last 8 would make the first signs likelier.
        let fair = random.iter().map(|byte| usize::from(*byte));
        let fair = fair.filter(|byte| *byte < 4 * SIGNS.len());
        let signs = fair.filter_map(|byte| SIGNS.get(byte % SIGNS.len()));
        value.extend(
            signs
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
        let mut signs = BTreeSet::new();
        for value in &values {
            assert_eq!(value.len(), LENGTH);
            assert!(value.bytes().all(|byte| SIGNS.contains(&byte)), "{value}");
            assert_eq!(check(value.as_bytes(), "one"), Ok(()));
            signs.extend(value.bytes());
        }
        assert_eq!(signs.len(), SIGNS.len(), "each sign comes up");
    }

    #[test]
    fn a_value_that_the_authorizer_would_not_show_is_unfit() {
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
