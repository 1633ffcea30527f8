//! `remote`: sends the request's body to a service that allows or forbids the request.

use super::{
    Authorize,
    service::{self, Service},
};
use crate::{
    Failure, Ports, Request, Session,
    handlers::{Description, Misconfigured, SetHeaders, Settings, options::OptionValue},
};

/// Sends the body of the request to a service.
#[derive(Debug)]
pub(super) struct Remote {
    service: Service,
}

const EXAMPLE: &str = "\
remote: https://authz.example.com/check
headers: {X-Subject: '{{ print .Subject }}'}
forward_response_headers_to_upstream: [X-Role]";

impl Authorize for Remote {
    const DESCRIPTION: Description = Description::new(
        "remote",
        "Sends the request's body to a service that allows or forbids the request.",
    )
    .options(&service::Options::SHAPE, EXAMPLE)
    .templates(&["headers"])
    .sets(SetHeaders::ItemsOf("forward_response_headers_to_upstream"))
    .services(&["remote"])
    .behind_api_gateway(
        "API Gateway gives no authorizer the request's body: the service receives an empty one. Each header of \
         `forward_response_headers_to_upstream` is mapped by its name.",
    );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        Ok(Self {
            service: Service::build(settings.parse()?, settings)?,
        })
    }

    async fn authorize(
        &self,
        request: &Request,
        session: &mut Session,
        ports: &Ports,
    ) -> Result<(), Failure> {
        let content_type = request.header.get("Content-Type").unwrap_or_default();
        let mut service_request = self.service.request();
        service_request.header = self
            .service
            .headers(content_type, request, &session.data())?;
        service_request.body = request.body.clone();
        // Oathkeeper pipes the body through and cannot send it to another place once more.
        service_request.resends_body = false;
        let sentence = "unexpected status code: ";
        self.service
            .decide(&service_request, session, ports, sentence)
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        config::{Config, Format},
        handlers::{Shared, authorizers::Authorizer},
        ports::{HttpError, HttpResponse},
        rules::HandlerReference,
        testing::{ScriptedHttp, answer, ports},
    };
    use serde_json::{Value, json};

    const CONFIG: &str = "
authorizers:
  remote:
    enabled: true
    config:
      remote: http://authz.example/check?who=gate
      headers: {X-Fixed: one, x-odd: two, X-Empty: ''}
      forward_response_headers_to_upstream: [X-Role, x-missing]
      retry: {give_up_after: 10ms, max_delay: 10ms}
";

    async fn authorize(
        rule: Value,
        request: Request,
        answers: Vec<Result<HttpResponse, HttpError>>,
    ) -> (Result<(), Failure>, Session, Arc<ScriptedHttp>) {
        let config = Config::parse(CONFIG, Format::Yaml, [("", ""); 0]).unwrap();
        let reference = HandlerReference {
            handler: "remote".into(),
            config: Some(rule),
        };
        let authorizer = Authorizer::build(&reference, &config, &Arc::new(Shared::default()));
        let http = ScriptedHttp::new(answers);
        let mut session = Session::default();
        let outcome = authorizer
            .authorize(&request, &mut session, &ports(&http))
            .await;
        (outcome, session, http)
    }

    fn request() -> Request {
        Request {
            method: "PUT".into(),
            header: [
                ("Authorization", "Bearer t"),
                ("Cookie", "a=b"),
                ("Content-Type", "text/plain"),
            ]
            .into_iter()
            .collect(),
            body: "hello".into(),
            ..Request::default()
        }
    }

    #[tokio::test]
    async fn it_posts_the_body_with_headers_of_its_own() {
        let (outcome, session, http) = authorize(
            json!({}),
            request(),
            vec![Ok(answer(
                200,
                &[("X-Role", "reader"), ("X-Role", "second")],
                "no",
            ))],
        )
        .await;
        outcome.unwrap();
        let sent = http.sent().remove(0);
        assert_eq!(
            (sent.method.as_str(), sent.url.as_str(), &sent.body[..]),
            ("POST", "http://authz.example/check?who=gate", &b"hello"[..])
        );
        let mut headers = sent.headers;
        headers.sort();
        let expected = [
            ("Authorization", "Bearer t"),
            ("Content-Type", "text/plain"),
            ("X-Fixed", "one"),
            ("X-Odd", "two"),
        ];
        assert_eq!(
            headers,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(session.header.get("X-Role"), Some("reader"));
        assert_eq!(session.header.get("X-Missing"), Some(""));
        assert_eq!(session.vouched, ["X-Role", "X-Missing"]);
    }

    #[tokio::test]
    async fn a_refusal_hands_no_header_on() {
        let (outcome, session, _) = authorize(
            json!({}),
            request(),
            vec![Ok(answer(403, &[("X-Role", "root")], ""))],
        )
        .await;
        assert_eq!(outcome.unwrap_err().status, Some(403));
        assert!(session.header.is_empty());
    }

    #[tokio::test]
    async fn any_other_status_is_an_error_that_names_it() {
        for status in [201, 204, 400, 401, 404, 501] {
            let (outcome, ..) =
                authorize(json!({}), request(), vec![Ok(answer(status, &[], ""))]).await;
            let failure = outcome.unwrap_err();
            assert_eq!(failure.status(), 500);
            assert_eq!(
                failure.message,
                format!("unexpected status code: expected status code 200 but got {status}")
            );
        }
    }

    #[tokio::test]
    async fn a_body_is_not_sent_to_another_place() {
        let redirect = || Ok(answer(307, &[("Location", "/other")], ""));
        let (outcome, _, http) = authorize(
            json!({}),
            request(),
            vec![redirect(), Ok(answer(200, &[], ""))],
        )
        .await;
        assert_eq!(outcome.unwrap_err().status(), 500);
        assert_eq!(http.sent().len(), 1);
        let without = Request::default();
        let (outcome, _, http) = authorize(
            json!({}),
            without,
            vec![redirect(), Ok(answer(200, &[], ""))],
        )
        .await;
        outcome.unwrap();
        assert_eq!(http.sent().len(), 2);
    }

    #[tokio::test]
    async fn a_header_that_cannot_be_sent_refuses_without_asking() {
        for headers in [json!({"X-A": "a\nb"}), json!({"X A": "b"})] {
            let (outcome, _, http) = authorize(
                json!({"headers": headers}),
                request(),
                vec![Ok(answer(200, &[], ""))],
            )
            .await;
            assert_eq!(outcome.unwrap_err().status(), 500);
            assert!(http.sent().is_empty());
        }
    }

    #[tokio::test]
    async fn a_rule_with_a_wrong_setting_answers_500() {
        for wrong in [
            json!({"remote": "/check"}),
            json!({"headers": {"X-N": 7}}),
            json!({"forward_response_headers_to_upstream": ["A", "A"]}),
            json!({"retry": {"times": 3}}),
            json!({"retry": {"give_up_after": "1.5s"}}),
            json!({"retry": {"give_up_after": "99999999999h"}}),
            json!({"payload": "{}"}),
        ] {
            let (outcome, _, http) =
                authorize(wrong.clone(), request(), vec![Ok(answer(200, &[], ""))]).await;
            assert_eq!(
                outcome.unwrap_err().message,
                "authorizer matching this route is misconfigured or disabled",
                "{wrong}"
            );
            assert!(http.sent().is_empty());
        }
    }
}
