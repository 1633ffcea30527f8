//! The function's settings, from its environment variables. `docs/environment.md` describes each.

use std::time::Duration;

use oathgate_credentials::{Algorithm, CredentialsError};
use oathgate_key_rotation::Policy;
use oathgate_settings::{Variable, VariableError, signing_keys as variables};
use thiserror::Error;

/// The task of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// CloudFormation's custom resource.
    FirstKey,
    /// Secrets Manager's rotation.
    Rotation(Policy),
    /// Secrets Manager's rotation of a random value.
    RandomValue,
    /// API Gateway's requests for the public documents.
    Endpoint(EndpointSettings),
}

/// The settings of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its task.
    pub task: Task,
}

/// The settings of the public documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSettings {
    /// The secret with the key set.
    pub secret: String,
    /// How long the secret's value is cached.
    pub ttl: Duration,
    /// How long clients may cache a document.
    pub max_age: Duration,
    /// The issuer that tokens name (`iss`).
    pub issuer: String,
    /// The URL below which `/.well-known/…` is found; taken from the request where it is not set.
    pub base_url: Option<String>,
}

/// A variable that is missing or wrong.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SettingsError {
    /// It is missing.
    #[error("the environment variable `{0}` is not set")]
    Missing(&'static str),
    /// Its value is not one that it takes.
    #[error(transparent)]
    Value(#[from] VariableError),
    /// It does not name an algorithm.
    #[error("`{name}` cannot be used: {0}", name = variables::ALGORITHM.name)]
    Algorithm(#[from] CredentialsError),
}

impl Settings {
    /// Reads the variables from a function; an empty one counts as not set.
    ///
    /// # Errors
    /// The first that is missing or wrong.
    pub fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, SettingsError> {
        let optional = |known: Variable| known.text(&variable);
        let required = |known: Variable| {
            known
                .text(&variable)
                .ok_or(SettingsError::Missing(known.name))
        };
        let seconds = |known: Variable| match known.number(&variable)? {
            Some(seconds) => Ok(Duration::from_secs(seconds)),
            None => Err(SettingsError::Missing(known.name)),
        };
        let task = match variables::TASK
            .word(&variable)?
            .unwrap_or(variables::DEFAULT_TASK)
        {
            "rotation" => Task::Rotation(Policy {
                publish_ahead: seconds(variables::PUBLISH_AHEAD_SECONDS)?,
                retire_after: seconds(variables::RETIRE_AFTER_SECONDS)?,
                algorithm: optional(variables::ALGORITHM)
                    .map(|name| name.parse::<Algorithm>())
                    .transpose()?,
            }),
            "random-value" => Task::RandomValue,
            "endpoint" => Task::Endpoint(EndpointSettings {
                secret: required(variables::JWKS_SECRET)?,
                ttl: seconds(variables::JWKS_TTL_SECONDS)?,
                max_age: seconds(variables::MAX_AGE_SECONDS)?,
                issuer: required(variables::ISSUER)?,
                base_url: optional(variables::BASE_URL),
            }),
            _ => Task::FirstKey,
        };
        Ok(Self { task })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Task, SettingsError> {
        let settings = Settings::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        settings.map(|settings| settings.task)
    }

    #[test]
    fn a_function_has_one_task_and_everything_that_it_needs() {
        assert_eq!(read(&[]), Ok(Task::FirstKey));
        let random_value = [("OATHGATE_KEYS_TASK", "random-value")];
        assert_eq!(read(&random_value), Ok(Task::RandomValue));
        let rotation = [
            ("OATHGATE_KEYS_TASK", "rotation"),
            ("OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS", "60"),
            ("OATHGATE_KEYS_RETIRE_AFTER_SECONDS", "120"),
            ("OATHGATE_KEYS_ALGORITHM", "ES384"),
        ];
        let policy = Policy {
            publish_ahead: Duration::from_secs(60),
            retire_after: Duration::from_secs(120),
            algorithm: Some(Algorithm::ES384),
        };
        assert_eq!(read(&rotation), Ok(Task::Rotation(policy)));
        for (variables, message) in [
            (
                &rotation[..1],
                "`OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS` is not set",
            ),
            (
                &rotation[..2],
                "`OATHGATE_KEYS_RETIRE_AFTER_SECONDS` is not set",
            ),
            (
                &[("OATHGATE_KEYS_TASK", "rotate")],
                "`rotate`: write `first-key`",
            ),
            (
                &[("OATHGATE_KEYS_TASK", "endpoint")],
                "`OATHGATE_JWKS_SECRET` is not set",
            ),
        ] {
            let error = read(variables).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        for wrong in ["0", "-1", "1.5", "an hour"] {
            let mut variables = rotation;
            variables[1].1 = wrong;
            let error = read(&variables).unwrap_err().to_string();
            assert!(error.contains("write a whole number from 1"), "{error}");
        }
    }
}
