//! Answers one event.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use oathgate_engine::{
    Decision, DecisionTrace, Gate, Outcome as Decided, ReasonCode, Refusal, go::Header,
    manifest::Manifest,
};

use oathgate_http_client::{TimeLimits, TimeUp};

use crate::{
    Answer, BackendSecret, Level, Log, Outside, SecretHeaderTaken, Settings, Unanswered,
    answer::Answering,
    context::{self, Vouched},
    event::Event,
    log::{self, Figures, Metrics, Outcome},
    outside::Asked,
};

/// What Lambda says of an invocation.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Lambda's id of it.
    pub request_id: String,
    /// When Lambda stops waiting.
    pub deadline: SystemTime,
    /// The `X-Amzn-Trace-Id` that services are asked with.
    pub trace: Option<String>,
}

/// A gate behind API Gateway.
#[derive(Debug)]
pub struct Authorizer {
    gate: Gate,
    vouched: Vouched,
    backend_secret: Option<BackendSecret>,
    settings: Settings,
    outside: Arc<Outside>,
    log: Log,
    warm: AtomicBool,
    time_limits: TimeLimits,
}

/// What one event came to, for the answer and for the log.
struct Concluded {
    answer: Result<Answer, Unanswered>,
    trace: DecisionTrace,
    api_request_id: String,
}

/// What the log is to say of an event, for [`Authorizer::write`].
#[derive(Debug)]
#[must_use = "every event has a line in the log"]
pub struct Record {
    request_id: String,
    api_request_id: String,
    outcome: Outcome,
    trace: DecisionTrace,
    took: Duration,
    asked: Asked,
    cold_start: bool,
}

impl Authorizer {
    /// A gate that vouches on every grant for the headers that `manifest` names, and hands no client's cookie
    /// on that could be read as one it names. `outside` is what the gate asks services with.
    #[must_use]
    pub fn new(
        gate: Gate,
        manifest: Manifest,
        settings: Settings,
        outside: Arc<Outside>,
        log: Log,
    ) -> Self {
        let headers = manifest.vouched.into_iter().map(|vouched| vouched.header);
        let vouched = Vouched::new(headers, &settings).with_cookies(manifest.cookies);
        Self {
            gate: gate.with_path_policy(settings.stage.paths),
            vouched,
            backend_secret: None,
            settings,
            outside,
            log,
            warm: AtomicBool::new(false),
            time_limits: TimeLimits::default(),
        }
    }

    /// The same gate, which hands a secret to the backend on every grant. Where the secret cannot be read
    /// nothing is granted, and no client may send its header, whatever the settings say of others.
    ///
    /// # Errors
    /// A rule that sets the secret's header.
    pub fn with_backend_secret(self, secret: BackendSecret) -> Result<Self, SecretHeaderTaken> {
        Ok(Self {
            vouched: self.vouched.with_secret(secret.header().clone())?,
            backend_secret: Some(secret),
            ..self
        })
    }

    /// Answers an event, given as JSON. There always is an answer: a panic and a deadline that comes
    /// near are refusals too. The record beside it is to be written, which can wait until the answer
    /// is on its way.
    pub async fn answer(
        &self,
        event: &str,
        invocation: &Invocation,
    ) -> (Result<Answer, Unanswered>, Record) {
        let begun = Instant::now();
        let cold_start = !self.warm.swap(true, Ordering::Relaxed);
        self.outside
            .begin(invocation.deadline, invocation.trace.clone());
        let time = Outside::time_to_decide(invocation.deadline);
        // Pinned once, here: a future that is handed on by value is copied, and this is a large one.
        let concluding = pin!(self.conclude(event));
        let concluded = match self.time_limits.within(time, caught(concluding)).await {
            Ok(Ok(concluded)) => concluded,
            Ok(Err(Panicked)) => failed(ReasonCode::Panicked, "the decision panicked".to_owned()),
            Err(TimeUp) => failed(ReasonCode::TimeUp, "the function's time ran out".to_owned()),
        };
        let record = Record {
            request_id: invocation.request_id.clone(),
            api_request_id: concluded.api_request_id,
            outcome: outcome(&concluded.answer),
            trace: concluded.trace,
            took: begun.elapsed(),
            asked: self.outside.asked(),
            cold_start,
        };
        (concluded.answer, record)
    }

    async fn conclude(&self, text: &str) -> Concluded {
        let event = match Event::read(text) {
            Ok(event) => event,
            Err(error) => return failed(ReasonCode::EventUnreadable, error.to_string()),
        };
        let mut concluded = self.decide(&event).await;
        concluded.api_request_id = event.request_id.into_owned();
        concluded
    }

