//! What attaching needs from outside: API Gateway, and a place for its record.

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

/// Why a service did not do what it was asked to.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ServiceError {
    /// What was asked for does not exist.
    #[error("`{resource}` is not there: {said}")]
    NotThere {
        /// What was asked for.
        resource: String,
        /// What the service said.
        said: String,
    },
    /// The credentials may not do that.
    #[error("the credentials may not `{action}` on `{resource}`: {said}")]
    Denied {
        /// The action of IAM that is missing.
        action: String,
        /// What it is missing for.
        resource: String,
        /// What the service said.
        said: String,
    },
    /// The service refused.
    #[error("`{action}` on `{resource}` was refused ({code}): {said}")]
    Refused {
        /// The action of IAM that was asked for.
        action: String,
        /// What it was asked for.
        resource: String,
        /// The error's code.
        code: String,
        /// What the service said.
        said: String,
    },
    /// There was no answer. Whether the request was carried out is not known.
    #[error("`{action}` on `{resource}` had no answer: {reason}")]
    NoAnswer {
        /// The action of IAM that was asked for.
        action: String,
        /// What it was asked for.
        resource: String,
        /// What happened instead.
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
    /// One method, whose path is known; none where it is gone.
    async fn method(&self, id: &MethodId, path: &str) -> Result<Option<Method>, ServiceError>;
    /// Every authorizer.
    async fn authorizers(&self) -> Result<Vec<Authorizer>, ServiceError>;
    /// Every gateway response by its type.
    async fn gateway_responses(&self) -> Result<BTreeMap<String, Answer>, ServiceError>;
    /// One gateway response.
    async fn gateway_response(&self, response_type: &str) -> Result<Answer, ServiceError>;
    /// What a stage serves, as OpenAPI with API Gateway's extensions.
    async fn export(&self, stage: &str) -> Result<Value, ServiceError>;

    /// Creates an authorizer; gives its id.
    async fn create_authorizer(
        &self,
        name: &str,
        settings: &AuthorizerSettings,
    ) -> Result<String, ServiceError>;
    /// Deletes an authorizer; one that is gone is no error.
    async fn delete_authorizer(&self, id: &str) -> Result<(), ServiceError>;
    /// Changes who may call a method.
    async fn patch_method(&self, id: &MethodId, changes: &[Patch]) -> Result<(), ServiceError>;
    /// Changes what a method's backend is sent.
    async fn patch_integration(&self, id: &MethodId, changes: &[Patch])
    -> Result<(), ServiceError>;
    /// Sets a gateway response.
    async fn put_gateway_response(
        &self,
        response_type: &str,
        response: &GatewayResponse,
    ) -> Result<(), ServiceError>;
    /// Gives a gateway response back to API Gateway; one that is its own already is no error.
    async fn delete_gateway_response(&self, response_type: &str) -> Result<(), ServiceError>;
    /// Makes a deployment of the API as it is, which no stage serves yet; gives its id.
    async fn create_deployment(&self, description: &str) -> Result<String, ServiceError>;
    /// Deletes a deployment that no stage serves.
    async fn delete_deployment(&self, id: &str) -> Result<(), ServiceError>;
    /// Points a stage to a deployment.
    async fn point_stage(&self, stage: &str, deployment_id: &str) -> Result<(), ServiceError>;
}

/// Why the record could not be read or written.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The service that keeps it.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The file that keeps it.
    #[error("cannot read or write the record `{path}`: {error}")]
    File {
        /// Where it is.
        path: String,
        /// What went wrong.
        error: std::io::Error,
    },
    /// It is there, and not as it was written.
    #[error("the record `{place}` cannot be read: {reason}")]
    Damaged {
        /// Where it is.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another run has written it since it was read.
    #[error(
        "the record `{0}` was written by another run meanwhile: run this again once that has ended"
    )]
    WrittenMeanwhile(String),
}

/// Where the record is kept: what the API was like before the gate was attached.
#[expect(
    async_fn_in_trait,
    reason = "used by this workspace alone, on one thread"
)]
pub trait RecordStore {
    /// Where it is, for people.
    fn place(&self) -> String;
    /// The record, if there is one.
    async fn load(&mut self) -> Result<Option<Record>, RecordError>;
    /// Writes the record in place of the one that was loaded or saved last.
    async fn save(&mut self, record: &Record) -> Result<(), RecordError>;
    /// Removes the record and everything of it.
    async fn remove(&mut self) -> Result<(), RecordError>;
}
