//! `keto_engine_acp_ory`: checks a permission with the access control policies of Ory Keto before
//! version 0.6.

use std::time::Duration;

use oathgate_gostd::{Url, rfc3339};
use oathgate_gotemplate::Template;
use oathgate_router::clean_path;
use oathgate_url_pattern::Strategy;
use serde::Serialize;
use serde_json::Value;

use super::{
    Authorize,
    service::{ATTEMPT, Parsed, render, verdict},
};
use crate::{
    Failure, Ports, ReasonCode, Request, Session,
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
        retry::Retries,
        uri::Uri,
    },
    service_request::ServiceRequest,
};

/// Keto gets one attempt more than other services, after short waits.
const RETRIES: Retries = Retries {
    attempts: 6,
    longest_wait: Duration::from_millis(100),
};

/// Checks with Keto whether a subject may do something to a resource.
#[derive(Debug)]
pub(super) struct KetoEngineAcpOry {
    url: Url,
    action: Parsed,
    resource: Parsed,
    /// `None` stands for the session's subject.
    subject: Option<Parsed>,
    /// Whether the configuration's patterns are globs, with which Oathkeeper refuses every request.
    globs: bool,
}

const EXAMPLE: &str = "\
base_url: https://keto.example.com/
required_action: read
required_resource: 'orders:{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}'
flavor: exact";

options! {
    struct Options {
        /// The address of Ory Keto before version 0.6.
        #[required = Always]
        base_url: Uri,
        /// The action that must be allowed, a template.
        #[required = Always]
        required_action: String,
        /// The resource on which it must be allowed, a template.
        #[required = Always]
        required_resource: String,
        /// The subject that must be allowed, a template; the session's subject where it is empty.
        subject: String,
        /// How policies are matched: `regex`, `glob` or `exact`; `regex` where it is empty.
        flavor: String,
    }
}

/// The body of a check.
#[derive(Serialize)]
struct RequestBody<'a> {
    action: &'a str,
    context: Context<'a>,
    resource: &'a str,
    subject: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    remote_ip_address: &'a str,
    requested_at: String,
}

impl Authorize for KetoEngineAcpOry {
    const DESCRIPTION: Description = Description::new(
        "keto_engine_acp_ory",
        "Checks a permission with the access control policies of Ory Keto before version 0.6.",
    )
    .options(&Options::SHAPE, EXAMPLE)
    .templates(&["required_action", "required_resource", "subject"])
    .services(&["base_url"])
    .fails_with_globs()
    .behind_api_gateway(
        "Keto receives the client's address that API Gateway saw, whatever `X-Forwarded-For` says.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
        let flavor = or(&config.flavor, "regex");
        let mut url = config.base_url.0;
        url.path =
            clean_path(&format!("{}/engines/acp/ory/{flavor}/allowed", url.path)).into_owned();
        let template = |name: &str, text: &str| Template::parse(name, text);
        Ok(Self {
            url,
            action: template("required_action", or(&config.required_action, "unset")),
            resource: template("required_resource", or(&config.required_resource, "unset")),
            subject: (!config.subject.is_empty()).then(|| template("subject", &config.subject)),
            globs: settings.config.access_rules.matching_strategy == Strategy::Glob,
        })
    }

    async fn authorize(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        if self.globs {
            return Err(Failure::new(
                500,
                "The matched handler uses Regexp MatchingStrategy which is not selected in the configuration",
            )
            .because(ReasonCode::Misconfigured));
        }
        let data = session.data();
        let subject = match &self.subject {
            Some(template) => render(template, &data)?,
            None => session.subject.clone(),
        };
        let check = RequestBody {
            action: &render(&self.action, &data)?,
            resource: &render(&self.resource, &data)?,
            subject: &subject,
            context: Context {
                remote_ip_address: &request.client_address(),
                requested_at: rfc3339(ports.clock.now()),
            },
        };
        let body = serde_json::to_vec(&check).map_err(|error| {
            Failure::plain(format!(
                "the request to Keto cannot be written as JSON: {error}"
            ))
        })?;
        let mut service_request = ServiceRequest::new("POST", self.url.clone(), ATTEMPT);
        service_request
            .header
            .set("Content-Type", "application/json");
        service_request.body = body.into();
        let answer = RETRIES.send(&service_request, ports).await?;
        verdict(&answer, "")?;
        if allows(&answer.body)? {
            Ok(())
        } else {
            Err(Failure::forbidden().with_cause("Keto does not allow it"))
        }
    }
}

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

