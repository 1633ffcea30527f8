//! Carries out the steps of a rotation for Secrets Manager.

use std::{fmt, time::SystemTime};

use oathgate_http_client::{
    Client,
    aws::{Account, AccountError, Secrets},
};
use oathgate_key_rotation::{Outcome, Policy, RandomValue, Rotation, RotationError};
use serde::Deserialize;
use serde_json::json;

/// Secrets Manager's request
/// ([documented](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)).
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RotationEvent {
    /// The secret's ARN.
    pub secret_id: String,
    /// The version that the rotation is creating.
    pub client_request_token: String,
    /// The step.
    pub step: String,
}

impl fmt::Debug for RotationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotationEvent")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

/// Carries out the steps.
#[derive(Clone, Debug)]
pub struct Rotator {
    rotated: Rotated,
}

/// The kind of value that the secret contains.
#[derive(Clone, Debug)]
enum Rotated {
    KeySet(Rotation),
    Value(RandomValue),
}

impl Rotator {
    /// Rotates the key set of a secret, with the credentials of `account`.
    ///
    /// # Errors
    /// There is no account.
    pub fn of_key_set(
        client: Client,
        account: Result<Account, AccountError>,
        policy: Policy,
    ) -> Result<Self, AccountError> {
        let rotation = Rotation::new(Secrets::new(&account?, client), policy);
        Ok(Self {
            rotated: Rotated::KeySet(rotation),
        })
    }

    /// Rotates a random value, with the credentials of `account`.
    ///
    /// # Errors
    /// There is no account.
    pub fn of_random_value(
        client: Client,
        account: Result<Account, AccountError>,
    ) -> Result<Self, AccountError> {
        let value = RandomValue::new(Secrets::new(&account?, client));
        Ok(Self {
            rotated: Rotated::Value(value),
        })
    }

    /// Carries out a step and logs its outcome.
    ///
    /// # Errors
    /// Why it was not done; Secrets Manager then ends the rotation or tries again.
    pub async fn handle(&self, event: &RotationEvent, now: SystemTime) -> Result<(), String> {
        let outcome = self.step(event, now).await;
        let (level, message) = match &outcome {
            Ok(outcome) => ("INFO", outcome.to_string()),
            Err(error) => ("ERROR", error.to_string()),
        };
        println!(
            "{}",
            json!({
                "level": level,
                "message": message,
                "step": event.step,
                "version": event.client_request_token,
            })
        );
        outcome.map(drop).map_err(|error| error.to_string())
    }

    async fn step(&self, event: &RotationEvent, now: SystemTime) -> Result<Outcome, RotationError> {
        let (step, secret, token) = (
            event.step.parse()?,
            &event.secret_id,
            &event.client_request_token,
        );
        match &self.rotated {
            Rotated::KeySet(rotation) => rotation.step(step, secret, token, now).await,
            Rotated::Value(value) => value.step(step, secret, token).await,
        }
    }
}
