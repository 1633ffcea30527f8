//! What a hydrator asks, and what becomes of the answer.

use std::{sync::Arc, time::Duration};

use oathgate_gostd::Url;
use serde_json::{Value, json};

use super::super::Mutator;
use crate::{
    AddressHeaders, Failure, Ports, Request, Session,
    config::{Config, HandlerSettings},
    handlers::Shared,
    ports::HttpResponse,
    rules::HandlerReference,
    testing::{FixedClock, MapKeys, ScriptedHttp, answer},
};

struct World {
    config: Config,
    shared: Arc<Shared>,
    http: Arc<ScriptedHttp>,
    clock: Arc<FixedClock>,
    ports: Ports,
}

impl World {
    fn new(answers: impl IntoIterator<Item = HttpResponse>) -> Self {
        let global = json!({"api": {"url": "http://hydrator/fill?key=1"}});
        let settings = HandlerSettings {
            enabled: true,
            config: Some(global),
        };
        let mut config = Config::default();
        config.mutators.0.insert("hydrator".to_owned(), settings);
        let http = ScriptedHttp::new(answers.into_iter().map(Ok));
        let clock = FixedClock::at(1_750_000_000);
        let ports = Ports {
            http: http.clone(),
            keys: Arc::new(MapKeys::default()),
            clock: clock.clone(),
        };
        Self {
            config,
            shared: Arc::default(),
            http,
            clock,
            ports,
        }
    }

    fn answering(status: u16, body: &Value) -> Self {
        Self::new([answer(status, &[], body.to_string())])
    }

    async fn hydrate(&self, rule: Value) -> Result<Session, Failure> {
        let mut session = Session {
            subject: "ada".to_owned(),
            ..Session::default()
        };
        session.set_header("X-Before", "1");
        self.hydrate_from(session, rule).await
    }

    async fn hydrate_from(&self, mut session: Session, rule: Value) -> Result<Session, Failure> {
        let reference = HandlerReference {
            handler: "hydrator".to_owned(),
            config: Some(rule),
        };
        let mutator = Mutator::build(&reference, &self.config, &self.shared);
        let url = Url::parse("https://api/a?b=2&a=1&a=%20").unwrap();
        let mut request = Request {
            url: url.clone(),
            header: [("X-Client", "1"), ("Content-Length", "7")]
                .into_iter()
                .collect(),
            ..Request::default()
        };
        Arc::make_mut(&mut session.match_context).url = Some(url);
        mutator
            .mutate(&mut request, &mut session, &self.ports)
            .await?;
        Ok(session)
    }
}

