//! The authorizer's context: what API Gateway maps to headers and into refusals.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
};

use oathgate_engine::{
    Decision, Grant, ReasonCode, Refusal, client_cookies, go::canonical_header_name,
    manifest::VouchedHeader, received::HeaderSource,
};
use serde_json::json;
use thiserror::Error;

use crate::{
    ForgedHeaders, Settings,
    backend_secret::{SecretHeaderTaken, SecretValue},
    event::{Event, Headers, Kind},
    forged::{self, Forgery},
};

/// What a client reads whose request no rule is asked about.
pub(crate) const MALFORMED: &str = "The request was malformed or contained invalid parameters";

/// What API Gateway lets all headers of a request hold together, in bytes
/// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html)).
const MOST_BYTES: usize = 10_240;

/// Context values by key; API Gateway takes strings, numbers and booleans.
pub(crate) type Context = BTreeMap<String, String>;

/// The headers the gate vouches for on every grant.
#[derive(Clone, Debug)]
pub(crate) struct Vouched {
    /// Each with its context key.
    headers: Vec<VouchedHeader>,
    fallback: String,
    /// Those of them that keep the client's own value where a rule sets none.
    of_client: Vec<String>,
    forged: ForgedHeaders,
    /// The header that brings what rules set in `Authorization`, where the API cannot map that one.
    token_header: Option<String>,
    /// The names of the cookies that rules set.
    cookies: Vec<String>,
    /// The header that holds the backend's secret, if there is one.
    secret: Option<VouchedHeader>,
}

/// Why a grant cannot be handed to API Gateway. The texts hold no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Unfit {
    #[error("the value of `{0}` is the stand-in for no value")]
    StandIn(String),
    #[error("the value of `{0}` holds a character that no header may")]
    Characters(String),
    #[error("the headers the gate vouches for are larger than {MOST_BYTES} bytes")]
    TooLarge,
    #[error(
        "the headers the gate vouches for and the client's own are larger than {MOST_BYTES} bytes together"
    )]
    TooLargeTogether,
    #[error("`{0}` and another header share a key of the context and differ")]
    SharedKey(String),
    #[error("the answer is larger than WebSocket APIs take")]
    TooLargeForWebSockets,
    #[error("the path is too long for a policy")]
    PathTooLong,
    #[error("the backend's secret was never read")]
    NoSecret,
    #[error("{0}")]
    Forged(Forgery),
}

impl Unfit {
    /// The status the client's body names.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::PathTooLong | Self::Forged(_) => 400,
            Self::NoSecret => 500,
            _ => 403,
        }
    }

    pub(crate) fn code(&self) -> ReasonCode {
        match self {
            Self::PathTooLong => ReasonCode::PathTooLong,
            Self::Forged(forgery) => forgery.code(),
            Self::NoSecret => ReasonCode::NoBackendSecret,
            _ => ReasonCode::ValueUnfit,
        }
    }

    /// What the client reads.
    pub(crate) fn message(&self) -> &'static str {
        match self {
            Self::PathTooLong => "The path is too long",
            Self::Forged(_) => MALFORMED,
            _ => "The request cannot be handed on",
        }
    }

    /// The context of the refusal.
    pub(crate) fn context(&self) -> Context {
        let body = error_body(self.status(), self.message());
        Context::from([
            ("status".to_owned(), self.status().to_string()),
            ("reason".to_owned(), self.message().to_owned()),
            ("body".to_owned(), body.to_string()),
        ])
    }
}

impl Vouched {
    /// The headers, and what a stage says of them: what takes the place of one that a rule does not set,
    /// which are the client's own there, and what becomes of a request that brings one.
    pub(crate) fn new(headers: impl IntoIterator<Item = String>, settings: &Settings) -> Self {
        let canonical = |header: &str| canonical_header_name(header).into_owned();
        let token_header = settings.token_header.as_deref().map(canonical);
        let headers: BTreeSet<String> = headers
            .into_iter()
            .map(|header| canonical(&header))
            .map(|header| brought_by(&header, token_header.as_deref()).to_owned())
            .collect();
        let of_client = settings.client_headers.iter();
        Self {
            headers: headers
                .iter()
                .map(|header| VouchedHeader::new(header))
                .collect(),
            fallback: settings.vouched_fallback.clone(),
            of_client: of_client.map(|header| canonical(header)).collect(),
            forged: settings.forged_headers,
            token_header,
            cookies: Vec::new(),
            secret: None,
        }
    }

