//! The routes of the decision API.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, request::Parts};
use http_body_util::Full;
use hyper::body::Incoming;
use oathgate_engine::Gate;
use oathgate_gostd::Query;
use serde_json::json;

use crate::stage::{Decided, StageGate};

use super::{
    CurrentGate, ServedGate, clean_path, cors, decisions, forwarded_headers, log, metrics::Metrics,
    request_body::BodyReader, request_validity, response, rule_view::RuleView,
};

/// The decision API and what its responses depend on.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) encrypted: bool,
    pub(super) bodies: BodyReader,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) current: Arc<CurrentGate>,
}

impl Api {
    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<Full<Bytes>> {
        let since = Instant::now();
        let (parts, body) = request.into_parts();
        let gate = self.current.get();
        let cors = &gate.config().serve.api.cors;
        let response = match cors::preflight(cors, &parts) {
            Some(response) => response,
            None => {
                let mut response = self.route(&gate, &parts, body, peer).await;
                cors::add_headers(cors, &parts, response.headers_mut());
                response
            }
        };
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        self.metrics
            .count(method, path, response.status(), since.elapsed());
        response.map(Full::new)
    }

    async fn route(
        &self,
        gate: &ServedGate,
        parts: &Parts,
        body: Incoming,
        peer: SocketAddr,
    ) -> Response<Bytes> {
        if let Some(defect) = request_validity::defect(parts) {
            return response::error(StatusCode::BAD_REQUEST, defect);
        }
        if let Some(response) = clean_path::redirect(parts) {
            return response;
        }
        let path = parts.uri.path();
        if path == decisions::PATH || path.starts_with("/decisions/") {
            if let Some(defect) = forwarded_headers::defect(parts) {
                return response::error(StatusCode::BAD_REQUEST, &defect);
            }
            return match self.bodies.read(body).await {
                Ok((body, _held)) => {
                    let described = decisions::request(parts, body, peer, self.encrypted);
                    decide(gate, described).await
                }
                Err(error) => error.response(),
            };
        }
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return not_found();
        }
        if path == "/.well-known/jwks.json" {
            return published_keys(gate).await;
        }
        get(gate, path, parts.uri.query().unwrap_or_default())
    }
}

async fn decide(gate: &StageGate, request: oathgate_engine::Request) -> Response<Bytes> {
    let line = log::LoggedRequest::of(&request);
    // HTTP libraries do not keep the case of names.
    let Decided { decision, .. } = gate.decide(request, &[]).await;
    line.decided(&decision);
    decisions::response(decision)
}

/// The public halves of the keys that verify the gate's tokens.
async fn published_keys(gate: &Gate) -> Response<Bytes> {
    match gate.published_keys().await {
        Ok(keys) => response::json(StatusCode::OK, &json!({ "keys": keys })),
        Err(error) => {
            log::problem("the public keys cannot be read", &error.to_string());
            response::error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the public keys cannot be read: see the log",
            )
        }
    }
}

fn get(gate: &ServedGate, path: &str, query: &str) -> Response<Bytes> {
    match path {
        "/health/alive" => response::json(StatusCode::OK, &json!({"status": "ok"})),
        "/health/ready" => ready(gate),
        "/version" => response::json(
            StatusCode::OK,
            &json!({"version": env!("CARGO_PKG_VERSION")}),
        ),
        "/rules" => response::json(StatusCode::OK, &page(gate, query)),
        _ => match path.strip_prefix("/rules/") {
            Some(id) if !id.contains('/') => rule(gate, id),
            _ => not_found(),
        },
    }
}

fn ready(gate: &ServedGate) -> Response<Bytes> {
    if !gate.is_ready() {
        // The body is Oathkeeper's, whose code differs from the status; health checks read the status.
        return response::json(
            StatusCode::SERVICE_UNAVAILABLE,
            &json!({"error": {
                "code": 500,
                "status": "Internal Server Error",
                "reason": "No rules found.",
                "message": "The requested resource could not be found",
            }}),
        );
    }
    response::json(StatusCode::OK, &json!({"status": "ok"}))
}

/// `limit` rules (50 by default, at most 500) from `offset` on, as Oathkeeper pages them: a value other than a number
/// counts as absent, a negative number as 0.
fn page(gate: &ServedGate, query: &str) -> Vec<RuleView> {
    let query = Query::parse(query);
    let number = |name: &str, default: usize| match query.get(name).parse::<i64>() {
        Ok(number) => usize::try_from(number).unwrap_or(0),
        Err(_) => default,
    };
    gate.listed()
        .skip(number("offset", 0))
        .take(number("limit", 50).min(500))
        .map(|definition| RuleView::from(&*definition))
        .collect()
}

fn rule(gate: &ServedGate, id: &str) -> Response<Bytes> {
    let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
    match gate.listed().find(|definition| definition.id == id) {
        Some(definition) => response::json(StatusCode::OK, &RuleView::from(&*definition)),
        None => response::error(
            StatusCode::NOT_FOUND,
            "The requested resource could not be found",
        ),
    }
}

fn not_found() -> Response<Bytes> {
    response::error(
        StatusCode::NOT_FOUND,
        "The requested resource could not be found",
    )
}
