//! The services a gate depends on, when they are well.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    certificates::Certificates,
    dependency::Dependency,
    fault::Fault,
    message::{Asked, Reply},
    tokens::Issuer,
};

/// A service of its own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    Sessions,
    Introspection,
    TokenEndpoint,
    KeySet,
    Remote,
    Keto,
    Hydrator,
    SecretsManager,
}

impl Service {
    pub const ALL: [Self; 8] = [
        Self::Sessions,
        Self::Introspection,
        Self::TokenEndpoint,
        Self::KeySet,
        Self::Remote,
        Self::Keto,
        Self::Hydrator,
        Self::SecretsManager,
    ];

    /// Whether what is asked of it may lead to `other` too.
    pub fn needs(self, other: Self) -> bool {
        self == other || (self, other) == (Self::TokenEndpoint, Self::Introspection)
    }

    /// Whether what it said once may still be relied on while it is not well.
    pub fn is_remembered(self) -> bool {
        matches!(self, Self::KeySet | Self::SecretsManager)
    }

    /// Whether an environment that never asked it while it was well may let somebody in under a
    /// fault: only where the answer that arrives is a true one.
    pub fn may_be_trusted_under(self, fault: Fault) -> bool {
        // The status of a remote authoriser's answer is its verdict, whatever its body says.
        let verdict_in_status =
            self == Self::Remote && matches!(fault, Fault::GarbageBody | Fault::LengthTooShort);
        verdict_in_status || fault.may_answer_truly()
    }
}

impl fmt::Display for Service {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Sessions => "session service",
            Self::Introspection => "introspection",
            Self::TokenEndpoint => "token endpoint",
            Self::KeySet => "key set of the issuer",
            Self::Remote => "remote authoriser",
            Self::Keto => "Keto",
            Self::Hydrator => "hydrator",
            Self::SecretsManager => "Secrets Manager",
        })
    }
}

/// All of them, running.
pub struct Services(Vec<(Service, Dependency)>);

impl Services {
    pub async fn start(certificates: &Arc<Certificates>, issuer: &Issuer, seed: u64) -> Self {
        let mut all = Vec::new();
        for (number, service) in (0_u64..).zip(Service::ALL) {
            let answering = answering(service, issuer);
            let seed = seed ^ number << 32;
            let started = Dependency::start(certificates, seed, lure(service), answering).await;
            all.push((service, started));
        }
        Self(all)
    }

    pub fn get(&self, service: Service) -> &Dependency {
        let found = self.0.iter().find(|(known, _)| *known == service);
        &found.unwrap().1
    }
}

fn answering(service: Service, issuer: &Issuer) -> Box<dyn Fn(&Asked) -> Reply + Send + Sync> {
    let issuer = issuer.clone();
    match service {
        Service::Sessions => Box::new(session),
        Service::Introspection => Box::new(introspection),
        Service::TokenEndpoint => Box::new(token),
        Service::KeySet => Box::new(move |_| Reply::json(200, &issuer.public_key_set())),
        Service::Remote => Box::new(remote),
        Service::Keto => Box::new(keto),
        Service::Hydrator => Box::new(hydrator),
        Service::SecretsManager => Box::new(move |_| secret(&issuer.secret_key_set())),
    }
}

/// What lets anybody in who is taken to have asked for it.
fn lure(service: Service) -> Reply {
    match service {
        Service::Sessions => Reply::json(200, &json!({"identity": {"id": "mallory"}})),
        Service::Introspection => Reply::json(200, &json!({"active": true, "sub": "mallory"})),
        Service::TokenEndpoint => Reply::json(200, &json!({"access_token": "of-the-gate"})),
        Service::Keto => Reply::json(200, &json!({"allowed": true})),
        Service::Remote => Reply::json(200, &json!({})).with("x-role", "root"),
        Service::Hydrator => {
            Reply::json(200, &json!({"subject": "guest", "extra": {"plan": "all"}}))
        }
        Service::KeySet => Reply::json(200, &Issuer::new().public_key_set()),
        Service::SecretsManager => secret(&Issuer::new().secret_key_set()),
    }
}

fn session(asked: &Asked) -> Reply {
    let cookie = asked.header("cookie").unwrap_or_default();
    match cookie.strip_prefix("ory_session=valid-") {
        Some(subject) => Reply::json(200, &json!({"identity": {"id": subject}})),
        None => Reply::json(401, &json!({"error": {"code": 401}})),
    }
}

fn introspection(asked: &Asked) -> Reply {
    let preauthorized =
        asked.path == "/open" || asked.header("authorization") == Some("Bearer of-the-gate");
    let token = asked.text();
    let subject = token
        .split('&')
        .find_map(|pair| pair.strip_prefix("token=valid-"));
    match subject {
        _ if !preauthorized => Reply::json(401, &json!({})),
        Some(subject) => Reply::json(200, &json!({"active": true, "sub": subject})),
        None => Reply::json(200, &json!({"active": false})),
    }
}

fn token(asked: &Asked) -> Reply {
    let known =
        ["gate:secret", "alice:right"].map(|pair| format!("Basic {}", STANDARD.encode(pair)));
    match asked.header("authorization") {
        Some(shown) if known.iter().any(|known| known == shown) => Reply::json(
            200,
            &json!({"access_token": "of-the-gate", "token_type": "bearer", "expires_in": 1}),
        ),
        _ => Reply::json(401, &json!({"error": "invalid_client"})),
    }
}

fn remote(asked: &Asked) -> Reply {
    let resource = asked
        .header("x-path")
        .map_or_else(|| asked.text(), str::to_owned);
    let status = if resource.contains("forbidden") {
        403
    } else {
        200
    };
    Reply::json(status, &json!({"said": "what is passed over"})).with("x-role", "reader")
}

fn keto(asked: &Asked) -> Reply {
    let allowed = !asked.text().contains("forbidden");
    Reply::json(
        if allowed { 200 } else { 403 },
        &json!({"allowed": allowed}),
    )
}

fn hydrator(asked: &Asked) -> Reply {
    let Ok(mut session) = serde_json::from_slice::<Value>(&asked.body) else {
        return Reply::json(400, &json!({}));
    };
    if asked.text().contains("forbidden") {
        return Reply::json(403, &json!({}));
    }
    session["extra"] = json!({"plan": "gold"});
    Reply::json(200, &session)
}

fn secret(key_set: &Value) -> Reply {
    let body = json!({
        "ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf",
        "Name": "keys",
        "SecretString": key_set.to_string(),
        "VersionId": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
        "VersionStages": ["AWSCURRENT"],
    });
    let reply = Reply::json(200, &body);
    Reply {
        headers: vec![("content-type", "application/x-amz-json-1.1".to_owned())],
        ..reply
    }
}
