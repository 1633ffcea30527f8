//! What AWS's errors mean.

use std::{error::Error, fmt};

use aws_sdk_apigateway::error::{ProvideErrorMetadata, SdkError};

use crate::port::ServiceError;

/// One request: the action of IAM that it needs, and what for.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) action: String,
    pub(super) resource: String,
}

impl Call {
    /// What an error of the SDK says about this request.
    pub(super) fn failed<E, R>(self, error: &SdkError<E, R>) -> ServiceError
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug,
    {
        match error {
            SdkError::ServiceError(answer) => {
                let found = answer.err();
                self.refused(
                    found.code().unwrap_or("without a code"),
                    found.message().unwrap_or_default(),
                )
            }
            SdkError::DispatchFailure(failure) => {
                let source = failure.as_connector_error().and_then(Error::source);
                self.unanswered(source.map_or_else(
                    || "the request could not be sent".to_owned(),
                    ToString::to_string,
                ))
            }
            SdkError::TimeoutError(_) => self.unanswered("it took too long".to_owned()),
            SdkError::ResponseError(_) => self.unanswered("its answer cannot be read".to_owned()),
            other => self.unanswered(other.to_string()),
        }
    }

    /// What an error's code and message say about this request.
    pub(super) fn refused(self, code: &str, said: &str) -> ServiceError {
        let said = said.to_owned();
        let Self { action, resource } = self;
        match code {
            "NotFoundException" | "ParameterNotFound" => ServiceError::NotThere { resource, said },
            "AccessDenied" | "AccessDeniedException" => ServiceError::Denied {
                action,
                resource,
                said,
            },
            code => ServiceError::Refused {
                action,
                resource,
                code: code.to_owned(),
                said,
            },
        }
    }

    /// Nobody answered.
    pub(super) fn unanswered(self, reason: String) -> ServiceError {
        ServiceError::NoAnswer {
            action: self.action,
            resource: self.resource,
            reason,
        }
    }
}
