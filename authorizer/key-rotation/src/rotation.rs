//! The four steps of a rotation
//! ([documented](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)).

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use oathgate_http_client::aws::{CURRENT, PENDING, SecretDescription, SecretError, Secrets};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    Defect, Document, DocumentError, LifeCycleError, Policy, Renewed, check_signing,
    check_successor, renew, revoke,
};

/// The time limit of one call of Secrets Manager.
pub(crate) const CALL: Duration = Duration::from_secs(10);

/// The largest value of a secret in bytes
/// ([quota](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)).
const LONGEST_VALUE: usize = 65_536;

/// A step, as Secrets Manager names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `createSecret`: writes the set with the next key as the pending version.
    Create,
    /// `setSecret`: nothing, since no service has to be given the key.
    Set,
    /// `testSecret`: proves that the pending set can replace the current one.
    Test,
    /// `finishSecret`: proves it again and makes the pending set current.
    Finish,
}

impl FromStr for Step {
    type Err = RotationError;

    fn from_str(name: &str) -> Result<Self, RotationError> {
        match name {
            "createSecret" => Ok(Self::Create),
            "setSecret" => Ok(Self::Set),
            "testSecret" => Ok(Self::Test),
            "finishSecret" => Ok(Self::Finish),
            _ => Err(RotationError::Step(name.to_owned())),
        }
    }
}

/// The outcome of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The pending version was written, with this new key.
    Made {
        /// The key's id.
        kid: String,
    },
    /// The pending version was written, with a new random value.
    MadeValue,
    /// The pending version existed already, and is valid.
    Kept,
    /// There was nothing to do.
    Nothing,
    /// The set signs, and its published half verifies.
    Proven,
    /// The pending version is now current.
    Finished,
    /// The version was current already.
    WasCurrent,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made { kid } => write!(f, "the key `{kid}` is ready to be published"),
            Self::MadeValue => f.write_str("a new value is ready"),
            Self::Kept => f.write_str("the pending version is ready"),
            Self::Nothing => f.write_str("there is nothing to do"),
            Self::Proven => f.write_str("the set signs, and its public half verifies"),
            Self::Finished => f.write_str("the pending version is current"),
            Self::WasCurrent => f.write_str("the version is current already"),
        }
    }
}

/// Why a step was not carried out. The texts contain nothing of a key but its id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RotationError {
    /// Secrets Manager has no such step.
    #[error(
        "`{0}` is not a step of a rotation: use createSecret, setSecret, testSecret or finishSecret"
    )]
    Step(String),
    /// Rotation is not turned on.
    #[error("rotation is not turned on for the secret")]
    NotEnabled,
    /// The secret has no such version.
    #[error("the secret has no version `{0}`: it is not being rotated to it")]
    UnknownVersion(String),
    /// The version is not pending.
    #[error("the version `{0}` is not pending: its rotation was cancelled or replaced")]
    NotPending(String),
    /// `createSecret` was not called, or failed.
    #[error("the pending version `{0}` has no value yet: createSecret comes first")]
    NoValue(String),
    /// Another rotation has not ended.
    #[error(
        "the version `{0}` is pending: a rotation is under way or has failed; let it end, or take its label off with \
         `aws secretsmanager update-secret-version-stage --version-stage AWSPENDING --remove-from-version-id {0}`"
    )]
    UnderWay(String),
    /// The current value is not a key set, so it must not be replaced.
    #[error("the secret's current value cannot be rotated: {0}")]
    Current(DocumentError),
    /// The secret has no value.
    #[error("the secret has no value: write a key set to it first")]
    Empty,
    /// No key could be added to the set.
    #[error("the secret's current value cannot be rotated: {0}")]
    LifeCycle(#[from] LifeCycleError),
    /// The pending version must not become current. Its label is removed, so that another rotation can
    /// start.
    #[error("{0}; start another rotation")]
    Defect(#[from] Defect),
    /// A value that cannot be sent to a backend. Its label is removed, so that another rotation can start.
    #[error(
        "the value of the version `{0}` must be 32 to 1024 visible ASCII characters; start another rotation"
    )]
    UnfitValue(String),
    /// The system's source of random numbers failed.
    #[error("no random value could be generated: the system's source of random numbers failed")]
    NoRandomness,
    /// The set is too large for a secret.
    #[error(
        "the key set would have {0} bytes, and a secret can have at most 65536: rotate less often, or retire keys sooner"
    )]
    TooLarge(usize),
    /// A call of Secrets Manager failed.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// Checks that a rotation to the version `token` is in progress; gives the outcome if it has ended.
