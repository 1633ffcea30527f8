//! `hydrator`: lets a service complete the session.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use oathgate_gotemplate::Value;
use serde::Deserialize;

use super::hydrated;
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    cache_key::CacheKey,
    go::{Url, UserInfo, json, parse_duration},
    handlers::{Misconfigured, Settings, Shared, bounded_cache::BoundedCache, retry::Retries},
    service_request::{ServiceRequest, basic_auth},
};

/// Sends the session to a service, whose answer takes its place.
#[derive(Debug)]
pub struct Hydrator {
    url: Url,
    auth: Option<UserInfo>,
    /// How long one attempt may take.
    timeout: Duration,
    retries: Retries,
    /// How long an answer is kept, if it is.
    keep: Option<Duration>,
    shared: Arc<Shared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    api: Api,
    #[serde(default)]
    cache: Cache,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Api {
    url: String,
    auth: Option<Auth>,
    #[serde(default)]
    retry: Retry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Auth {
    #[serde(default)]
    basic: Basic,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Basic {
    username: String,
    password: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retry {
    give_up_after: Option<String>,
    max_delay: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cache {
    #[serde(default)]
    enabled: bool,
    ttl: Option<String>,
}

/// Answers of hydrators, by the whole request for them.
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

impl Hydrator {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let Config { api, cache } = settings.parse()?;
        let duration = |text: Option<&String>, default| match text {
            Some(text) => parse_duration(text)
                .ok_or_else(|| settings.misconfigured("a duration is longer than 290 years")),
            None => Ok(default),
        };
        let keep = match duration(cache.ttl.as_ref(), Duration::ZERO)? {
            _ if !cache.enabled => None,
            Duration::ZERO => Some(Duration::from_secs(60)),
            ttl => Some(ttl),
        };
        let timeout = duration(api.retry.give_up_after.as_ref(), Duration::from_secs(1))?;
        let longest_wait = duration(api.retry.max_delay.as_ref(), Duration::from_millis(100))?;
        Ok(Self {
            url: Url::parse(&api.url).map_err(|_| settings.misconfigured("`api.url` is no URL"))?,
            auth: api.auth.map(|Auth { basic }| UserInfo {
                username: basic.username,
                password: Some(basic.password),
            }),
            timeout,
            retries: Retries {
                attempts: 5,
                longest_wait,
            },
            keep,
            shared: Arc::clone(settings.shared),
        })
    }

    pub(crate) async fn mutate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let service_request = self.service_request(request, session)?;
        let Some(keep) = self.keep else {
            let hydrated = self.ask(&service_request, &session.subject, ports).await?;
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
                let hydrated = self.ask(&service_request, &session.subject, ports).await?;
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

    /// The session, as the service is asked to complete it.
    fn service_request(
        &self,
        request: &Request,
        session: &Session,
    ) -> Result<ServiceRequest, Failure> {
        if !self.url.opaque.is_empty() {
            return Err(told("Invalid URL in mutator configuration"));
        }
        let mut url = self.url.clone();
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

    async fn ask(
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
                        .with_cause(format!("the hydrator's service answered {}", answer.status))
                        .because(ReasonCode::ServiceFailed),
                );
            }
        }
        let hydrated = hydrated::read(&answer.body)
            .map_err(|error| Failure::plain(error.to_string()).because(ReasonCode::AnswerUnfit))?;
        if hydrated.subject != subject {
            return Err(
                told("The call to an external API returned an invalid JSON object")
                    .with_cause("the hydrator's answer has another subject than the session")
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
