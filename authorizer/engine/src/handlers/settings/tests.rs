//! Every handler's settings against the schema, and how settings merge.

use serde_json::{Map, json};

use super::*;
use crate::{
    check::handlers_can_run,
    config::{Kind, Shape},
    rules::{Match, RuleDefinition},
};

/// A value that fits a shape, with every key there is.
fn sample(shape: &Shape) -> Value {
    use crate::config::Form;
    match shape.kind {
        Kind::Any => json!("x"),
        Kind::Bool => json!(true),
        Kind::Number => json!(0.5),
        Kind::Integer { only, .. } => json!(only.first().copied().unwrap_or(5)),
        Kind::Text(form) => match form {
            Form::Plain | Form::Filled | Form::ParameterName => json!("x"),
            Form::Uri | Form::FileUri | Form::UriReference => json!("https://service.example/"),
            Form::Duration => json!("5s"),
            Form::Choice(words) => json!(words[0]),
            Form::Version => json!("v1.2.3"),
        },
        Kind::List { item, .. } => json!([sample(item)]),
        Kind::Map(each) => json!({"a": sample(each)}),
        Kind::Object { fields } => fields
            .iter()
            .map(|field| (field.name.to_owned(), sample(&field.shape)))
            .collect::<Map<_, _>>()
            .into(),
        Kind::OneOf(fields) => json!({fields[0].name: sample(&fields[0].shape)}),
        Kind::Handler { .. } | Kind::Reference(_) => panic!("not within a handler"),
    }
}

fn config_with(kind: HandlerKind, name: &str, settings: Option<Value>) -> Config {
    let mut config = Config::default();
    let handlers = match kind {
        HandlerKind::Authenticator => &mut config.authenticators,
        HandlerKind::Authorizer => &mut config.authorizers,
        HandlerKind::Mutator => &mut config.mutators,
        HandlerKind::ErrorHandler => &mut config.errors.handlers,
    };
    let handler = HandlerSettings {
        enabled: true,
        config: settings,
    };
    handlers.0.insert(name.to_owned(), handler);
    config
}

fn runs(kind: HandlerKind, name: &str, settings: Value) -> bool {
    let config = config_with(kind, name, Some(json!({})));
    let reference = HandlerReference {
        handler: name.to_owned(),
        config: Some(settings),
    };
    let mut rule = RuleDefinition {
        matches: Some(Match::default()),
        ..RuleDefinition::default()
    };
    match kind {
        HandlerKind::Authenticator => rule.authenticators.push(reference),
        HandlerKind::Authorizer => rule.authorizer = reference,
        HandlerKind::Mutator => rule.mutators.push(reference),
        HandlerKind::ErrorHandler => rule.errors.push(reference),
    }
    handlers_can_run(&config, &rule, &Arc::default())
}

/// Handlers that are refused whatever their settings.
const NOT_BUILT: [&str; 2] = ["jwt", "oauth2_introspection"];

#[test]
fn every_handler_takes_every_key_that_the_schema_knows() {
    for kind in HandlerKind::ALL {
        for known in kind.handlers() {
            let Some(shape) = known.options.shape() else {
                continue;
            };
            if NOT_BUILT.contains(&known.name) {
                continue;
            }
            let mut settings = sample(shape);
            if kind == HandlerKind::ErrorHandler {
                settings["when"][0]["request"]["cidr"] = json!(["10.0.0.0/8"]);
                settings["when"][0]["request"]["header"]["accept"] = json!(["text/html"]);
                settings["when"][0]["request"]["header"]["content_type"] = json!(["text/html"]);
            }
            assert!(
                runs(kind, known.name, settings.clone()),
                "{} {settings}",
                known.name
            );
        }
    }
}

#[test]
fn no_handler_takes_a_key_that_the_schema_does_not_know() {
    for kind in HandlerKind::ALL {
        for known in kind.handlers() {
            let Some(shape) = known.options.shape() else {
                continue;
            };
            let mut settings = sample(shape);
            settings["zzz"] = json!("x");
            assert!(!runs(kind, known.name, settings), "{}", known.name);
        }
    }
}

fn merged(global: Value, rule: Value) -> Value {
    let config = config_with(HandlerKind::Mutator, "header", Some(global));
    let reference = HandlerReference {
        handler: "header".to_owned(),
        config: Some(rule),
    };
    Settings::of(HandlerKind::Mutator, &reference, &config, &Arc::default())
        .merged()
        .unwrap()
}

#[test]
fn maps_merge_and_everything_else_replaces() {
    let global = json!({"headers": {"A": "1", "B": "2"}, "list": [1, 2], "text": "a"});
    assert_eq!(
        merged(
            global.clone(),
            json!({"headers": {"B": "3", "C": null}, "list": [], "text": {}})
        ),
        json!({"headers": {"A": "1", "B": "3", "C": null}, "list": [], "text": {}})
    );
    assert_eq!(
        merged(global.clone(), json!({"headers": null}))["headers"],
        Value::Null
    );
    assert_eq!(merged(global.clone(), Value::Null), global);
}

#[test]
fn whole_numbers_lose_their_point() {
    assert_eq!(
        merged(json!({"a": 1.0}), json!({"b": [302.0, 1.5]})),
        json!({"a": 1, "b": [302, 1.5]})
    );
}