    /// The same headers, with the names of the cookies that rules set: no client's cookie that could be read
    /// under one of them is handed on.
    pub(crate) fn with_cookies(self, cookies: Vec<String>) -> Self {
        Self { cookies, ..self }
    }

    /// The same headers, and one that holds the backend's secret on every grant.
    ///
    /// # Errors
    /// A header of a rule's that has this name or shares its context key.
    pub(crate) fn with_secret(self, header: VouchedHeader) -> Result<Self, SecretHeaderTaken> {
        let same = |known: &&VouchedHeader| known.context_key == header.context_key;
        if let Some(known) = self.headers.iter().find(same) {
            return Err(SecretHeaderTaken {
                secret: header.header,
                rule: known.header.clone(),
            });
        }
        Ok(Self {
            secret: Some(header),
            ..self
        })
    }

    /// Why a client's headers could be taken for those the gate vouches for; see [`forged`].
    pub(crate) fn forged_before(&self, event: &Event<'_>) -> Option<Forgery> {
        let client: &Headers<'_> = &event.headers;
        let of_api: &[&str] = match event.kind {
            Kind::WebSocket => &forged::SET_BY_WEB_SOCKET_APIS,
            Kind::Rest | Kind::HttpV1 | Kind::HttpV2 => &[],
        };
        let vouched = || {
            let of_rules = self.headers.iter().map(|vouched| vouched.header.as_str());
            of_rules.chain(of_api.iter().copied())
        };
        let secret = self.secret.as_ref().map(|secret| secret.header.as_str());
        let forgery = forged::unfit_or_mimicking(client, || vouched().chain(secret))
            .or_else(|| forged::secret(client, secret?));
        let refused = || match self.forged {
            ForgedHeaders::Refuse => {
                let own = |name: &&str| !self.of_client.iter().any(|known| known == name);
                forged::forged(client, || vouched().filter(own))
            }
            ForgedHeaders::Replace => None,
        };
        forgery.or_else(refused)
    }

    /// What only the grant tells: a header that the client may send, but not where this rule sets it
    /// and API Gateway may keep both; and headers that no mapping knows, because a service named them.
    fn forged_after(&self, grant: &Grant, event: &Event<'_>) -> Option<Forgery> {
        if self.forged == ForgedHeaders::Replace {
            return None;
        }
        let client = &event.headers;
        // HTTP APIs write every name in lower case, whatever the client wrote.
        let shows_case = !matches!(event.kind, Kind::HttpV1 | Kind::HttpV2);
        let mapped = |name: &str| self.headers.iter().any(|known| known.header == name);
        grant.vouched.iter().find_map(|name| {
            let header = self.header_of(name);
            if mapped(header) {
                shows_case
                    .then(|| forged::in_another_case(client, header))
                    .flatten()
            } else {
                let value = joined(grant.header.values(name), ", ");
                forged::unlike(client, header, &value)
            }
        })
    }