///
/// # Errors
/// Why no such rotation is in progress.
pub(crate) fn begun(
    described: &SecretDescription,
    token: &str,
) -> Result<Option<Outcome>, RotationError> {
    if !described.rotation_enabled {
        return Err(RotationError::NotEnabled);
    }
    if described.is_staged(token, CURRENT) {
        return Ok(Some(Outcome::WasCurrent));
    }
    if !described.stages.contains_key(token) {
        return Err(RotationError::UnknownVersion(token.to_owned()));
    }
    if !described.is_staged(token, PENDING) {
        return Err(RotationError::NotPending(token.to_owned()));
    }
    Ok(None)
}

/// Removes the label `AWSPENDING` from a version that is no longer pending. If it stayed and another version
/// became current, Secrets Manager would consider the rotation in progress and start no other.
///
/// A failure of this does not affect the step that was carried out.
pub(crate) async fn release(secrets: &Secrets, secret: &str, token: &str) {
    drop(
        secrets
            .move_stage(secret, PENDING, Some(token), None, CALL)
            .await,
    );
}

/// A version's value, if it has one.
pub(crate) async fn value(
    secrets: &Secrets,
    secret: &str,
    version: &str,
) -> Result<Option<Bytes>, RotationError> {
    match secrets.read_version(secret, version, CALL).await {
        Ok(value) => Ok(Some(value)),
        Err(SecretError::NotThere(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the pending version `token` current. Secrets Manager refuses this if the current version is no
/// longer the one in `described`.
pub(crate) async fn finish(
    secrets: &Secrets,
    secret: &str,
    token: &str,
    described: &SecretDescription,
) -> Result<(), RotationError> {
    let from = described.staged(CURRENT);
    secrets
        .move_stage(secret, CURRENT, from, Some(token), CALL)
        .await?;
    release(secrets, secret, token).await;
    Ok(())
}

/// Rotates secrets that contain key sets.
#[derive(Clone, Debug)]
pub struct Rotation {
    secrets: Secrets,
    policy: Policy,
}

impl Rotation {
    /// Reads and writes secrets through `secrets`.
    #[must_use]
    pub fn new(secrets: Secrets, policy: Policy) -> Self {
        Self { secrets, policy }
    }

    /// Carries out one step of Secrets Manager's rotation to the version `token`. Steps can be repeated and
    /// called in any order: a step that was done is not done again, and no set becomes current unproven.
    ///
    /// # Errors
    /// Why the step was not carried out; the current version is unchanged.
    pub async fn step(
        &self,
        step: Step,
        secret: &str,
        token: &str,
        now: SystemTime,
    ) -> Result<Outcome, RotationError> {
        let described = self.secrets.describe(secret, CALL).await?;
        if let Some(outcome) = begun(&described, token)? {
            if step == Step::Finish {
                release(&self.secrets, secret, token).await;
            }
            return Ok(outcome);
        }
        if step == Step::Set {
            return Ok(Outcome::Nothing);
        }
        let current = self.current(secret, &described).await?;
        let pending = self.pending(secret, token).await?;
        match (step, pending) {
            (Step::Create, None) => {
                let renewed = renew(current.as_ref(), &self.policy, now)?;
                self.write(secret, &renewed.document, token).await?;
                Ok(Outcome::Made { kid: renewed.kid })
            }
            (Step::Create, Some(pending)) => {
                self.prove(secret, token, current.as_ref(), pending, now)
                    .await?;
                Ok(Outcome::Kept)
            }
            // Secrets Manager tests a schedule that is turned on without a rotation by this step, with a
            // version that was not created.
            (Step::Test, None) => match current {
                Some(current) => {
                    check_signing(&current, now)?;
                    Ok(Outcome::Proven)
                }
                None => Err(RotationError::Empty),
            },
            (Step::Test, Some(pending)) => {
                if let (Some(current), Ok(pending)) = (&current, &pending)
                    && current.to_text() == pending.to_text()
                {
                    check_signing(current, now)?;
                    return Ok(Outcome::Proven);
                }
                self.prove(secret, token, current.as_ref(), pending, now)
                    .await?;
                Ok(Outcome::Proven)
            }
            (Step::Finish, Some(pending)) => {
                self.prove(secret, token, current.as_ref(), pending, now)
                    .await?;
                finish(&self.secrets, secret, token, &described).await?;
                Ok(Outcome::Finished)
            }
            (Step::Finish | Step::Set, None) => Err(RotationError::NoValue(token.to_owned())),
            (Step::Set, Some(_)) => Ok(Outcome::Nothing),
        }
    }

    /// Rotates a secret without a rotation function: all steps, one after the other.
    ///
    /// # Errors
    /// Why the secret was not changed.
    pub async fn at_once(&self, secret: &str, now: SystemTime) -> Result<Renewed, RotationError> {
        let described = self.secrets.describe(secret, CALL).await?;
        if let Some(pending) = described.staged(PENDING)
            && !described.is_staged(pending, CURRENT)
        {
            return Err(RotationError::UnderWay(pending.to_owned()));
        }
        let current = self.current(secret, &described).await?;
        let current = current.ok_or(RotationError::Empty)?;
        let renewed = renew(Some(&current), &self.policy, now)?;
        check_successor(Some(&current), &renewed.document, &self.policy, now)?;
        self.replace(secret, &described, &renewed.document).await?;
        Ok(renewed)
    }

    /// Removes keys from a secret, even while a rotation is in progress, and adds a new one if that is
    /// needed. The current version is replaced immediately.
    ///
    /// # Errors
    /// Why the secret was not changed.
    pub async fn revoke(
        &self,
        secret: &str,
        kids: &[String],
        now: SystemTime,
    ) -> Result<Option<Renewed>, RotationError> {
        let described = self.secrets.describe(secret, CALL).await?;
        let current = self.current(secret, &described).await?;
        let current = current.ok_or(RotationError::Empty)?;
        let (document, renewed) = revoke(&current, kids, &self.policy, now)?;
        check_signing(&document, now)?;
        self.replace(secret, &described, &document).await?;
        Ok(renewed)
    }

    /// Makes a set current, but only in place of the one that it was made from.
    async fn replace(
        &self,
        secret: &str,
        described: &SecretDescription,
        document: &Document,
    ) -> Result<(), RotationError> {
        let token = Uuid::new_v4().to_string();
        self.write(secret, document, &token).await?;
        let from = described.staged(CURRENT);
        let moved = self
            .secrets
            .move_stage(secret, CURRENT, from, Some(&token), CALL)
            .await;
        release(&self.secrets, secret, &token).await;
        Ok(moved?)
    }

    /// The current set; `None` if the secret has no value yet.
    async fn current(
        &self,
        secret: &str,
        described: &SecretDescription,
    ) -> Result<Option<Document>, RotationError> {
        let Some(version) = described.staged(CURRENT) else {
            return Ok(None);
        };
        let text = value(&self.secrets, secret, version).await?;
        text.map(|text| Document::parse(&text))
            .transpose()
            .map_err(RotationError::Current)
    }

    /// The value of the pending version, if it has one.
    async fn pending(
        &self,
        secret: &str,
        token: &str,
    ) -> Result<Option<Result<Document, DocumentError>>, RotationError> {
        let text = value(&self.secrets, secret, token).await?;
        Ok(text.map(|text| Document::parse(&text)))
    }

    /// Proves that the pending set can replace the current one. The label is removed from a set that cannot,
    /// because no other rotation would start otherwise.
    async fn prove(
        &self,
        secret: &str,
        token: &str,
        current: Option<&Document>,
        pending: Result<Document, DocumentError>,
        now: SystemTime,
    ) -> Result<(), RotationError> {
        let proven = pending
            .map_err(Defect::from)
            .and_then(|pending| check_successor(current, &pending, &self.policy, now));
        if let Err(defect) = proven {
            release(&self.secrets, secret, token).await;
            return Err(defect.into());
        }
        Ok(())
    }

    async fn write(
        &self,
        secret: &str,
        document: &Document,
        token: &str,
    ) -> Result<(), RotationError> {
        let text = document.to_text();
        if text.len() > LONGEST_VALUE {
            return Err(RotationError::TooLarge(text.len()));
        }
        self.secrets
            .write_pending(secret, text, token, CALL)
            .await?;
        Ok(())
    }
}
