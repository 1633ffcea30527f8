//! `hydrator`: sends the session to a service that completes it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use oathgate_cache::BoundedCache;
use oathgate_cache::CacheKey;
use oathgate_gostd::{Url, UserInfo, json, parse_duration};
use oathgate_gotemplate::Value;

use super::{Mutate, hydrated};
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    config::{Form, Shape},
    handlers::{
        Description, Misconfigured, SetHeaders, Settings, Shared, Uri,
        options::{OptionValue, options},
        retry::Retries,
    },
    service_request::{ServiceRequest, basic_auth},
};

/// Sends the session to a service, whose response takes its place.
#[derive(Debug)]
pub(super) struct Hydrator {
    url: Box<Url>,
    auth: Option<Box<UserInfo>>,
    /// How long one attempt may take.
    timeout: Duration,
    retries: Retries,
    /// How long an answer is kept, if it is.
    keep: Option<Duration>,
    shared: Arc<Shared>,
}

const EXAMPLE: &str = "\
api:
  url: https://profile.example.com/hydrate
  auth: {basic: {username: gate, password: secret}}
  retry: {give_up_after: 2s}
cache: {enabled: true, ttl: 1m}";

options! {
    struct Options {
        /// The service that completes the session.
        #[required = Always]
        api: Api,
        /// Keeps responses.
        cache: Cache,
    }
}

options! {
    struct Api {
        /// The address of the service.
        #[required = Always]
        url: Uri,
        /// The gate's credentials at the service.
        auth: Option<Auth>,
        /// When the request is sent again.
        retry: Retry,
    }
}

options! {
    struct Auth {
        /// Basic authentication (RFC 7617).
        basic: Option<Basic>,
    }
}

options! {
    struct Basic {
        /// The user name.
        #[required = Always]
        username: String,
        /// The password.
        #[required = Always]
        password: String,
    }
}

options! {
    struct Retry {
        /// How long one attempt may take.
        #[default("1s")]
        give_up_after: String as Shape::text(Form::Duration),
        /// The longest wait between two attempts.
        #[default("100ms")]
        max_delay: String as Shape::text(Form::Duration),
    }
}

options! {
    struct Cache {
        /// Whether responses are kept.
        #[default(false)]
        enabled: bool,
        /// How long a response is kept.
        #[default("1m")]
        ttl: String as Shape::text(Form::Duration),
    }
}

/// Responses of hydrators' services, by the whole request for them.
#[derive(Debug)]
pub struct HydratedSessions(BoundedCache<CacheKey, Kept>);

#[derive(Clone)]
struct Kept {
    session: Arc<Session>,
    until: SystemTime,
}

impl Default for HydratedSessions {
    /// Room for as many answers as Oathkeeper keeps.
    fn default() -> Self {
        Self(BoundedCache::new(1000))
    }
}

impl Mutate for Hydrator {
    const DESCRIPTION: Description = Description::new(
        "hydrator",
        "Sends the session to a service, and takes the session of its response in its place.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .sets(SetHeaders::Any)
    .services(&["api.url"])
    .behind_api_gateway(
        "API Gateway maps headers by their names, and those that the service sets are known only when it \
         responds: set what the backend relies on with a `header` mutator behind the hydrator.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Options { api, cache } = settings.parse()?;
        let duration = |text: &str| {
            parse_duration(text)
                .ok_or_else(|| settings.misconfigured("a duration is longer than 290 years"))
        };
        let keep = match duration(&cache.ttl)? {
            _ if !cache.enabled => None,
            Duration::ZERO => Some(Duration::from_secs(60)),
            ttl => Some(ttl),
        };
        let timeout = duration(&api.retry.give_up_after)?;
        let longest_wait = duration(&api.retry.max_delay)?;
        Ok(Self {
            url: Box::new(api.url.0),
            auth: api.auth.map(|Auth { basic }| Box::new(user(basic))),
            timeout,
            retries: Retries {
                attempts: 5,
                longest_wait,
            },
            keep,
            shared: Arc::clone(settings.shared),
        })
    }

    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let service_request = self.service_request(request, session)?;
        let Some(keep) = self.keep else {
            let hydrated = self
                .hydrate(&service_request, &session.subject, ports)
                .await?;
            take_over(session, hydrated);
            return Ok(());
        };
        let key = CacheKey::of(&service_request);
        let now = ports.clock.now();
        let kept = self
            .shared
            .hydrated_sessions
            .0
            .get(&key, |kept| now < kept.until);
        session.cache_hits += u32::from(kept.is_some());
        let hydrated = match kept {
            Some(kept) => Session::clone(&kept.session),
            None => {
                let hydrated = self
                    .hydrate(&service_request, &session.subject, ports)
                    .await?;
                let kept = Kept {
                    session: Arc::new(hydrated.clone()),
                    until: now + keep,
                };
                self.shared.hydrated_sessions.0.insert(key, kept);
                hydrated
            }
        };
        take_over(session, hydrated);
        Ok(())
    }
}