    /// The context of a grant: each vouched header, never missing and never empty, and the backend's secret
    /// where the stage has one.
    pub(crate) fn context(
        &self,
        grant: &Grant,
        event: &Event<'_>,
        secret: Option<&SecretValue>,
    ) -> Result<Context, Unfit> {
        if let Some(forgery) = self.forged_after(grant, event) {
            return Err(Unfit::Forged(forgery));
        }
        let mut context = Context::new();
        let mut size = 0;
        if let Some(header) = &self.secret {
            let value = secret.ok_or(Unfit::NoSecret)?.reveal();
            size += header.header.len() + value.len();
            // First, so that no header that only a service named can take its place.
            context.insert(key_of(header, event.kind), value.to_owned());
        }
        let of_rule = grant.vouched.iter().map(|name| self.header_of(name));
        let of_rule =
            of_rule.filter(|name| !self.headers.iter().any(|known| known.header == **name));
        let of_rule = of_rule.map(|name| Cow::Owned(VouchedHeader::new(name)));
        for vouched in self.headers.iter().map(Cow::Borrowed).chain(of_rule) {
            let name = &vouched.header;
            let value = self.value(name, grant, &event.headers)?;
            size += name.len() + value.len();
            if size > MOST_BYTES {
                return Err(Unfit::TooLarge);
            }
            match context.entry(key_of(&vouched, event.kind)) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(known) if *known.get() == value => {}
                Entry::Occupied(_) => return Err(Unfit::SharedKey(name.to_owned())),
            }
        }
        // Whether API Gateway counts the client's own headers too is not known: it would answer 500.
        let is_mapped = |name: &str| self.headers.iter().any(|known| known.header == name);
        let own = event.headers.iter().filter(|(name, _)| !is_mapped(name));
        if size
            + own
                .map(|(name, value)| name.len() + value.len())
                .sum::<usize>()
            > MOST_BYTES
        {
            return Err(Unfit::TooLargeTogether);
        }
        Ok(context)
    }

    /// The header that brings what rules set under a name.
    fn header_of<'n>(&'n self, name: &'n str) -> &'n str {
        brought_by(name, self.token_header.as_deref())
    }

    fn value(&self, name: &str, grant: &Grant, client: &Headers<'_>) -> Result<String, Unfit> {
        let separator = if name == "Cookie" { "; " } else { ", " };
        let mut set = grant
            .vouched
            .iter()
            .filter(|vouched| self.header_of(vouched) == name);
        let set_as = set.next();
        if set.any(|other| Some(other) != set_as) {
            return Err(Unfit::SharedKey(name.to_owned()));
        }
        let of_rule = set_as.is_some();
        let source = if of_rule {
            HeaderSource::Rule
        } else {
            HeaderSource::where_unset(name, &self.of_client)
        };
        let value = match source {
            HeaderSource::Rule => {
                let set_as = set_as.map_or(name, String::as_str);
                joined(grant.header.values(set_as), separator)
            }
            HeaderSource::Client => {
                let own = client
                    .iter()
                    .filter(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value.as_ref());
                if name == "Cookie" {
                    Cow::Owned(client_cookies::without(own, &self.cookies))
                } else {
                    joined(own, separator)
                }
            }
            HeaderSource::Hydrator | HeaderSource::Placeholder => Cow::Borrowed(""),
        };
        // Space around a value is no part of it (RFC 9110 section 5.5): blanks alone are empty, and a
        // rule's value that has some would reach the backend as another one.
        let said = value.trim_matches([' ', '\t']);
        if !fits_in_header(said) || (of_rule && said != value) {
            return Err(Unfit::Characters(name.to_owned()));
        }
        match said {
            "" => Ok(self.fallback.clone()),
            said if said == self.fallback && of_rule => Err(Unfit::StandIn(name.to_owned())),
            said => Ok(said.to_owned()),
        }
    }
}

/// The key under which a kind of API is handed a header's value.
fn key_of(header: &VouchedHeader, kind: Kind) -> String {
    match kind {
        Kind::Rest => header.context_key.clone(),
        Kind::HttpV1 | Kind::HttpV2 | Kind::WebSocket => header.plain_context_key(),
    }
}

/// The header that brings what rules set under a name, where `token_header` takes the place of `Authorization`.
fn brought_by<'n>(name: &'n str, token_header: Option<&'n str>) -> &'n str {
    match token_header {
        Some(header) if name == "Authorization" => header,
        _ => name,
    }
}

/// Whether a header may hold a value. Bytes that are no UTF-8 cannot be in a context.
fn fits_in_header(value: &str) -> bool {
    // Nearly every value is plain text, which needs no second look.
    value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        || !value.chars().any(|sign| {
            (sign.is_control() && sign != '\t') || matches!(sign, '\u{F780}'..='\u{F7FF}')
        })
}

/// Values as one, which nearly always is what one of them is.
fn joined<'a>(mut values: impl Iterator<Item = &'a str>, separator: &str) -> Cow<'a, str> {
    let mut all = Cow::Borrowed(values.next().unwrap_or_default());
    for value in values {
        let all = all.to_mut();
        all.push_str(separator);
        all.push_str(value);
    }
    all
}

