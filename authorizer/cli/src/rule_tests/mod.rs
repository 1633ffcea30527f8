//! Tests of access rules, as data: requests, what the services they lead to would answer, and what
//! must come of them.

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
    #[error("no key for the test could be made: {0}")]
    Keys(String),
    #[error(transparent)]
    SecretHeader(#[from] SecretHeaderTaken),
}

/// What came of one test.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The decision, and with a stage what its function makes of it.
    pub(crate) decided: Decided,
    /// How it differs from what is expected, in words; empty where it does not.
    pub(crate) differences: Vec<String>,
}

/// Decides a test's request with a gate of its own, so that nothing kept from one test answers another.
/// No network is used: a service that the test has no answer for cannot be reached.
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
        differences.extend(services.unanswered().into_iter().map(|question| {
            format!("asked `{question}`, for which the test has no answer under `services`")
        }));
    }
    Ok(Outcome {
        decided,
        differences,
    })
}
