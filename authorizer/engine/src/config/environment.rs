//! Variables over files: `AUTHENTICATORS_JWT_ENABLED` is `authenticators.jwt.enabled`.
//!
//! A variable's name is the key's path in upper case, with `_` for every dot; which underscore is a
//! dot is told by the keys there are. Numbers are places in a list: `ACCESS_RULES_REPOSITORIES_0`.
//! Oathkeeper does the same in its `configx` package.

mod value;

use serde_json::{Map, Value};
use value::{comma_separated, whole_number};

use super::{
    assign::{Step, path_text},
    shape::{CONFIG, Field, Form, Kind, Shape},
};
use crate::finding::Finding;

/// Keys that a variable of a common name must not change: neither has an effect.
const LEFT_ALONE: &[&str] = &["version", "profiling"];

/// What a variable sets.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Assignment {
    /// The key.
    pub(super) path: Vec<Step>,
    /// Its value.
    pub(super) value: Value,
}

/// What a variable sets; `None` where its name is no key's.
///
/// # Errors
/// A text that cannot be the key's value.
pub(super) fn assignment(name: &str, text: &str) -> Result<Option<Assignment>, Box<Finding>> {
    let wanted = name.to_lowercase().replace('_', ".");
    let mut path = Vec::new();
    let found = if wanted.is_empty() {
        None
    } else {
        find(&CONFIG, &wanted, &mut path)
    };
    let Some(shape) = found else {
        return Ok(None);
    };
    if matches!(path.as_slice(), [Step::Key(key)] if LEFT_ALONE.contains(&key.as_str())) {
        return Ok(None);
    }
    let wrong = |what: &str| {
        Box::new(
            Finding::error(format!("the value of the variable is not {what}"))
                .in_file(name)
                .at(path_text(&path)),
        )
    };
    let value = match shape.kind {
        Kind::Bool => match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Value::Bool(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Value::Bool(false),
            _ => return Err(wrong("`true` or `false`")),
        },
        Kind::Integer { .. } => match whole_number(text) {
            Some(number) => Value::from(number),
            None => return Err(wrong("a whole number")),
        },
        Kind::Number => match text.trim().parse::<f64>() {
            Ok(number) => Value::from(number),
            Err(_) => return Err(wrong("a number")),
        },
        Kind::Text(_) => Value::from(text),
        Kind::List { .. } => list(text, &shape).ok_or_else(|| wrong("a list"))?,
        Kind::Any
        | Kind::Map(_)
        | Kind::Object { .. }
        | Kind::Handler { .. }
        | Kind::Reference(_)
        | Kind::OneOf(_) => {
            match serde_json::from_str::<Map<String, Value>>(text) {
                Ok(map) => Value::Object(map),
                // `LOG=debug` is some other program's, not the whole of `log`.
                Err(_) if path.len() == 1 => return Ok(None),
                Err(_) => return Err(wrong("a JSON object")),
            }
        }
    };
    Ok(Some(Assignment { path, value }))
}

/// A JSON list, or texts separated by commas. Any other JSON is no list: `"a"` and `5` are mistakes,
/// not lists of one.
fn list(text: &str, shape: &Shape) -> Option<Value> {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return value.is_array().then_some(value);
    }
    let Kind::List { item, .. } = shape.kind else {
        return None;
    };
    match item.kind {
        Kind::Text(_) | Kind::Any if !text.is_empty() => comma_separated(text).map(Value::from),
        _ => None,
    }
}

/// The shape at a name, all underscores of which have become dots.
fn find(shape: &Shape, wanted: &str, path: &mut Vec<Step>) -> Option<Shape> {
    if wanted.is_empty() {
        return Some(*shape);
    }
    let length = path.len();
    match shape.kind {
        Kind::Object { fields } | Kind::OneOf(fields) => {
            let mut fields: Vec<&Field> = fields.iter().collect();
            fields.sort_by_key(|field| field.name);
            for field in fields {
                if let Some(rest) = behind(wanted, field.name) {
                    path.push(Step::Key(field.name.to_owned()));
                    if let Some(found) = find(&field.shape, rest, path) {
                        return Some(found);
                    }
                    path.truncate(length);
                }
            }
            None
        }
        Kind::Handler { config, .. } => {
            let enabled = Shape::bool();
            for (name, shape) in [("config", config), ("enabled", Some(&enabled))] {
                if let (Some(rest), Some(shape)) = (behind(wanted, name), shape) {
                    path.push(Step::Key(name.to_owned()));
                    if let Some(found) = find(shape, rest, path) {
                        return Some(found);
                    }
                    path.truncate(length);
                }
            }
            None
        }
        Kind::List { item, .. } => {
            let (place, rest) = wanted.split_once('.').unwrap_or((wanted, ""));
            let place = place.parse().ok()?;
            path.push(Step::Place(place));
            let found = find(item, rest, path);
            if found.is_none() {
                path.truncate(length);
            }
            found
        }
        _ => None,
    }
}

/// What follows a key's name, with the dot between them taken off.
fn behind<'w>(wanted: &'w str, name: &str) -> Option<&'w str> {
    let rest = wanted.strip_prefix(name.replace('_', ".").as_str())?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('.').filter(|rest| !rest.is_empty())
    }
}