#[tokio::test]
async fn it_sends_the_session_and_takes_the_answer_for_it() {
    let body =
        json!({"subject": "ada", "extra": {"role": "admin"}, "header": {"X-Plan": ["gold"]}});
    let world = World::answering(200, &body);
    let credentials = json!({"api": {"auth": {"basic": {"username": "u", "password": "p"}}}});
    let session = world.hydrate(credentials).await.unwrap();
    assert_eq!(session.extra.unwrap().get("role"), Some(&"admin".into()));
    assert_eq!(session.vouched, ["X-Plan"]);
    assert_eq!(session.header.get("X-Before"), None);
    assert!(session.match_context.url.is_none());

    let asked = world.http.sent();
    let [asked] = asked.as_slice() else {
        panic!("asked {} times", asked.len())
    };
    assert_eq!(
        (asked.method.as_str(), asked.url.as_str()),
        ("POST", "http://hydrator/fill?a=1&a=+&b=2")
    );
    let header = |name: &str| {
        asked
            .headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(header("X-Client"), Some("1"));
    assert_eq!(header("Authorization"), Some("Basic dTpw"));
    assert_eq!(header("Content-Type"), Some("application/json"));
    assert!(asked.timeout <= Duration::from_secs(1));
    let sent: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(sent["subject"], "ada");
    assert_eq!(sent["extra"], Value::Null);
    assert_eq!(sent["header"], json!({"X-Before": ["1"]}));
    assert_eq!(sent["match_context"]["url"]["RawQuery"], "b=2&a=1&a=%20");
    assert_eq!(sent["match_context"]["regexp_capture_groups"], Value::Null);
}

#[tokio::test]
async fn a_header_in_another_spelling_is_empty_until_noop_spells_it() {
    let told = json!({"subject": "ada", "header": {"x-low": ["1", "2"]}});
    let world = World::answering(200, &told);
    let mut session = world.hydrate(json!({})).await.unwrap();
    assert_eq!(session.header.get("X-Low"), None);
    assert_eq!(session.header.clone().as_found().get("X-Low"), Some(""));
    assert_eq!(session.vouched, ["X-Low"]);
    let noop = HandlerReference {
        handler: "noop".to_owned(),
        config: None,
    };
    let mut config = Config::default();
    let settings = HandlerSettings {
        enabled: true,
        config: None,
    };
    config.mutators.0.insert("noop".to_owned(), settings);
    let noop = Mutator::build(&noop, &config, &world.shared);
    noop.mutate(&mut Request::default(), &mut session, &world.ports)
        .await
        .unwrap();
    assert_eq!(session.header.get("X-Low"), Some("1"));
}

#[tokio::test]
async fn the_service_is_told_the_address_that_the_gateway_saw() {
    let world = World::answering(200, &json!({"subject": ""}));
    let reference = HandlerReference {
        handler: "hydrator".to_owned(),
        config: None,
    };
    let mutator = Mutator::build(&reference, &world.config, &world.shared);
    let mut request = Request {
        header: [("X-Real-Ip", "203.0.113.9"), ("X-Client", "1")]
            .into_iter()
            .collect(),
        remote_addr: Some([198, 51, 100, 7].into()),
        address_headers: AddressHeaders::Ignored,
        ..Request::default()
    };
    let mut session = Session::default();
    mutator
        .mutate(&mut request, &mut session, &world.ports)
        .await
        .unwrap();
    let sent = world.http.sent().remove(0).headers;
    let header = |name: &str| sent.iter().find(|(known, _)| known == name).cloned();
    assert_eq!(header("X-Real-Ip").unwrap().1, "198.51.100.7");
    assert_eq!(header("X-Client").unwrap().1, "1");
}

#[tokio::test]
async fn what_the_service_sends_back_is_vouched_for_as_little_as_before() {
    let told = json!({"subject": "ada", "header": {
        "X-Set": ["1"], "X-Same": ["2"], "X-Other": ["service"], "X-New": ["4"],
    }});
    let world = World::answering(200, &told);
    let mut session = Session {
        subject: "ada".to_owned(),
        // As `noop` leaves them.
        header: [("X-Same", "2"), ("X-Other", "client")]
            .into_iter()
            .collect(),
        ..Session::default()
    };
    session.set_header("X-Set", "1");
    let kept = json!({"cache": {"enabled": true}});
    for _ in 0..2 {
        let session = world.hydrate_from(session.clone(), kept.clone()).await;
        assert_eq!(session.unwrap().vouched, ["X-New", "X-Other", "X-Set"]);
    }
}

#[tokio::test]
async fn headers_that_are_empty_are_not_null() {
    for (header, shown) in [(json!({}), "{}"), (Value::Null, "null")] {
        let told = json!({"subject": "ada", "header": header, "match_context": {"header": header}});
        let session = World::answering(200, &told)
            .hydrate(json!({}))
            .await
            .unwrap();
        let template = "{{ .Header | toJson }} {{ .MatchContext.Header | toJson }}";
        let rendered = oathgate_gotemplate::Template::parse("t", template)
            .unwrap()
            .render(&session.data())
            .unwrap();
        assert_eq!(rendered, format!("{shown} {shown}"));
    }
}

/// As Go's decoder and encoder do: what one hydrator's service answers reaches the next one unchanged.
#[tokio::test]
async fn headers_without_values_reach_the_next_service_as_they_were_answered() {
    let header = json!({
        "X-Empty": [], "X-Nil": null, "x-odd": [], "X-One": ["1"], "X-Blank": [""],
    });
    let told = json!({"subject": "ada", "header": header, "match_context": {"header": header}});
    let world = World::answering(200, &told);
    let mut session = world.hydrate(json!({})).await.unwrap();
    let reference = HandlerReference {
        handler: "hydrator".to_owned(),
        config: None,
    };
    let next = Mutator::build(&reference, &world.config, &world.shared);
    for _ in 0..2 {
        let mut request = Request::default();
        next.mutate(&mut request, &mut session, &world.ports)
            .await
            .unwrap();
        let asked = world.http.sent();
        let sent: Value = serde_json::from_slice(&asked.last().unwrap().body).unwrap();
        assert_eq!(sent["header"], header);
        assert_eq!(sent["match_context"]["header"], header);
    }
    let names = ["X-Blank", "X-Empty", "X-Nil", "X-Odd", "X-One"];
    assert_eq!(session.vouched, names);
    let found = session.header.clone().as_found();
    let values = names.map(|name| found.get(name));
    assert_eq!(values, [Some(""), Some(""), Some(""), Some(""), Some("1")]);
    // What Go 1.26 makes of the same map.
    for (template, shown) in [
        (
            "{{ .Header }}",
            "map[X-Blank:[] X-Empty:[] X-Nil:[] X-One:[1] x-odd:[]]",
        ),
        ("{{ len .Header }}", "5"),
        ("{{ .Header.Get \"X-Empty\" }}", ""),
        ("{{ .Header.Values \"x-empty\" | toJson }}", "[]"),
        ("{{ .Header.Values \"X-Nil\" | toJson }}", "null"),
        ("{{ .Header.Values \"X-None\" | toJson }}", "null"),
        ("{{ index .Header \"X-Empty\" | toJson }}", "[]"),
        ("{{ index .Header \"X-Nil\" | toJson }}", "null"),
        (
            "{{ range .Header }}{{ . | toJson }}{{ end }}",
            "[\"\"][]null[\"1\"][]",
        ),
    ] {
        let template = oathgate_gotemplate::Template::parse("t", template).unwrap();
        let rendered = template.render(&session.data()).unwrap();
        assert_eq!(rendered, shown);
    }
}

#[tokio::test]
async fn it_tells_what_is_wrong_in_oathkeepers_sentences() {
    let plain = json!({});
    let auth = json!({"api": {"auth": {"basic": {"username": "u", "password": "p"}}}});
    let cases = [
        (
            401,
            json!({}),
            &plain,
            "No credentials were provided in mutator configuration",
        ),
        (
            401,
            json!({}),
            &auth,
            "Invalid credentials were provided in mutator configuration",
        ),
        (
            404,
            json!({}),
            &plain,
            "The call to an external API returned a non-200 HTTP response",
        ),
        (
            200,
            json!({"subject": "bob"}),
            &plain,
            "The call to an external API returned an invalid JSON object",
        ),
        (
            200,
            json!({}),
            &plain,
            "The call to an external API returned an invalid JSON object",
        ),
    ];
    for (status, body, rule, message) in cases {
        let failure = World::answering(status, &body)
            .hydrate(rule.clone())
            .await
            .unwrap_err();
        assert_eq!((failure.status, &*failure.message), (None, message));
    }
}

#[tokio::test]
async fn it_keeps_answers_only_where_it_is_told_to_and_as_long() {
    let body = json!({"subject": "ada"});
    let world = World::answering(200, &body);
    world.hydrate(json!({})).await.unwrap();
    world.hydrate(json!({})).await.unwrap();
    assert_eq!(world.http.sent().len(), 2);

    let world = World::answering(200, &body);
    let kept = json!({"cache": {"enabled": true, "ttl": "10s"}});
    world.hydrate(kept.clone()).await.unwrap();
    world.hydrate(kept.clone()).await.unwrap();
    assert_eq!(world.http.sent().len(), 1);
    let other = json!({"cache": {"enabled": true}, "api": {"url": "http://other/"}});
    world.hydrate(other).await.unwrap();
    assert_eq!(world.http.sent().len(), 2);
    world.clock.advance(Duration::from_secs(10));
    world.hydrate(kept).await.unwrap();
    assert_eq!(world.http.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn it_asks_again_and_keeps_no_failure() {
    let kept = json!({"cache": {"enabled": true}});
    let trouble = (0..5).map(|_| answer(503, &[], ""));
    let fine = answer(200, &[], "{\"subject\":\"ada\"}");
    let world = World::new(trouble.chain([fine]));
    assert_eq!(world.hydrate(kept.clone()).await.unwrap_err().status, None);
    assert_eq!(world.http.sent().len(), 5);
    assert!(world.hydrate(kept).await.is_ok());
}
