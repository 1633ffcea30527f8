//! The settings of a stage and of the command line that change decisions, and the gate that decides by them.

mod effect;

use std::{env, fs, io, ops::Deref, path::PathBuf};

use oathgate_apigateway::{
    Responder, ResponderOptions, SecretHeaderTaken, SentRequest, placed_request,
};
use oathgate_engine::{
    Decision, Gate, Ports, Request, StageOptions,
    config::Config,
    manifest::Manifest,
    rules::RuleDefinition,
    safety::{Treatment, UnsafePath, VouchedHeaders},
    stage::{ApiKind, StageError},
};
use oathgate_settings::{Variable, authorizer as variables};
use thiserror::Error;

use crate::argument_groups::Deciding;

pub(crate) use effect::Effect;

/// Variables about vouched headers. Without any of them and without a stage file, the proxy in front is responsible for
/// those headers, as with Oathkeeper.
const ABOUT_VOUCHED_HEADERS: [Variable; 5] = [
    variables::VOUCHED_FALLBACK,
    variables::CLIENT_HEADERS,
    variables::FORGED_HEADERS,
    variables::TOKEN_HEADER,
    variables::BACKEND_SECRET_HEADER,
];

/// The placeholder of the backend's secret, which only the function reads: as long as one that a stack makes.
const EXAMPLE_SECRET: &str = "an-example-of-a-secret-that-is-as-long-as-those-that-stacks-make";

/// Why the settings of a stage cannot be used.
#[derive(Debug, Error)]
pub(crate) enum DecidingError {
    #[error("cannot read the stage file `{file}`: {error}", file = file.display())]
    Unreadable { file: PathBuf, error: io::Error },
    #[error("`{file}`: {error}", file = file.display())]
    File { file: PathBuf, error: StageError },
    #[error("environment variables are not valid: {0}")]
    Environment(StageError),
}

/// The settings by which a command decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    options: StageOptions,
    /// Whether decisions are those of the stage's function, vouched headers and API Gateway's limits
    /// included.
    as_function: bool,
}

impl Deciding {
    /// The stage file's settings, overridden by those of `OATHGATE_*` variables.
    ///
    /// # Errors
    /// The file cannot be read, or a setting or variable is not valid.
    pub(crate) fn stage(&self) -> Result<Stage, DecidingError> {
        let mut options = StageOptions::default();
        if let Some(file) = &self.stage {
            let text = fs::read_to_string(file).map_err(|error| DecidingError::Unreadable {
                file: file.clone(),
                error,
            })?;
            options
                .read_file(&text)
                .map_err(|error| DecidingError::File {
                    file: file.clone(),
                    error,
                })?;
        }
        let variable = |name: &str| env::var(name).ok();
        options
            .read_variables(variable)
            .map_err(DecidingError::Environment)?;
        options.paths.unsafe_paths = match self.unsafe_paths.as_str() {
            "allow" => Treatment::Allow,
            _ => Treatment::Refuse,
        };
        let is_set = |known: &Variable| variable(known.name).is_some_and(|text| !text.is_empty());
        let as_function = self.stage.is_some() || ABOUT_VOUCHED_HEADERS.iter().any(is_set);
        Ok(Stage {
            options,
            as_function,
        })
    }
}

/// A decision, and the effect of the function's response to it.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) decision: Decision,
    /// `None` without a stage.
    pub(crate) effect: Option<Effect>,
}

/// A gate that decides by the settings of a stage.
#[derive(Debug)]
pub(crate) struct StageGate {
    gate: Gate,
    options: StageOptions,
    /// With a stage, what turns a decision into the response of its function.
    responder: Option<Responder>,
}

impl StageGate {
    /// Builds the gate.
    ///
    /// # Errors
    /// A rule that sets the header which contains the backend's secret.
    pub(crate) fn build(
        stage: &Stage,
        config: Config,
        rules: Vec<RuleDefinition>,
        ports: Ports,
    ) -> Result<Self, SecretHeaderTaken> {
        let Stage {
            options,
            as_function,
        } = stage.clone();
        let manifest = as_function.then(|| Manifest::of(&config, &rules));
        let mut gate = Gate::build(config, rules, ports).with_path_policy(options.paths);
        let mut responder = None;
        if let Some(manifest) = manifest {
            let vouched = VouchedHeaders::new(&manifest, &options.vouched);
            let simple = ResponderOptions {
                simple: options.api == ApiKind::Http,
                ..ResponderOptions::default()
            };
            responder = Some(Responder::new(vouched.clone(), simple)?);
            gate = gate.with_vouched_headers(vouched);
        }
        Ok(Self {
            gate,
            options,
            responder,
        })
    }

    /// Decides a request as the stage's function does; without a stage, as Oathkeeper does. `names` are the
    /// names of the request's headers as the client wrote them, in order, where they are known.
    pub(crate) async fn decide(&self, mut request: Request, names: &[&str]) -> Decided {
        let Some(responder) = &self.responder else {
            let placed = self.options.place(&mut request);
            let decision = self.decide_placed(request, placed).await;
            return Decided {
                decision,
                effect: None,
            };
        };
        let sent = request.clone();
        let event = as_sent(&sent, names).event(self.options.api);
        let placed = match placed_request(&self.options, &event) {
            Ok((placed, why)) => {
                request = Request {
                    // What is known of the connection, and the body, are not in the event.
                    remote_addr: request.remote_addr,
                    address_headers: request.address_headers,
                    body: request.body,
                    ..placed
                };
                request.url.scheme.clone_from(&sent.url.scheme);
                why
            }
            // API Gateway sends no such event, and the gate refuses such a path itself.
            Err(_) => Ok(()),
        };
        let decision = self.decide_placed(request, placed).await;
        let responded = responder.respond(&event, &decision, Some(EXAMPLE_SECRET));
        Decided {
            decision: match responded.refused {
                Some(error) => error.refuse(decision),
                None => decision,
            },
            effect: Some(Effect::of(&responded.response)),
        }
    }

    async fn decide_placed(&self, request: Request, placed: Result<(), UnsafePath>) -> Decision {
        match placed {
            Ok(()) => self.gate.decide(request).await,
            Err(why) => self.gate.refuse_path(&request, why),
        }
    }
}

impl Deref for StageGate {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.gate
    }
}

/// A request as it was sent. Headers have the names that the client wrote where they are known, else
/// canonical ones.
fn as_sent<'r>(request: &'r Request, names: &[&'r str]) -> SentRequest<'r> {
    let mut names = names
        .iter()
        .filter(|name| !name.eq_ignore_ascii_case("host"));
    let own = request.header.iter();
    let own = own.map(|(name, value)| (names.next().copied().unwrap_or(name), value));
    SentRequest {
        method: &request.method,
        host: &request.url.host,
        path: &request.url.path,
        query: request
            .request_uri
            .split_once('?')
            .map_or("", |(_, query)| query),
        headers: std::iter::once(("Host", request.url.host.as_str()))
            .chain(own)
            .collect(),
        remote_addr: request.remote_addr,
    }
}
