//! `oathgate explain`: one request, decided, with the evidence.

use std::io::Write as _;

use oathgate_engine::{
    Decision, Gate, Outcome, Request,
    go::{Url, is_token},
};
use serde_json::json;
use thiserror::Error;

use crate::{
    arguments::{Explain, Format},
    command::CommandError,
    exit::Exit,
    project::Project,
};

/// A request that cannot be read from the command line.
#[derive(Debug, Error)]
pub(crate) enum ExplainError {
    /// A header may hold a cookie or a token, so that it is told by its number.
    #[error("header {0} on the command line is none: write `Name: value`")]
    Header(usize),
    /// Without the query, which may hold a token.
    #[error("`{0}` is no URL to ask for: write `https://host/path`")]
    Url(String),
    #[error("`{0}` is no method")]
    Method(String),
    #[error("the configuration has errors: `oathgate rules check` lists them")]
    Configuration,
}

/// Decides one request, calling the session and token services the rule names, and says why.
pub(crate) async fn run(arguments: &Explain) -> Result<Exit, CommandError> {
    let request = request(arguments)?;
    let project = Project::load(&arguments.configuration).await?;
    project.report_unreadable();
    if project.config_findings.have_errors() {
        return Err(ExplainError::Configuration.into());
    }
    let gate = Gate::build(project.config, project.rules, project.ports);
    let decision = gate.decide(request).await;
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
    Ok(if granted { Exit::Fine } else { Exit::Findings })
}

/// The request as a browser would send it to this URL.
fn request(arguments: &Explain) -> Result<Request, ExplainError> {
    let asked = arguments.url.split('#').next().unwrap_or_default();
    let shown = asked.split('?').next().unwrap_or_default();
    let wrong = || ExplainError::Url(shown.to_owned());
    let (scheme, rest) = asked.split_once("://").ok_or_else(wrong)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, asked_uri) = rest.split_at_checked(end).ok_or_else(wrong)?;
    // Nobody's password is part of what a gateway is asked for.
    if scheme.is_empty() || host.is_empty() || host.contains('@') {
        return Err(ExplainError::Url(
            shown.rsplit('@').next().unwrap_or_default().to_owned(),
        ));
    }
    let asked_uri = if asked_uri.starts_with('/') {
        asked_uri.to_owned()
    } else {
        format!("/{asked_uri}")
    };
    let (path, query) = asked_uri.split_once('?').unwrap_or((&asked_uri, ""));
    if !is_token(&arguments.method) {
        return Err(ExplainError::Method(arguments.method.clone()));
    }
    let mut request = Request {
        method: arguments.method.clone(),
        url: Url {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            raw_query: query.to_owned(),
            ..Url::default()
        },
        host: host.to_owned(),
        remote_addr: arguments.remote_addr,
        ..Request::default()
    };
    request.asked_uri = asked_uri;
    for (index, header) in arguments.headers.iter().enumerate() {
        let wrong = || ExplainError::Header(index + 1);
        let (name, value) = header.split_once(':').ok_or_else(wrong)?;
        let (name, value) = (name.trim(), value.trim());
        if !is_token(name) || value.contains(['\r', '\n', '\0']) {
            return Err(wrong());
        }
        if name.eq_ignore_ascii_case("host") {
            // What a server is told is its own name, as with `curl -H 'Host: …'`.
            value.clone_into(&mut request.host);
            value.clone_into(&mut request.url.host);
        } else {
            request.header.add(name, value);
        }
    }
    Ok(request)
}

fn as_json(decision: &Decision) -> serde_json::Value {
    let evidence = &decision.evidence;
    let mut explained = json!({
        "rule": evidence.rule,
        "overlapping": evidence.overlapping,
        "step": evidence.step.as_str(),
        "handler": evidence.handler,
        "passed_over": evidence.passed_over,
        "subject": evidence.subject,
        "status": evidence.status,
        "message": evidence.message,
        "cause": evidence.cause,
        "error_handler": evidence.error_handler,
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

fn as_lines(decision: &Decision) -> Vec<String> {
    let evidence = &decision.evidence;
    let mut lines = vec![match &decision.outcome {
        Outcome::Granted(_) => "granted".to_owned(),
        Outcome::Refused(refusal) => format!("refused with {}", refusal.status),
    }];
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("  {name:<14} {value}"));
        }
    };
    say("rule", evidence.rule.as_deref().unwrap_or("none matches"));
    say("overlapping", &evidence.overlapping.join(", "));
    say("passed over", &evidence.passed_over.join(", "));
    say("ended in", evidence.step.as_str());
    say("handler", evidence.handler.as_deref().unwrap_or_default());
    say("subject", &evidence.subject);
    say("message", &evidence.message);
    say("cause", &evidence.cause);
    say(
        "answered by",
        evidence.error_handler.as_deref().unwrap_or_default(),
    );
    if let Outcome::Granted(grant) = &decision.outcome {
        say("vouches for", &grant.vouched.join(", "));
    }
    lines
}