/// Whether a variable's name can only be meant for the configuration.
pub(super) fn is_meant_for_us(name: &str) -> bool {
    [
        "ACCESS_RULES_",
        "AUTHENTICATORS_",
        "AUTHORIZERS_",
        "MUTATORS_",
        "ERRORS_HANDLERS_",
        "SERVE_API_",
        "SERVE_PROXY_",
        "SERVE_PROMETHEUS_",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// The name of the variable that is nearest to a mistyped one.
pub(super) fn nearest_name(name: &str) -> Option<String> {
    let mut names = Vec::new();
    collect(&CONFIG, &mut String::new(), &mut names);
    super::suggest::nearest(&name.to_uppercase(), names.iter().map(String::as_str))
        .map(str::to_owned)
}

fn collect(shape: &Shape, name: &mut String, names: &mut Vec<String>) {
    let mut below = |step: &str, shape: &Shape| {
        let length = name.len();
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(&step.to_uppercase());
        names.push(name.clone());
        collect(shape, name, names);
        name.truncate(length);
    };
    match shape.kind {
        Kind::Object { fields } | Kind::OneOf(fields) => {
            for field in fields {
                below(field.name, &field.shape);
            }
        }
        Kind::Handler { config, .. } => {
            below("enabled", &Shape::text(Form::Plain));
            if let Some(config) = config {
                below("config", config);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(name: &str, text: &str) -> Option<(String, Value)> {
        assignment(name, text)
            .unwrap()
            .map(|set| (path_text(&set.path), set.value))
    }

    #[test]
    fn underscores_become_dots_where_a_key_says_so() {
        for (name, text, path, value) in [
            (
                "AUTHENTICATORS_COOKIE_SESSION_CONFIG_CHECK_SESSION_URL",
                "http://kratos/whoami",
                "authenticators.cookie_session.config.check_session_url",
                json!("http://kratos/whoami"),
            ),
            (
                "AUTHENTICATORS_OAUTH2_INTROSPECTION_CONFIG_PRE_AUTHORIZATION_CLIENT_ID",
                "gate",
                "authenticators.oauth2_introspection.config.pre_authorization.client_id",
                json!("gate"),
            ),
            (
                "AUTHORIZERS_KETO_ENGINE_ACP_ORY_ENABLED",
                "1",
                "authorizers.keto_engine_acp_ory.enabled",
                json!(true),
            ),
            ("serve_api_port", "4457", "serve.api.port", json!(4457)),
            (
                "MUTATORS_HEADER_CONFIG_HEADERS",
                r#"{"X-A":"b"}"#,
                "mutators.header.config.headers",
                json!({"X-A": "b"}),
            ),
            (
                "AUTHENTICATORS_JWT_CONFIG_TOKEN_FROM_COOKIE",
                "sid",
                "authenticators.jwt.config.token_from.cookie",
                json!("sid"),
            ),
            (
                "ACCESS_RULES_REPOSITORIES",
                "file:///a,file:///b",
                "access_rules.repositories",
                json!(["file:///a", "file:///b"]),
            ),
            (
                "ACCESS_RULES_REPOSITORIES",
                r#"["file:///a"]"#,
                "access_rules.repositories",
                json!(["file:///a"]),
            ),
            (
                "ACCESS_RULES_REPOSITORIES_1",
                "file:///c",
                "access_rules.repositories[1]",
                json!("file:///c"),
            ),
            (
                "ERRORS_HANDLERS_JSON_CONFIG_WHEN_0_ERROR",
                "forbidden",
                "errors.handlers.json.config.when[0].error",
                json!(["forbidden"]),
            ),
        ] {
            assert_eq!(set(name, text), Some((path.to_owned(), value)), "{name}");
        }
    }

    #[test]
    fn variables_of_other_programs_are_left_alone() {
        for (name, text) in [
            ("PATH", "/bin"),
            ("LOG", "debug"),
            ("VERSION", "7"),
            ("SERVE", "yes"),
            ("HOME", ""),
            ("", ""),
            ("SERVE_", "x"),
            ("AUTHENTICATORS__ENABLED", "1"),
        ] {
            assert_eq!(set(name, text), None, "{name}");
        }
    }

    #[test]
    fn a_list_is_json_or_texts_between_commas_and_nothing_else() {
        for text in ["", "5", r#""a""#, r#"{"a":1}"#, "null", r#"a"b"#] {
            assert!(
                assignment("AUTHENTICATORS_COOKIE_SESSION_CONFIG_ONLY", text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_value_that_cannot_be_is_an_error() {
        let refused = assignment("AUTHENTICATORS_JWT_ENABLED", "maybe").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "error: AUTHENTICATORS_JWT_ENABLED: authenticators.jwt.enabled: the value of the variable is not `true` or `false`"
        );
    }

    #[test]
    fn it_knows_a_mistyped_variable() {
        assert_eq!(
            nearest_name("AUTHENTICATORS_JWT_CONFIG_JWKS_URL").as_deref(),
            Some("AUTHENTICATORS_JWT_CONFIG_JWKS_URLS")
        );
    }
}