/// The context of a refusal: what gateway responses show to the client.
pub(crate) fn of_refusal(refusal: &Refusal, decision: &Decision) -> Context {
    let trace = &decision.trace;
    let mut context = Context::new();
    let mut put = |key: &str, value: String| {
        if value.len() <= MOST_BYTES && !value.chars().any(char::is_control) {
            context.insert(key.to_owned(), value);
        }
    };
    put("status", refusal.status.to_string());
    if let Some(rule) = &trace.rule {
        put("rule", rule.to_string());
    }
    put("reason", trace.message.clone());
    if let Some(location) = refusal.header.get("Location") {
        put("location", location.to_owned());
        put("refresh", format!("0; url={location}"));
    }
    if let Some(challenge) = refusal.header.get("WWW-Authenticate") {
        put("www_authenticate", challenge.to_owned());
    }
    put("body", body(refusal, trace.status, &trace.message));
    context
}

/// The refusal's own body where it is JSON, on one line; else one like it, with the status that the
/// refusal had before an error handler sent the browser elsewhere.
fn body(refusal: &Refusal, status: u16, message: &str) -> String {
    serde_json::from_slice::<serde_json::Value>(&refusal.body)
        .ok()
        .filter(serde_json::Value::is_object)
        .unwrap_or_else(|| error_body(status, message))
        .to_string()
}

/// Oathkeeper's form of an error.
pub(crate) fn error_body(status: u16, message: &str) -> serde_json::Value {
    let name = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "",
    };
    json!({"error": {"code": status, "status": name, "message": message}})
}

#[cfg(test)]
mod tests {
    use oathgate_engine::{DecisionTrace, Outcome, go::Header};

    use super::*;

