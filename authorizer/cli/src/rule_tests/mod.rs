//! Tests of access rules, as data: requests, the responses of the services that their rules call, and the expected
//! decisions.

mod file;
mod keys;
mod services;
mod verdict;

use std::sync::Arc;

use oathgate_apigateway::SecretHeaderTaken;
use oathgate_engine::{Ports, ports::SystemClock};
use thiserror::Error;

pub(crate) use file::{RuleTest, TestFile};
pub(crate) use keys::TestKeys;
use services::Services;

use crate::{
    project::Project,
    request_description::{RequestDescription, RequestDescriptionError},
    stage::{Decided, Stage, StageGate},
};

/// Why a test cannot be run.
#[derive(Debug, Error)]
pub(crate) enum RuleTestError {
    #[error(transparent)]
    Request(#[from] RequestDescriptionError),
    #[error("cannot generate a key for the test: {0}")]
    Keys(String),
    #[error(transparent)]
    SecretHeader(#[from] SecretHeaderTaken),
}

/// The result of one test.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The decision, and with a stage the effect of its function's response.
    pub(crate) decided: Decided,
    /// Its differences from the expectation, in words.
    pub(crate) differences: Vec<String>,
}

/// Decides a test's request with a gate of its own, so that nothing that one test caches affects another. No network is
/// used: a service for which the test has no response is unreachable.
pub(crate) async fn run(
    test: &RuleTest,
    file: &TestFile,
    project: &Project,
    stage: &Stage,
    keys: &Arc<TestKeys>,
) -> Result<Outcome, RuleTestError> {
    let mut headers: Vec<(&str, &str)> = Vec::new();
    for (name, values) in &test.request.headers {
        headers.extend(values.iter().map(|value| (name.as_str(), value.as_str())));
    }
    let authorization = match &test.request.token {
        Some(token) => Some(format!("Bearer {}", keys.token(token)?)),
        None => None,
    };
    headers.extend(
        authorization
            .iter()
            .map(|value| ("Authorization", value.as_str())),
    );
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.trim()).collect();
    let description = RequestDescription {
        method: &test.request.method,
        url: &test.request.url,
        headers: &headers,
        remote_addr: test.request.remote_addr,
    };
    let request = description.to_request()?;
    let services = Arc::new(Services::new(
        test.services.iter().chain(&file.services).cloned(),
    ));
    let ports = Ports {
        http: Arc::clone(&services) as _,
        keys: Arc::clone(keys) as _,
        clock: Arc::new(SystemClock),
    };
    let (config, rules) = (project.config.clone(), project.rules.clone());
    let gate = StageGate::build(stage, config, rules, ports)?;
    let decided = gate.decide(request, &names).await;
    let mut differences = verdict::differences(&test.expect, &decided);
    if !differences.is_empty() {
        differences.extend(services.unanswered().into_iter().map(|request| {
            format!("`{request}` was sent, and the test has no response to it under `services`")
        }));
    }
    Ok(Outcome {
        decided,
        differences,
    })
}
