//! Runs one authenticator by itself.

use std::sync::Arc;

use oathgate_gostd::Url;
use serde_json::Value;

use super::super::{Authentication, Authenticator};
use crate::{
    Failure, Ports, Request, Session,
    config::{Config, Format},
    handlers::Shared,
    rules::HandlerReference,
};

/// An authenticator as a rule names it: `global` is the YAML of its global `config`, if
/// it has one.
pub(in super::super) fn build(handler: &str, global: &str, rule: Value) -> Authenticator {
    build_sharing(handler, global, rule, &Arc::new(Shared::default()))
}

/// The same, of a gate that other authenticators belong to as well.
pub(in super::super) fn build_sharing(
    handler: &str,
    global: &str,
    rule: Value,
    shared: &Arc<Shared>,
) -> Authenticator {
    let config = if global.is_empty() {
        format!("authenticators: {{ {handler}: {{ enabled: true }} }}")
    } else {
        format!("authenticators: {{ {handler}: {{ enabled: true, config: {global} }} }}")
    };
    let config = Config::parse(&config, Format::Yaml, [("", ""); 0]).unwrap();
    let reference = HandlerReference {
        handler: handler.to_owned(),
        config: Some(rule),
    };
    Authenticator::build(&reference, &config, shared)
}

/// `GET https://api.example/a b?x=1` with these headers.
pub(in super::super) fn request(headers: &[(&str, &str)]) -> Request {
    Request {
        method: "GET".to_owned(),
        url: Url {
            path: "/a b".to_owned(),
            ..Url::parse("https://api.example/?x=1").unwrap()
        },
        header: headers.iter().copied().collect(),
        host: "gate.example".to_owned(),
        ..Request::default()
    }
}

/// What an authenticator decides about a request, and the session it leaves.
pub(in super::super) async fn run(
    authenticator: &Authenticator,
    request: &Request,
    ports: &Ports,
) -> (Result<Authentication, Failure>, Session) {
    let mut session = Session::default();
    let outcome = authenticator
        .authenticate(request, &mut session, ports)
        .await;
    (outcome, session)
}