    async fn decide(&self, event: &Event<'_>) -> Concluded {
        let stage = &self.settings.stage;
        let mut request = match event.request(stage.public_host.as_deref()) {
            Ok(request) => request,
            Err(error) => return failed(ReasonCode::EventUnreadable, error.to_string()),
        };
        let placed = event.place(&mut request, stage.base_path.as_ref());
        let decision = match self.vouched.forged_before(event) {
            Some(forgery) => malformed(forgery.code(), forgery.to_string()),
            None => match placed {
                Ok(()) => self.gate.decide(request).await,
                Err(why) => self.gate.refuse_path(&request, why),
            },
        };
        let secret = match (&self.backend_secret, &decision.outcome) {
            (Some(secret), Decided::Granted(_)) => secret.value().await,
            _ => None,
        };
        let answering = Answering {
            event,
            vouched: &self.vouched,
            allowed_origins: &self.settings.allowed_origins,
            simple: self.settings.simple_answers,
            secret: secret.as_ref(),
        };
        let (answer, unfit) = answering.to(&decision);
        let mut trace = decision.trace;
        if let Some(unfit) = unfit {
            trace.status = unfit.status();
            trace.code = unfit.code();
            trace.message = unfit.message().to_owned();
            trace.cause = unfit.to_string();
        }
        Concluded {
            answer,
            trace,
            api_request_id: String::new(),
        }
    }

    /// Writes the line about an event.
    pub fn write(&self, record: &Record) {
        let trace = &record.trace;
        let level = match record.outcome {
            Outcome::Error => Level::Error,
            _ if trace.code.is_fault() || trace.worked_around.is_some() => Level::Warn,
            _ => Level::Info,
        };
        let metrics = self.settings.metrics.as_ref().map(|settings| Metrics {
            settings,
            cold_start: record.cold_start,
            has_rule: trace.rule.is_some(),
            asked: record.asked.calls > 0,
            fault: match level {
                Level::Debug | Level::Info => None,
                Level::Warn if !trace.code.is_fault() => Some(log::WORKED_AROUND),
                Level::Warn | Level::Error => Some(trace.code.as_str()),
            },
        });
        let figures = Figures {
            ms: log::milliseconds(record.took),
            upstream_calls: record.asked.calls,
            upstream_ms: log::milliseconds(record.asked.time),
            cache_hits: trace.cache_hits,
            metrics,
        };
        if !self.log.writes(level) {
            if figures.metrics.is_some() {
                self.log
                    .measured(record.outcome, trace.rule.as_deref(), figures);
            }
            return;
        }
        let decided = log::Decided {
            request_id: &record.request_id,
            api_request_id: &record.api_request_id,
            outcome: record.outcome,
            status: trace.status,
            rule: trace.rule.as_deref(),
            overlapping: trace.overlapping.iter().map(AsRef::as_ref).collect(),
            step: trace.step.as_str(),
            handler: trace.handler.as_deref(),
            error_handler: trace.error_handler.as_deref(),
            code: trace.code.as_str(),
            reason: &trace.message,
            cause: &trace.cause,
            worked_around: trace.worked_around.as_deref(),
            empty_subject: trace.empty_subject,
            step_ms: trace.took.into(),
            cold_start: record.cold_start,
            figures,
        };
        self.log.write(level, "decided", decided);
    }
}

fn outcome(answer: &Result<Answer, Unanswered>) -> Outcome {
    match answer {
        Ok(answer) if answer.allows() => Outcome::Allow,
        Ok(_) => Outcome::Deny,
        Err(Unanswered::Unauthorized) => Outcome::Unauthorized,
        Err(Unanswered::Undecided) => Outcome::Error,
    }
}

/// Nothing was decided, for a cause that only the log names.
fn failed(code: ReasonCode, cause: String) -> Concluded {
    Concluded {
        answer: Err(Unanswered::Undecided),
        trace: DecisionTrace {
            status: 500,
            code,
            cause,
            ..DecisionTrace::default()
        },
        api_request_id: String::new(),
    }
}

/// A request that no rule is asked about.
fn malformed(code: ReasonCode, cause: String) -> Decision {
    let message = context::MALFORMED.to_owned();
    let refusal = Refusal {
        status: 400,
        header: Header::default(),
        body: context::error_body(400, &message).to_string().into(),
    };
    Decision {
        outcome: Decided::Refused(refusal),
        trace: DecisionTrace {
            status: 400,
            code,
            message,
            cause,
            ..DecisionTrace::default()
        },
    }
}

struct Panicked;

/// Runs a future, and turns a panic inside it into an error. The gate holds no lock across anything
/// that could leave it half changed.
async fn caught<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Panicked> {
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}
