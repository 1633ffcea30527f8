//! `jwt`: verifies a JSON Web Token with the keys of its issuer.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use oathgate_gotemplate::Value;
use oathgate_jose::{KeySetError, NoKey, WebToken, WebTokenError};

use super::{Authenticate, Authentication, scope_strategy::ScopeStrategy, token_from::TokenFrom};
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    config::{Form, Shape},
    handlers::{
        Description, KeyPurpose, Misconfigured, Settings, Shared, Uri,
        options::{OptionValue, options},
        settings::OptionPlace,
    },
};

/// Verifies a JSON Web Token with keys of trusted URLs, and takes its claims for the session.
#[derive(Debug)]
pub(super) struct Jwt {
    required_scope: Vec<String>,
    target_audience: Vec<String>,
    trusted_issuers: Vec<String>,
    allowed_algorithms: Vec<String>,
    jwks_urls: Vec<String>,
    /// Where `jwks_urls` stands, for the log.
    jwks_urls_place: OptionPlace,
    jwks_max_wait: Duration,
    jwks_ttl: Duration,
    scope_strategy: ScopeStrategy,
    token_from: TokenFrom,
    shared: Arc<Shared>,
}

const EXAMPLE: &str = "\
jwks_urls: [https://issuer.example.com/.well-known/jwks.json]
trusted_issuers: [https://issuer.example.com/]
target_audience: [https://api.example.com]
required_scope: [orders.read]
scope_strategy: exact";

/// The URL of a key set.
static KEY_SET: Shape = Shape::text(Form::FileUri);

options! {
    struct Options {
        /// The scopes of which a token must have all.
        required_scope: Vec<String>,
        /// The audiences of which a token must name all.
        target_audience: Vec<String>,
        /// The issuers of which one must have issued the token; empty for any.
        trusted_issuers: Vec<String>,
        /// The algorithms a token may be signed with; without any, RS256.
        allowed_algorithms: Vec<String>,
        /// The URLs of the key sets: `https://`, `file://` or `inline://`.
        #[required = Always]
        jwks_urls: Vec<Uri> as Shape::list(&KEY_SET),
        /// How long a request waits for a key set before the one read last is used.
        #[default("1s")]
        jwks_max_wait: String,
        /// How long a key set is used before it is read again.
        #[default("30s")]
        jwks_ttl: String,
        /// How scopes are compared.
        #[default("none")]
        scope_strategy: ScopeStrategy,
        /// Where the request has its token; without it `Authorization` behind `Bearer`.
        token_from: TokenFrom,
    }
}

impl Authenticate for Jwt {
    const DESCRIPTION: Description = Description::new(
        "jwt",
        "Verifies a JSON Web Token with the keys of its issuer, and puts its claims into the session.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .key_sets("jwks_urls", KeyPurpose::Verify)
    .services(&["jwks_urls"])
    .behind_api_gateway(
        "A key set in a file (`file://`) is not part of a package: write it into the configuration as \
         `inline://` and base64, or name it by `https://`. Each environment of the function sends an issuer \
         at most 20 requests a minute because of unknown key ids.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
        let mut allowed_algorithms = config.allowed_algorithms;
        if allowed_algorithms.is_empty() {
            allowed_algorithms.push("RS256".to_owned());
        }
        Ok(Self {
            required_scope: config.required_scope,
            target_audience: config.target_audience,
            trusted_issuers: config.trusted_issuers,
            allowed_algorithms,
            jwks_urls: config.jwks_urls.iter().map(|url| url.to_string()).collect(),
            jwks_urls_place: settings.place_of("jwks_urls"),
            jwks_max_wait: settings
                .duration("jwks_max_wait", &config.jwks_max_wait)?
                .unwrap_or(Duration::from_secs(1)),
            jwks_ttl: settings
                .duration("jwks_ttl", &config.jwks_ttl)?
                .unwrap_or(Duration::from_secs(30)),
            scope_strategy: config.scope_strategy,
            token_from: config.token_from,
            shared: Arc::clone(settings.shared),
        })
    }

    async fn authenticate(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<Authentication, Failure> {
        let text = self.token_from.token(request);
        // Anything else may be a token that the next authenticator knows.
        if text.split('.').count() != 3 {
            return Ok(Authentication::NotResponsible);
        }
        let token = self.verify(&text, session, ports).await?;
        let subject = text_of(&token.claims, "sub").to_owned();
        let claims = self.accept(token.claims)?;
        session.subject = subject;
        session.extra = Some(Arc::new(claims));
        Ok(Authentication::Authenticated)
    }
}

impl Jwt {
    /// A token that a trusted key signed, and whose time has come and is not over.
    async fn verify(
        &self,
        text: &str,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<WebToken, Failure> {
        let unfit = |error: WebTokenError| refused(error.to_string());
        let token = WebToken::read(text).map_err(unfit)?;
        let (algorithm, _) = &token.algorithm;
        if !self
            .allowed_algorithms
            .iter()
            .any(|allowed| **allowed == **algorithm)
        {
            return Err(refused("its algorithm is not among `allowed_algorithms`"));
        }
        let Some(id) = &token.key_id else {
            return Err(refused("it names no key (`kid`)"));
        };
        let (ttl, wait) = (self.jwks_ttl, self.jwks_max_wait);
        let held = self
            .shared
            .key_sets
            .holding(ports.for_keys(), &self.jwks_urls, id, ttl, wait)
            .await
            .map_err(|no_key| self.unverified(&no_key))?;
        if !held.unread.is_empty() {
            let causes = self.causes(&held.unread);
            session.worked_around = Some(format!(
                "the key set that was read last counts, because a key set cannot be used: {causes}"
            ));
        }
        if !self
            .shared
            .verified_signatures
            .verify(&held.set, &token, text)
        {
            return Err(refused("its signature is not the key's"));
        }
        token.check_dates(ports.clock.now()).map_err(unfit)?;
        Ok(token)
    }

    /// Why the key that a token names is not there.
    fn unverified(&self, no_key: &NoKey) -> Failure {
        let unread = match no_key {
            NoKey::Unknown => {
                return refused(
                    "no key for signatures (`use` is `sig`) of its id is in the key sets",
                );
            }
            NoKey::Unread(unread) => unread,
        };
        Failure::unauthorized()
            .because(ReasonCode::ServiceFailed)
            .with_reason("The JSON Web Token could not be verified.")
            .with_cause(format!(
                "no key to verify the JSON Web Token with is known, because a key set cannot be used: {}",
                self.causes(unread)
            ))
    }

    /// Why key sets could not be read, each by its place in the configuration.
    fn causes(&self, unread: &[(usize, KeySetError)]) -> String {
        let causes: Vec<_> = unread
            .iter()
            .map(|(index, error)| format!("{}: {error}", self.jwks_urls_place.item(*index)))
            .collect();
        causes.join("; ")
    }

    /// What a session keeps of claims that suffice: all of them, the scopes as the list `scp`.
    fn accept(
        &self,
        mut claims: BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Value>, Failure> {
        let audience = audience(&claims);
        if !self
            .target_audience
            .iter()
            .all(|target| audience.contains(&target.as_str()))
        {
            return Err(refused("it is not meant for all of `target_audience`"));
        }
        let issuer = text_of(&claims, "iss");
        if !self.trusted_issuers.is_empty()
            && !self.trusted_issuers.iter().any(|trusted| trusted == issuer)
        {
            return Err(refused("its issuer is not among `trusted_issuers`"));
        }
        let (name, scopes) = scopes(&claims);
        claims.remove(name);
        if !self
            .required_scope
            .iter()
            .all(|required| self.scope_strategy.grants(&scopes, required))
        {
            return Err(refused("it does not grant all of `required_scope`"));
        }
        claims.insert("scp".to_owned(), Value::strings(scopes));
        Ok(claims)
    }
}

/// Says nothing of the token but what is wrong with it.
fn refused(why: impl std::fmt::Display) -> Failure {
    Failure::unauthorized()
        .with_reason(format!("The JSON Web Token is refused: {why}."))
        .with_cause(format!("the JSON Web Token is refused: {why}"))
}

/// A claim that is a string; empty where it is missing or anything else.
fn text_of<'a>(claims: &'a BTreeMap<String, Value>, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// `aud`: a string, or a list of nothing but strings.
fn audience(claims: &BTreeMap<String, Value>) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::Str(one)) => vec![one],
        Some(Value::List(several)) => several
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The granted scopes and the claim they stand in, which is the first of its kind even where it is
/// empty. A list's items of other types count as empty words. Without any such claim its name is
/// empty, and as in Oathkeeper that claim is the one to go.
fn scopes(claims: &BTreeMap<String, Value>) -> (&'static str, Vec<Arc<str>>) {
    let found = ["scp", "scope", "scopes"]
        .into_iter()
        .find_map(|name| Some((name, claims.get(name)?)));
    let Some((name, claim)) = found else {
        return ("", Vec::new());
    };
    let scopes = match claim {
        Value::List(items) => items
            .iter()
            .map(|item| Arc::from(item.as_str().unwrap_or_default()))
            .collect(),
        Value::Str(text) if !text.is_empty() => text.split(' ').map(Arc::from).collect(),
        _ => Vec::new(),
    };
    (name, scopes)
}

#[cfg(test)]
mod tests;
