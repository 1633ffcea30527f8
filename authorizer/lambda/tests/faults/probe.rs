//! What clients ask, and what they may be answered.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;
use oathgate_apigateway::testing::rest_event;
use serde_json::Value;

use crate::{harness::Outcome, service::Service, tokens::Issuer};

/// A request that needs a service.
#[derive(Clone, Debug)]
pub struct Probe {
    pub event: Value,
    /// Whether the service lets it in when it is well.
    pub good: bool,
    subject: &'static str,
    plan: &'static str,
    signed: bool,
}

impl Probe {
    /// One that is to be let in, or one that never is.
    pub fn of(service: Service, good: bool, issuer: &Issuer, rng: &mut Rng) -> Self {
        let alice = if good { "valid-alice" } else { "stolen" };
        let place = if good { "a" } else { "forbidden" };
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let bearer = |token: &str| Some(("Authorization", format!("Bearer {token}")));
        let twin = rng.bool();
        let (rule, header) = match service {
            Service::Sessions => ("session", Some(("Cookie", format!("ory_session={alice}")))),
            Service::Introspection => ("introspection", bearer(alice)),
            Service::TokenEndpoint if twin => ("preauthorized", bearer(alice)),
            Service::TokenEndpoint if good => {
                ("client", Some(("Authorization", basic("alice:right"))))
            }
            Service::TokenEndpoint => ("client", Some(("Authorization", basic("alice:wrong")))),
            Service::KeySet if good => ("jwt", bearer(&issuer.good_token("alice"))),
            Service::KeySet => {
                let tokens = issuer.bad_tokens("alice", rng);
                ("jwt", bearer(&tokens[rng.usize(..tokens.len())]))
            }
            Service::Remote if twin => ("remote_json", None),
            Service::Remote => ("remote", None),
            Service::Keto => ("keto", None),
            Service::Hydrator => ("hydrated", None),
            Service::SecretsManager if good => ("signed", None),
            Service::SecretsManager => ("closed", None),
        };
        let forged = [("X-User", "mallory"), ("x-plan", "all"), ("X-Role", "root")];
        let mut headers = forged.to_vec();
        headers.extend(header.as_ref().map(|(name, value)| (*name, value.as_str())));
        Self {
            event: rest_event("GET", &format!("/{rule}/{place}"), &headers),
            good,
            subject: if header.is_some() { "alice" } else { "guest" },
            plan: if rule == "hydrated" { "gold" } else { "none" },
            signed: rule == "signed",
        }
    }

    /// What is wrong with an answer that lets somebody in.
    pub fn flaw(&self, outcome: &Outcome, issuer: &Issuer) -> Option<&'static str> {
        if outcome.verdict() != "Allow" {
            return None;
        }
        if !self.good {
            return Some("nobody may be let in");
        }
        let answer = outcome.clone().answer();
        let resource = &answer["policyDocument"]["Statement"][0]["Resource"];
        if *resource != self.event["methodArn"] {
            return Some("the policy names something else");
        }
        let said = |key| outcome.context(key).unwrap_or_default();
        let token = said("authorization");
        let token_is_right = match token.strip_prefix("Bearer ") {
            Some(token) => self.signed && issuer.signed(token),
            None => !self.signed && token == "none",
        };
        if said("x-user") != self.subject {
            Some("the subject is another one")
        } else if said("x-plan") != self.plan || !["none", "reader"].contains(&said("x-role")) {
            Some("a vouched header is forged or missing")
        } else if !token_is_right {
            Some("the token is not the gate's")
        } else {
            None
        }
    }
}
