//! AWS's errors as errors of the ports.

use std::{error::Error, fmt};

use aws_sdk_apigateway::error::{ProvideErrorMetadata, SdkError};

use crate::port::ServiceError;

/// One request: the IAM action that it needs, and the resource.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) action: String,
    pub(super) resource: String,
}

impl Call {
    /// The error of this request for an error of the SDK.
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
            SdkError::ResponseError(_) => self.unanswered("its response cannot be read".to_owned()),
            other => self.unanswered(other.to_string()),
        }
    }

    /// The error of this request for an error's code and message.
    pub(super) fn refused(self, code: &str, message: &str) -> ServiceError {
        let message = message.to_owned();
        let Self { action, resource } = self;
        match code {
            "NotFoundException" | "ParameterNotFound" => {
                ServiceError::NotThere { resource, message }
            }
            "AccessDenied" | "AccessDeniedException" => ServiceError::Denied {
                action,
                resource,
                message,
            },
            code => ServiceError::Refused {
                action,
                resource,
                code: code.to_owned(),
                message,
            },
        }
    }

    /// The service did not respond.
    pub(super) fn unanswered(self, reason: String) -> ServiceError {
        ServiceError::NoAnswer {
            action: self.action,
            resource: self.resource,
            reason,
        }
    }
}