impl Hydrator {
    /// The session as it is sent to the service.
    fn service_request(
        &self,
        request: &Request,
        session: &Session,
    ) -> Result<ServiceRequest, Failure> {
        if !self.url.opaque.is_empty() {
            return Err(told("Invalid URL in mutator configuration"));
        }
        let mut url = Url::clone(&self.url);
        // Oathkeeper puts the request's query in place of the service's own.
        url.raw_query = request.url.query().encode();
        let mut service_request = ServiceRequest::new("POST", url, self.timeout);
        service_request.header = request.header_for_services();
        if let Some(user) = &self.auth {
            service_request
                .header
                .set("Authorization", basic_auth(user));
        }
        service_request
            .header
            .set("Content-Type", "application/json");
        service_request.body = session_json(session).into();
        Ok(service_request)
    }

    async fn hydrate(
        &self,
        service_request: &ServiceRequest,
        subject: &str,
        ports: &Ports,
    ) -> Result<Session, Failure> {
        let answer = self.retries.send(service_request, ports).await?;
        match answer.status {
            200 => {}
            401 if self.auth.is_some() => {
                return Err(told(
                    "Invalid credentials were provided in mutator configuration",
                ));
            }
            401 => {
                return Err(told(
                    "No credentials were provided in mutator configuration",
                ));
            }
            _ => {
                return Err(
                    told("The call to an external API returned a non-200 HTTP response")
                        .with_cause(format!(
                            "the hydrator's service responded with {}",
                            answer.status
                        ))
                        .because(ReasonCode::ServiceFailed),
                );
            }
        }
        let hydrated = hydrated::read(&answer.body)
            .map_err(|error| Failure::plain(error.to_string()).because(ReasonCode::AnswerUnfit))?;
        if hydrated.subject != subject {
            return Err(
                told("The call to an external API returned an invalid JSON object")
                    .with_cause("the response of the hydrator's service has another subject than the session")
                    .because(ReasonCode::AnswerUnfit),
            );
        }
        Ok(hydrated)
    }
}

/// Puts the service's session in the place of the one that it was sent. A header that comes back as it
/// was sent is the service's word as little as it was before: `noop` may have copied it from the client.
fn take_over(session: &mut Session, mut hydrated: Session) {
    hydrated.vouched.retain(|name| {
        let sent = session.header.values(name);
        let sent_back =
            hydrated.header.get(name).is_some() && sent.eq(hydrated.header.values(name));
        !sent_back || session.vouched.contains(name)
    });
    *session = Session {
        cache_hits: session.cache_hits,
        worked_around: session.worked_around.take(),
        ..hydrated
    };
}

/// The credentials of `auth`, empty ones where it has none.
fn user(basic: Option<Basic>) -> UserInfo {
    let (username, password) =
        basic.map_or_else(Default::default, |basic| (basic.username, basic.password));
    UserInfo {
        username,
        password: Some(password),
    }
}

fn told(message: &'static str) -> Failure {
    Failure::told(message)
        .because(ReasonCode::ServiceFailed)
        .with_cause(message)
}

/// The session as the service is sent it.
fn session_json(session: &Session) -> String {
    match session.data() {
        Value::Object(data) => json::encode(&data.to_json()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