    fn grant(headers: &[(&str, &str)], vouched: &[&str]) -> Grant {
        Grant {
            header: headers.iter().copied().collect::<Header>(),
            vouched: vouched.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn vouched(headers: &[&str]) -> Vouched {
        with_settings(headers, &Settings::default())
    }

    fn with_settings(headers: &[&str], settings: &Settings) -> Vouched {
        Vouched::new(headers.iter().map(|&name| name.to_owned()), settings)
    }

    fn leaving_to_clients(headers: &[&str]) -> Settings {
        Settings {
            client_headers: headers.iter().map(|&name| name.to_owned()).collect(),
            ..Settings::default()
        }
    }

    fn sent<'a>(headers: &[(&'a str, &'a str)]) -> Event<'a> {
        let headers = headers.iter();
        Event {
            headers: headers
                .map(|&(name, value)| (name.into(), value.into()))
                .collect(),
            ..Event::default()
        }
    }

    fn context(vouched: &Vouched, grant: &Grant) -> Vec<(String, String)> {
        vouched
            .context(grant, &sent(&[]), None)
            .unwrap()
            .into_iter()
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn every_vouched_header_is_there_and_not_empty() {
        let all = vouched(&["X-User", "authorization", "x-empty"]);
        let granted = grant(
            &[("X-User", "alice"), ("X-Empty", ""), ("Accept", "*/*")],
            &["X-User", "X-Empty"],
        );
        assert_eq!(
            context(&all, &granted),
            pairs(&[
                ("authorization", "none"),
                ("x-empty", "none"),
                ("x-user", "alice"),
            ])
        );
    }

    #[test]
    fn what_noop_copies_from_the_client_is_not_vouched_for() {
        let granted = grant(&[("X-User", "mallory")], &[]);
        assert_eq!(
            context(&vouched(&["X-User"]), &granted),
            pairs(&[("x-user", "none")])
        );
    }

    #[test]
    fn a_client_keeps_its_own_value_only_where_the_stage_says_so_and_the_rule_sets_none() {
        let settings = leaving_to_clients(&["authorization"]);
        let all = with_settings(&["Authorization", "X-User"], &settings);
        let own = sent(&[
            ("AUTHORIZATION", "Basic a"),
            ("x-user", "mallory"),
            ("authorization", "Basic b"),
        ]);
        let none = grant(&[], &[]);
        let context =
            |granted: &Grant, event: &Event<'_>| all.context(granted, event, None).unwrap();
        assert_eq!(context(&none, &own)["authorization"], "Basic a, Basic b");
        assert_eq!(context(&none, &own)["x-user"], "none");
        assert_eq!(context(&none, &sent(&[]))["authorization"], "none");
        let signed = grant(&[("Authorization", "Bearer c")], &["Authorization"]);
        assert_eq!(context(&signed, &own)["authorization"], "Bearer c");
        let set_to_nothing = grant(&[("Authorization", "")], &["Authorization"]);
        assert_eq!(context(&set_to_nothing, &own)["authorization"], "none");
        let odd = sent(&[("Authorization", "a\0b")]);
        assert!(all.context(&none, &odd, None).is_err());
    }

    #[test]
    fn a_client_keeps_its_cookies_behind_a_rule_that_sets_none() {
        let all = vouched(&["Cookie", "X-User"]).with_cookies(vec!["user".to_owned()]);
        let none = grant(&[], &[]);
        let own =
            |headers: &[_]| all.context(&none, &sent(headers), None).unwrap()["cookie"].clone();
        let sent_twice = [
            ("cookie", "sid=1; user=admin"),
            ("Cookie", "USER=root; theme=dark"),
        ];
        assert_eq!(own(&sent_twice), "sid=1; theme=dark");
        assert_eq!(own(&[("Cookie", "user=admin")]), "none");
        assert_eq!(own(&[("Cookie", "a=\u{0}")]), "none");
        assert_eq!(own(&[]), "none");
        let set = grant(&[("Cookie", "user=ada")], &["Cookie"]);
        let context = all.context(&set, &sent(&sent_twice), None).unwrap();
        assert_eq!(context["cookie"], "user=ada");
    }

    #[test]
    fn what_only_a_hydrator_knew_of_is_there_too() {
        let granted = grant(&[("X-Plan", "gold")], &["X-Plan"]);
        assert_eq!(
            context(&vouched(&["X-User"]), &granted),
            pairs(&[("x-plan", "gold"), ("x-user", "none")])
        );
    }

    #[test]
    fn a_token_travels_in_the_header_that_the_stage_names() {
        let settings = Settings {
            token_header: Some("x-token".to_owned()),
            ..Settings::default()
        };
        let all = with_settings(&["Authorization", "X-User"], &settings);
        let signed = grant(&[("Authorization", "Bearer a")], &["Authorization"]);
        let kinds = |kind| Event {
            kind,
            ..sent(&[("authorization", "Bearer of the client")])
        };
        for (kind, token, user) in [
            (Kind::Rest, "x-token", "x-user"),
            (Kind::HttpV1, "x_token", "x_user"),
            (Kind::HttpV2, "x_token", "x_user"),
            (Kind::WebSocket, "x_token", "x_user"),
        ] {
            let event = kinds(kind);
            let set = all.context(&signed, &event, None).unwrap();
            assert_eq!((&*set[token], &*set[user]), ("Bearer a", "none"));
            assert_eq!(set.len(), 2, "{set:?}");
            let unset = all.context(&grant(&[], &[]), &event, None).unwrap();
            assert_eq!(unset[token], "none");
        }
        // A hydrator's, which no mapping knows of.
        let unmapped = with_settings(&["X-User"], &settings);
        assert_eq!(
            context(&unmapped, &signed),
            pairs(&[("x-token", "Bearer a"), ("x-user", "none")])
        );
        for name in ["X-Token", "x-token", "X_TOKEN"] {
            assert!(all.forged_before(&sent(&[(name, "a")])).is_some(), "{name}");
            assert_eq!(all.forged_before(&sent(&[("Authorization", "a")])), None);
        }
        let both = grant(
            &[("Authorization", "Bearer a"), ("X-Token", "b")],
            &["Authorization", "X-Token"],
        );
        assert_eq!(
            all.context(&both, &sent(&[]), None),
            Err(Unfit::SharedKey("X-Token".to_owned()))
        );
    }

    #[test]
    fn what_a_web_socket_api_sets_is_not_the_client_s_to_send() {
        let all = vouched(&["X-User"]);
        for name in ["Oathgate-Connection-Id", "oathgate-event", "OATHGATE_EVENT"] {
            let opening = Event {
                kind: Kind::WebSocket,
                ..sent(&[(name, "a")])
            };
            assert!(all.forged_before(&opening).is_some(), "{name}");
            assert_eq!(all.forged_before(&sent(&[(name, "a")])), None, "{name}");
        }
    }

    #[test]
    fn several_values_become_one() {
        let granted = grant(
            &[
                ("X-Role", "a"),
                ("X-Role", "b"),
                ("Cookie", "a=1"),
                ("Cookie", "b=2"),
            ],
            &["X-Role", "Cookie"],
        );
        assert_eq!(
            context(&vouched(&[]), &granted),
            pairs(&[("cookie", "a=1; b=2"), ("x-role", "a, b")])
        );
    }

    #[test]
    fn a_value_that_is_the_stand_in_is_refused() {
        let granted = grant(&[("X-User", "none")], &["X-User"]);
        let refused = vouched(&["X-User"]).context(&granted, &sent(&[]), None);
        assert_eq!(refused, Err(Unfit::StandIn("X-User".to_owned())));
    }

    #[test]
    fn two_headers_that_share_a_key_say_the_same_or_nothing() {
        let all = vouched(&["X_user"]);
        let same = grant(&[("X_user", "a"), ("X.user", "a")], &["X_user", "X.user"]);
        assert_eq!(context(&all, &same), pairs(&[("x_user", "a")]));
        let other = grant(&[("X_user", "a"), ("X.user", "b")], &["X_user", "X.user"]);
        assert_eq!(
            all.context(&other, &sent(&[]), None),
            Err(Unfit::SharedKey("X.user".to_owned()))
        );
    }

    #[test]
    fn a_value_that_would_reach_the_backend_as_another_one_is_refused() {
        for value in [
            "a\0b",
            "a\u{7f}",
            "a\u{85}b",
            "a\u{F7FF}",
            " a",
            "a\t",
            " \t ",
            "a\nb",
            "a\r\nX-Admin: 1",
            "a\n",
        ] {
            let granted = grant(&[("X-User", value)], &["X-User"]);
            let refused = vouched(&["X-User"])
                .context(&granted, &sent(&[]), None)
                .unwrap_err();
            assert_eq!(refused, Unfit::Characters("X-User".to_owned()), "{value:?}");
        }
    }

    #[test]
    fn more_than_api_gateway_takes_is_refused() {
        let fits = "x".repeat(MOST_BYTES - "X-User".len());
        let all = vouched(&["X-User"]);
        assert!(
            all.context(&grant(&[("X-User", &fits)], &["X-User"]), &sent(&[]), None)
                .is_ok()
        );
        let granted = grant(&[("X-User", &format!("{fits}x"))], &["X-User"]);
        assert_eq!(
            all.context(&granted, &sent(&[]), None),
            Err(Unfit::TooLarge)
        );
        let half = "x".repeat(MOST_BYTES / 2);
        let granted = grant(&[("X-A", &half), ("X-B", &half)], &["X-A", "X-B"]);
        assert_eq!(
            all.context(&granted, &sent(&[]), None),
            Err(Unfit::TooLarge)
        );
    }

    #[test]
    fn a_client_that_sends_a_vouched_header_is_refused_before_any_rule_is_asked() {
        let names = ["X-User", "Authorization", "Cookie", "X-Note"];
        let replacing = Settings {
            forged_headers: ForgedHeaders::Replace,
            ..Settings::default()
        };
        let before = |settings: &Settings, name| {
            let vouched = with_settings(&names, settings);
            let found = vouched.forged_before(&sent(&[("Accept", "*/*"), (name, "a")]));
            found.map(|forgery| forgery.code())
        };
        let leaving = leaving_to_clients(&["x-note"]);
        for name in ["X-User", "x-user", "X-USER", "x-UsEr"] {
            assert_eq!(
                before(&leaving, name),
                Some(ReasonCode::ForgedHeader),
                "{name}"
            );
            assert_eq!(before(&replacing, name), None, "{name}");
        }
        for name in ["X_User", "X-User "] {
            for settings in [&leaving, &replacing] {
                assert_eq!(
                    before(settings, name),
                    Some(ReasonCode::MimickingHeader),
                    "{name}"
                );
            }
        }
        for name in [
            "authorization",
            "Cookie",
            "COOKIE",
            "x-note",
            "X-Note",
            "X-Users",
        ] {
            assert_eq!(before(&leaving, name), None, "{name}");
        }
        assert_eq!(
            before(&Settings::default(), "x-note"),
            Some(ReasonCode::ForgedHeader)
        );
    }

    #[test]
    fn a_header_that_is_left_to_clients_is_not_theirs_where_the_rule_sets_it() {
        let all = with_settings(&["X-Note"], &leaving_to_clients(&["X-Note"]));
        let set = grant(&[("X-Note", "of the gate")], &["X-Note"]);
        let note = |name| all.context(&set, &sent(&[(name, "mine")]), None);
        assert_eq!(note("X-Note").unwrap()["x-note"], "of the gate");
        // API Gateway may keep one of another case beside the one it maps.
        for name in ["x-note", "X-NOTE"] {
            let refused = note(name).unwrap_err();
            assert_eq!(
                (refused.status(), refused.code()),
                (400, ReasonCode::ForgedHeader)
            );
        }
        // HTTP APIs show no name as the client wrote it.
        let shown = Event {
            kind: Kind::HttpV2,
            ..sent(&[("x-note", "mine")])
        };
        assert_eq!(
            all.context(&set, &shown, None).unwrap()["x_note"],
            "of the gate"
        );
        let none = grant(&[], &[]);
        let own = all
            .context(&none, &sent(&[("x-note", "mine")]), None)
            .unwrap();
        assert_eq!(own["x-note"], "mine");
    }

    #[test]
    fn a_header_that_only_a_service_named_is_not_the_client_s_to_send() {
        let all = vouched(&["X-User"]);
        let set = grant(&[("X-Plan", "gold"), ("X-Plan", "new")], &["X-Plan"]);
        let code = |headers: &[_]| {
            let refused = all.context(&set, &sent(headers), None).err();
            refused.map(|unfit| unfit.code())
        };
        assert_eq!(code(&[("Accept", "*/*")]), None);
        assert_eq!(code(&[("x-plan", "gold"), ("X-Plan", "new")]), None);
        assert_eq!(code(&[("X-Plan", "gold")]), Some(ReasonCode::ForgedHeader));
        assert_eq!(code(&[("x-plan", "free")]), Some(ReasonCode::ForgedHeader));
        assert_eq!(
            code(&[("X_Plan", "gold")]),
            Some(ReasonCode::MimickingHeader)
        );
        let token = grant(&[("Authorization", "Bearer a")], &["Authorization"]);
        let sent = sent(&[("authorization", "Bearer b")]);
        assert!(all.context(&token, &sent, None).is_ok());
    }

    #[test]
    fn more_than_api_gateway_takes_together_with_the_client_s_headers_is_refused() {
        let all = vouched(&["X-User", "Authorization"]);
        let token = "t".repeat(5_000);
        let granted = grant(&[("Authorization", &token)], &["Authorization"]);
        let mapped = "Authorization".len() + token.len() + "X-User".len() + "none".len();
        let fits = "c".repeat(MOST_BYTES - mapped - "Cookie".len());
        assert!(
            all.context(&granted, &sent(&[("Cookie", &fits)]), None)
                .is_ok()
        );
        let more = format!("{fits}c");
        let refused = all
            .context(&granted, &sent(&[("Cookie", &more)]), None)
            .unwrap_err();
        assert_eq!(refused, Unfit::TooLargeTogether);
        assert_eq!(
            (refused.status(), refused.code()),
            (403, ReasonCode::ValueUnfit)
        );
        // The gate's own takes the place of a client's of the same case.
        assert!(
            all.context(&granted, &sent(&[("Authorization", &more)]), None)
                .is_ok()
        );
    }

    const SECRET: &str = "a-secret-of-thirty-two-characters";

    fn with_secret(headers: &[&str]) -> Vouched {
        let header = VouchedHeader::new("X-Gate-Secret");
        vouched(headers).with_secret(header).unwrap()
    }

    #[test]
    fn the_backend_s_secret_is_beside_the_headers_of_every_grant_and_counts_with_them() {
        let all = with_secret(&["X-User"]);
        let secret = SecretValue::of(SECRET);
        let context = |value: &str| {
            let granted = grant(&[("X-User", value)], &["X-User"]);
            all.context(&granted, &sent(&[]), Some(&secret))
        };
        assert_eq!(context("alice").unwrap()["x-gate-secret"], SECRET);
        let room = MOST_BYTES - "X-User".len() - "X-Gate-Secret".len() - SECRET.len();
        assert!(context(&"x".repeat(room)).is_ok());
        assert_eq!(context(&"x".repeat(room + 1)), Err(Unfit::TooLarge));
    }

    #[test]
    fn without_the_backend_s_secret_nothing_is_granted() {
        let refused = with_secret(&[]).context(&grant(&[], &[]), &sent(&[]), None);
        assert_eq!(refused, Err(Unfit::NoSecret));
    }

    #[test]
    fn no_rule_and_no_service_may_take_the_place_of_the_backend_s_secret() {
        for name in ["X-Gate-Secret", "x-gate-secret", "X_gate-secret"] {
            let taken = vouched(&[name]).with_secret(VouchedHeader::new("X-Gate-Secret"));
            assert_eq!(
                taken.is_err(),
                name.to_lowercase() == "x-gate-secret",
                "{name}"
            );
        }
        let secret = SecretValue::of(SECRET);
        let named_by_a_service = grant(&[("X-Gate-Secret", "mine")], &["X-Gate-Secret"]);
        assert_eq!(
            with_secret(&[]).context(&named_by_a_service, &sent(&[]), Some(&secret)),
            Err(Unfit::SharedKey("X-Gate-Secret".to_owned()))
        );
    }

    fn refused(refusal: Refusal, status: u16) -> Context {
        let trace = DecisionTrace {
            rule: Some("a".into()),
            status,
            message: "Access credentials are invalid".to_owned(),
            cause: "what only the log may say".to_owned(),
            ..DecisionTrace::default()
        };
        let decision = Decision {
            outcome: Outcome::Refused(refusal.clone()),
            trace,
        };
        of_refusal(&refusal, &decision)
    }

    #[test]
    fn a_refusal_shows_what_gateway_responses_need_and_no_cause() {
        let refusal = Refusal {
            status: 302,
            header: [("Location", "https://a.example/login?return_to=b")]
                .into_iter()
                .collect(),
            body: "<a href=\"https://a.example/login\">Found</a>.\n".into(),
        };
        let context = refused(refusal, 401);
        assert_eq!(context["status"], "302");
        assert_eq!(context["rule"], "a");
        assert_eq!(context["location"], "https://a.example/login?return_to=b");
        assert_eq!(
            context["refresh"],
            "0; url=https://a.example/login?return_to=b"
        );
        assert_eq!(
            context["body"],
            json!({"error": {
                "code": 401, "status": "Unauthorized", "message": "Access credentials are invalid",
            }})
            .to_string()
        );
        assert!(
            context
                .values()
                .all(|value| !value.contains("only the log"))
        );
    }

    #[test]
    fn a_refusal_keeps_its_own_json_on_one_line() {
        let refusal = Refusal {
            status: 403,
            header: Header::default(),
            body: "{\n  \"error\": {\"code\": 403, \"reason\": \"a\\nb\"}\n}\n".into(),
        };
        let body = &refused(refusal, 403)["body"];
        assert_eq!(body, r#"{"error":{"code":403,"reason":"a\nb"}}"#);
    }

    #[test]
    fn a_location_that_would_split_the_answer_is_left_out() {
        let refusal = Refusal {
            status: 302,
            header: [("Location", "https://a.example/\r\nSet-Cookie: a=b")]
                .into_iter()
                .collect(),
            body: Vec::new().into(),
        };
        let context = refused(refusal, 403);
        assert_eq!(
            (context.get("location"), context.get("refresh")),
            (None, None)
        );
    }
}
