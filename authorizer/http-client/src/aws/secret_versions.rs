//! Secrets Manager: the versions of a secret, and their staging labels
//! ([documented](https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version)).

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;

use super::{
    SecretError, Secrets,
    secrets::{refused, within},
};

/// The label of the current version, which is read by default.
pub const CURRENT: &str = "AWSCURRENT";

/// The label of the version that a rotation is creating.
pub const PENDING: &str = "AWSPENDING";

/// The description of a secret, without its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretDescription {
    /// Whether Secrets Manager rotates the secret.
    pub rotation_enabled: bool,
    /// The function that rotates it, if there is one.
    pub rotation_function: Option<String>,
    /// The staging labels of each version that has one.
    pub stages: BTreeMap<String, Vec<String>>,
}

impl SecretDescription {
    /// Whether a version has a label.
    #[must_use]
    pub fn is_staged(&self, version: &str, stage: &str) -> bool {
        self.stages
            .get(version)
            .is_some_and(|stages| stages.iter().any(|known| known == stage))
    }

    /// The version that has a label.
    #[must_use]
    pub fn staged(&self, stage: &str) -> Option<&str> {
        self.stages
            .keys()
            .map(String::as_str)
            .find(|version| self.is_staged(version, stage))
    }
}

impl Secrets {
    /// The versions of a secret with their labels, and whether it is rotated.
    ///
    /// # Errors
    /// Why it could not be described.
    pub async fn describe(
        &self,
        id: &str,
        timeout: Duration,
    ) -> Result<SecretDescription, SecretError> {
        let answer = self
            .sdk
            .describe_secret()
            .secret_id(id)
            .customize()
            .config_override(within(timeout))
            .send()
            .await
            .map_err(|error| refused(id, &error))?;
        Ok(SecretDescription {
            rotation_enabled: answer.rotation_enabled.unwrap_or(false),
            rotation_function: answer.rotation_lambda_arn.filter(|arn| !arn.is_empty()),
            stages: answer
                .version_ids_to_stages
                .unwrap_or_default()
                .into_iter()
                .collect(),
        })
    }

    /// The value of one version, whatever its labels.
    ///
    /// # Errors
    /// Why there is no value; [`SecretError::NotThere`] where the version has none yet.
    pub async fn read_version(
        &self,
        id: &str,
        version: &str,
        timeout: Duration,
    ) -> Result<Bytes, SecretError> {
        self.get(id, Some(version), timeout).await
    }

    /// Writes `text` as the version `token` (32 to 64 characters) with the label [`PENDING`], which is
    /// taken off every other version. A version that has another value already is not changed.
    ///
    /// # Errors
    /// Why the value was not written.
    pub async fn write_pending(
        &self,
        id: &str,
        text: String,
        token: &str,
        timeout: Duration,
    ) -> Result<(), SecretError> {
        self.put(id, text, token, Some(PENDING), timeout).await
    }

    /// Moves a label from one version to another; changes nothing where it is no longer on `from`.
    ///
    /// # Errors
    /// Why it was not moved.
    pub async fn move_stage(
        &self,
        id: &str,
        stage: &str,
        from: Option<&str>,
        to: Option<&str>,
        timeout: Duration,
    ) -> Result<(), SecretError> {
        self.sdk
            .update_secret_version_stage()
            .secret_id(id)
            .version_stage(stage)
            .set_remove_from_version_id(from.map(str::to_owned))
            .set_move_to_version_id(to.map(str::to_owned))
            .customize()
            .config_override(within(timeout))
            .send()
            .await
            .map_err(|error| refused(id, &error))?;
        Ok(())
    }

    /// Starts a rotation of a secret by its rotation function. Secrets Manager does it in the background.
    ///
    /// # Errors
    /// Why it does not start.
    pub async fn rotate(&self, id: &str, timeout: Duration) -> Result<(), SecretError> {
        self.sdk
            .rotate_secret()
            .secret_id(id)
            .customize()
            .config_override(within(timeout))
            .send()
            .await
            .map_err(|error| refused(id, &error))?;
        Ok(())
    }
}
