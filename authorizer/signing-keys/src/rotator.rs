//! Does the steps of a rotation that Secrets Manager asks for.

use std::{fmt, time::SystemTime};

use oathgate_key_rotation::{Policy, Rotation};
use oathgate_outbound::{
    Client,
    aws::{Account, AccountError, Secrets},
};
use serde::Deserialize;
use serde_json::json;

/// What Secrets Manager asks
/// ([documented](https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)).
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RotationEvent {
    /// The secret's ARN.
    pub secret_id: String,
    /// The version that is being made.
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

/// Does the steps.
#[derive(Clone, Debug)]
pub struct Rotator {
    rotation: Rotation,
}

impl Rotator {
    /// Asks Secrets Manager as `account`.
    ///
    /// # Errors
    /// Without an account.
    pub fn new(
        client: Client,
        account: Result<Account, AccountError>,
        policy: Policy,
    ) -> Result<Self, AccountError> {
        let rotation = Rotation::new(Secrets::new(&account?, client), policy);
        Ok(Self { rotation })
    }

    /// Does a step, and says in the log what came of it.
    ///
    /// # Errors
    /// Why it was not done; Secrets Manager ends the rotation then, or tries again.
    pub async fn follow(&self, event: &RotationEvent, now: SystemTime) -> Result<(), String> {
        let outcome = match event.step.parse() {
            Ok(step) => {
                self.rotation
                    .step(step, &event.secret_id, &event.client_request_token, now)
                    .await
            }
            Err(error) => Err(error),
        };
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
}
