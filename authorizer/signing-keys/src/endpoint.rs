//! The public documents about the keys: the key set
//! ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517#section-5)) and the document with its URL
//! ([OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::SystemTime,
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oathgate_http_client::{
    Client,
    aws::{Account, AccountError, Secrets},
};
use oathgate_jose::JwkSet;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{EndpointSettings, Request, secret_set::SecretSet};

/// The path of the key set.
const KEY_SET: &str = "/.well-known/jwks.json";

/// The path of the discovery document, which has the URL of the key set.
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A response in the form that API Gateway expects of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The status.
    pub status_code: u16,
    /// The headers.
    pub headers: BTreeMap<&'static str, String>,
    /// The body, as text.
    pub body: String,
    /// Whether the body is base64.
    pub is_base64_encoded: bool,
}

/// Answers GET and HEAD for the two documents, which are public.
#[derive(Clone, Debug)]
pub struct Endpoint {
    settings: EndpointSettings,
    set: SecretSet,
}

impl Endpoint {
    /// Reads the secret with the credentials of `account`.
    ///
    /// # Errors
    /// There is no account.
    pub fn new(
        client: Client,
        account: Result<Account, AccountError>,
        settings: EndpointSettings,
    ) -> Result<Self, AccountError> {
        let secrets = Secrets::new(&account?, client);
        let set = SecretSet::new(secrets, settings.secret.clone(), settings.ttl);
        Ok(Self { settings, set })
    }

    /// Answers a request.
    pub async fn answer(&self, request: &Request, now: SystemTime) -> Response {
        let known = [KEY_SET, DISCOVERY].into_iter();
        let Some(document) = known
            .into_iter()
            .find(|path| request.path().ends_with(path))
        else {
            return refusal(404, "Not Found");
        };
        let is_head = match request.method() {
            "GET" => false,
            "HEAD" => true,
            _ => return with(refusal(405, "Method Not Allowed"), "Allow", "GET, HEAD"),
        };
        let Some(set) = self.set.get(now).await else {
            return with(refusal(503, "Service Unavailable"), "Retry-After", "5");
        };
        let body = if document == KEY_SET {
            key_set(&set, now)
        } else {
            match self.discovery(request, &set, now) {
                Some(body) => body,
                None => return refusal(500, "Internal Server Error"),
            }
        };
        self.document(request, &body, is_head)
    }

    fn document(&self, request: &Request, body: &Value, is_head: bool) -> Response {
        let body = body.to_string();
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, body.as_bytes()));
        let tag = format!("\"{hash}\"");
        let is_known = request.header("If-None-Match").is_some_and(|known| {
            known
                .split(',')
                .map(|known| known.trim().trim_start_matches("W/"))
                .any(|known| known == "*" || known == tag)
        });
        let max_age = self.settings.max_age.as_secs();
        let headers = BTreeMap::from([
            ("Content-Type", "application/json".to_owned()),
            ("Cache-Control", format!("public, max-age={max_age}")),
            ("ETag", tag),
            ("Access-Control-Allow-Origin", "*".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
        ]);
        Response {
            status_code: if is_known { 304 } else { 200 },
            headers,
            body: if is_known || is_head {
                String::new()
            } else {
                body
            },
            is_base64_encoded: false,
        }
    }

    fn discovery(&self, request: &Request, set: &Arc<JwkSet>, now: SystemTime) -> Option<Value> {
        let base = match &self.settings.base_url {
            Some(base) => base.trim_end_matches('/').to_owned(),
            None => request.base_url(DISCOVERY)?,
        };
        let algorithms: BTreeSet<&str> = set
            .keys()
            .iter()
            .filter(|key| key.lifetime.is_published(now))
            .map(|key| key.algorithm.as_str())
            .filter(|algorithm| !algorithm.is_empty())
            .collect();
        Some(json!({
            "issuer": self.settings.issuer,
            "jwks_uri": format!("{base}{KEY_SET}"),
            "id_token_signing_alg_values_supported": algorithms,
            // Required by the specification, and meaningless here: only backends receive tokens.
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        }))
    }
}

fn key_set(set: &JwkSet, now: SystemTime) -> Value {
    let keys: Vec<_> = set.published(now).collect();
    json!({ "keys": keys })
}

/// A response with an error in Oathkeeper's format, which must not be cached.
fn refusal(status: u16, reason: &str) -> Response {
    let body = json!({"error": {"code": status, "status": reason}});
    Response {
        status_code: status,
        headers: BTreeMap::from([
            ("Content-Type", "application/json".to_owned()),
            ("Cache-Control", "no-store".to_owned()),
            ("Access-Control-Allow-Origin", "*".to_owned()),
        ]),
        body: body.to_string(),
        is_base64_encoded: false,
    }
}

fn with(mut response: Response, name: &'static str, value: &str) -> Response {
    response.headers.insert(name, value.to_owned());
    response
}