/// What Keto's answer says, read as Go reads it: the key in any case, nothing for `null`, and
/// whatever follows the first value is overlooked. An answer that says both yes and no says no.
fn allows(body: &[u8]) -> Result<bool, Failure> {
    let unreadable = || {
        Failure::plain("Keto's response does not say whether it allows")
            .because(ReasonCode::AnswerUnfit)
    };
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    let map = match values.next() {
        Some(Ok(Value::Object(map))) => map,
        Some(Ok(Value::Null)) => return Ok(false),
        _ => return Err(unreadable()),
    };
    let mut allowed = None;
    for (key, value) in map {
        if !key.eq_ignore_ascii_case("allowed") {
            continue;
        }
        let yes = match value {
            Value::Bool(yes) => yes,
            Value::Null => false,
            _ => return Err(unreadable()),
        };
        allowed = Some(allowed.unwrap_or(true) && yes);
    }
    Ok(allowed.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        AddressHeaders,
        config::{Config, Format},
        handlers::{Shared, authorizers::Authorizer},
        rules::HandlerReference,
        testing::{ScriptedHttp, ports},
    };

    async fn authorize(
        rule: Value,
        request: Request,
        body: &str,
    ) -> (Result<(), Failure>, Value, String) {
        let config = "{authorizers: {keto_engine_acp_ory: {enabled: true, config: {base_url: 'http://keto.example/base/', required_action: read, required_resource: things}}}}";
        let config = Config::parse(config, Format::Yaml, [("", ""); 0]).unwrap();
        let reference = HandlerReference {
            handler: "keto_engine_acp_ory".into(),
            config: Some(rule),
        };
        let authorizer = Authorizer::build(&reference, &config, &Arc::new(Shared::default()));
        let http = ScriptedHttp::answering(200, body.to_owned());
        let mut session = Session {
            subject: "ada".into(),
            ..Session::default()
        };
        let outcome = authorizer
            .authorize(&request, &mut session, &ports(&http))
            .await;
        let asked = http.sent().into_iter().next();
        let (url, sent) = asked.map_or_else(Default::default, |asked| {
            (asked.url, serde_json::from_slice(&asked.body).unwrap())
        });
        (outcome, sent, url)
    }

    #[tokio::test]
    async fn it_asks_for_subject_action_and_resource() {
        let (outcome, sent, url) =
            authorize(json!({}), Request::default(), r#"{"allowed": true}"#).await;
        outcome.unwrap();
        assert_eq!(
            url,
            "http://keto.example/base/engines/acp/ory/regex/allowed"
        );
        assert_eq!(
            sent,
            json!({"action": "read", "resource": "things", "subject": "ada",
                "context": {"remoteIpAddress": "", "requestedAt": "2025-06-15T15:06:40Z"}})
        );
    }

    #[tokio::test]
    async fn what_is_empty_is_unset_and_of_the_session() {
        let rule = json!({"required_action": "", "required_resource": "", "subject": "", "flavor": "exact"});
        let (_, sent, url) = authorize(rule, Request::default(), r#"{"allowed": true}"#).await;
        assert!(url.ends_with("/exact/allowed"));
        assert_eq!(
            (&sent["action"], &sent["resource"], &sent["subject"]),
            (&json!("unset"), &json!("unset"), &json!("ada"))
        );
    }

    #[test]
    fn it_reads_answers_as_go_does() {
        for (body, allowed) in [
            (r#"{"allowed": true}"#, Some(true)),
            (r#"{"ALLOWED": true}"#, Some(true)),
            (r#"{"allowed": true} and more"#, Some(true)),
            (r#"{"allowed": false}"#, Some(false)),
            (r#"{"allowed": null}"#, Some(false)),
            (r#"{"allowed": true, "Allowed": false}"#, Some(false)),
            ("{}", Some(false)),
            ("null", Some(false)),
            (r#"{"allowed": "true"}"#, None),
            ("[true]", None),
            ("true", None),
            ("", None),
            ("<html>", None),
        ] {
            assert_eq!(allows(body.as_bytes()).ok(), allowed, "{body}");
        }
    }

    #[tokio::test]
    async fn it_tells_the_address_that_the_request_comes_from() {
        let request = Request {
            header: [("X-Real-Ip", "203.0.113.9")].into_iter().collect(),
            remote_addr: Some([198, 51, 100, 7].into()),
            ..Request::default()
        };
        let seen = Request {
            address_headers: AddressHeaders::Ignored,
            ..request.clone()
        };
        for (request, address) in [(request, "203.0.113.9"), (seen, "198.51.100.7")] {
            let (_, sent, _) = authorize(json!({}), request, r#"{"allowed": true}"#).await;
            assert_eq!(sent["context"]["remoteIpAddress"], address);
        }
    }
}
