//! `oathgate explain`: one request, decided, with the trace.

use std::io::Write as _;

use oathgate_engine::{Decision, Gate, Outcome, Request};
use serde_json::json;
use thiserror::Error;

use crate::{
    arguments::{Explain, Format},
    asked::{self, AskedError},
    command::CommandError,
    exit::Exit,
    project::Project,
    stage,
};

/// Why nothing is decided.
#[derive(Debug, Error)]
pub(crate) enum ExplainError {
    #[error(transparent)]
    Asked(#[from] AskedError),
    #[error("the configuration has errors: `oathgate rules check` lists them")]
    Configuration,
}

/// Decides one request, calling the session and token services the rule names, and says why.
pub(crate) async fn run(arguments: &Explain) -> Result<Exit, CommandError> {
    let request = request(arguments)?;
    let options = arguments.deciding.options()?;
    let project = Project::load(&arguments.configuration).await?;
    project.report_unreadable();
    if project.config_findings.have_errors() {
        return Err(ExplainError::Configuration.into());
    }
    let gate =
        Gate::build(project.config, project.rules, project.ports).with_path_policy(options.paths);
    let decision = stage::decide(&gate, &options, request).await;
    let granted = matches!(decision.outcome, Outcome::Granted(_));
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &as_json(&decision))?;
            writeln!(out)?;
        }
        Format::Text => {
            for line in as_lines(&decision) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(if granted {
        Exit::Success
    } else {
        Exit::Findings
    })
}

fn request(arguments: &Explain) -> Result<Request, ExplainError> {
    let mut headers = Vec::new();
    for (index, header) in arguments.headers.iter().enumerate() {
        let split = header.split_once(':');
        headers.push(split.ok_or(AskedError::Header(index + 1))?);
    }
    let (method, url) = (&arguments.method, &arguments.url);
    Ok(asked::request(method, url, headers, arguments.remote_addr)?)
}

fn as_json(decision: &Decision) -> serde_json::Value {
    let trace = &decision.trace;
    let mut explained = json!({
        "rule": trace.rule,
        "overlapping": trace.overlapping,
        "step": trace.step.as_str(),
        "handler": trace.handler,
        "passed_over": trace.passed_over,
        "subject": trace.subject,
        "empty_subject": trace.empty_subject,
        "status": trace.status,
        "code": trace.code.as_str(),
        "message": trace.message,
        "cause": trace.cause,
        "worked_around": trace.worked_around,
        "error_handler": trace.error_handler,
    });
    let (granted, status, vouched) = match &decision.outcome {
        Outcome::Granted(grant) => (true, 200, grant.vouched.clone()),
        Outcome::Refused(refusal) => (false, refusal.status, Vec::new()),
    };
    if let Some(explained) = explained.as_object_mut() {
        explained.insert("granted".to_owned(), granted.into());
        explained.insert("answer".to_owned(), status.into());
        explained.insert("vouched".to_owned(), vouched.into());
    }
    explained
}

/// The decision in lines for people.
pub(crate) fn as_lines(decision: &Decision) -> Vec<String> {
    let trace = &decision.trace;
    let mut lines = vec![match &decision.outcome {
        Outcome::Granted(_) => "granted".to_owned(),
        Outcome::Refused(refusal) => format!("refused with {}", refusal.status),
    }];
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("  {name:<14} {value}"));
        }
    };
    say("rule", trace.rule.as_deref().unwrap_or("none matches"));
    say("overlapping", &trace.overlapping.join(", "));
    say("passed over", &trace.passed_over.join(", "));
    say("ended in", trace.step.as_str());
    say("handler", trace.handler.as_deref().unwrap_or_default());
    say(
        "subject",
        if trace.empty_subject {
            "(empty: the authenticator let in a request without a subject)"
        } else {
            &trace.subject
        },
    );
    if matches!(decision.outcome, Outcome::Refused(_)) {
        say("code", trace.code.as_str());
    }
    say("message", &trace.message);
    say("cause", &trace.cause);
    say(
        "worked around",
        trace.worked_around.as_deref().unwrap_or_default(),
    );
    say(
        "answered by",
        trace.error_handler.as_deref().unwrap_or_default(),
    );
    if let Outcome::Granted(grant) = &decision.outcome {
        say("vouches for", &grant.vouched.join(", "));
    }
    lines
}
