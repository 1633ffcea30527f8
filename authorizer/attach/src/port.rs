//! What attaching needs from outside: API Gateway, and storage for its record.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::{
    api::{
        Answer, Authorizer, AuthorizerSettings, GatewayResponse, Method, MethodId, Patch, RestApi,
        Stage,
    },
    record::Record,
};

/// Why a request to a service failed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ServiceError {
    /// The resource does not exist.
    #[error("`{resource}` does not exist: {message}")]
    NotThere {
        /// The resource.
        resource: String,
        /// The service's message.
        message: String,
    },
    /// The credentials lack a permission.
    #[error("the credentials do not allow `{action}` on `{resource}`: {message}")]
    Denied {
        /// The missing IAM action.
        action: String,
        /// The resource that it is needed for.
        resource: String,
        /// The service's message.
        message: String,
    },
    /// The service refused the request.
    #[error("`{action}` on `{resource}` was refused ({code}): {message}")]
    Refused {
        /// The IAM action of the request.
        action: String,
        /// The resource of the request.
        resource: String,
        /// The error's code.
        code: String,
        /// The service's message.
        message: String,
    },
    /// There was no response. Whether the request was carried out is not known.
    #[error("`{action}` on `{resource}` got no response: {reason}")]
    NoAnswer {
        /// The IAM action of the request.
        action: String,
        /// The resource of the request.
        resource: String,
        /// What happened.
        reason: String,
    },
}

/// API Gateway's control plane, for one REST API.
///
/// Every function's error is that of the service.
#[expect(
    async_fn_in_trait,
    reason = "used by this workspace alone, on one thread"
)]
pub trait ApiGateway {
    /// The API itself.
    async fn rest_api(&self) -> Result<RestApi, ServiceError>;
    /// Every stage.
    async fn stages(&self) -> Result<Vec<Stage>, ServiceError>;
    /// Every method of every resource.
    async fn methods(&self) -> Result<Vec<Method>, ServiceError>;
    /// One method, whose path is known; `None` if it no longer exists.
    async fn method(&self, id: &MethodId, path: &str) -> Result<Option<Method>, ServiceError>;
    /// Every authorizer.
    async fn authorizers(&self) -> Result<Vec<Authorizer>, ServiceError>;
    /// Every gateway response by its type.
    async fn gateway_responses(&self) -> Result<BTreeMap<String, Answer>, ServiceError>;
    /// One gateway response.
    async fn gateway_response(&self, response_type: &str) -> Result<Answer, ServiceError>;
    /// The deployment that a stage serves, as OpenAPI with API Gateway's extensions.
    async fn export(&self, stage: &str) -> Result<Value, ServiceError>;

    /// Creates an authorizer and returns its id.
    async fn create_authorizer(
        &self,
        name: &str,
        settings: &AuthorizerSettings,
    ) -> Result<String, ServiceError>;
    /// Deletes an authorizer; it is not an error if it does not exist.
    async fn delete_authorizer(&self, id: &str) -> Result<(), ServiceError>;
    /// Changes the authorization of a method.
    async fn patch_method(&self, id: &MethodId, changes: &[Patch]) -> Result<(), ServiceError>;
    /// Changes the integration of a method.
    async fn patch_integration(&self, id: &MethodId, changes: &[Patch])
    -> Result<(), ServiceError>;
    /// Sets a gateway response.
    async fn put_gateway_response(
        &self,
        response_type: &str,
        response: &GatewayResponse,
    ) -> Result<(), ServiceError>;
    /// Restores API Gateway's own gateway response; it is not an error if that is in place already.
    async fn delete_gateway_response(&self, response_type: &str) -> Result<(), ServiceError>;
    /// Creates a deployment of the API in its present state, which no stage serves yet, and returns its id.
    async fn create_deployment(&self, description: &str) -> Result<String, ServiceError>;
    /// Deletes a deployment that no stage serves.
    async fn delete_deployment(&self, id: &str) -> Result<(), ServiceError>;
    /// Points a stage to a deployment.
    async fn point_stage(&self, stage: &str, deployment_id: &str) -> Result<(), ServiceError>;
}

/// Why the record could not be read or written.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The service that stores it failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Its file cannot be read or written.
    #[error("cannot read or write the record `{path}`: {error}")]
    File {
        /// Its location.
        path: String,
        /// The system's error.
        error: std::io::Error,
    },
    /// It exists, but not in the form in which it was written.
    #[error("the record `{place}` cannot be read: {reason}")]
    Damaged {
        /// Its location.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another run has written it since it was read.
    #[error(
        "the record `{0}` was written by another run meanwhile: run this again after that has ended"
    )]
    WrittenMeanwhile(String),
}

/// Stores the record of an API's state before the gate was attached.
#[expect(
    async_fn_in_trait,
    reason = "used by this workspace alone, on one thread"
)]
pub trait RecordStore {
    /// Its location, for messages.
    fn place(&self) -> String;
    /// The record, if there is one.
    async fn load(&mut self) -> Result<Option<Record>, RecordError>;
    /// Replaces the record that was last loaded or saved.
    async fn save(&mut self, record: &Record) -> Result<(), RecordError>;
    /// Removes the record.
    async fn remove(&mut self) -> Result<(), RecordError>;
}
