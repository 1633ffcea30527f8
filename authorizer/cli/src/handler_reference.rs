//! Every handler with its options, as data for other programs and as pages for `docs/handlers`: both from the
//! descriptions that the handlers' own files have.

mod page;

pub(crate) use page::pages;

use oathgate_engine::{
    config::{Field, Form, Kind, Preset, Required, Shape},
    handlers::{Description, HandlerKind, KeyPurpose, SetHeaders},
};
use serde::Serialize;

/// A handler, as other programs need it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handler {
    /// `authenticator`, `authorizer`, `mutator` or `error handler`.
    kind: &'static str,
    /// The configuration's section: `authenticators` and so on.
    section: &'static str,
    name: &'static str,
    about: &'static str,
    options: Vec<HandlerOption>,
    templates: &'static [&'static str],
    services: &'static [&'static str],
    key_sets: Option<HandlerKeySets>,
    sets: Sets,
    always_decides: bool,
    works_with_globs: bool,
    api_gateway: &'static str,
    example: &'static str,
}

/// An option, with the path below the handler's `config`.
#[derive(Debug, Serialize)]
pub(crate) struct HandlerOption {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    /// `always`, `if enabled` or `never`.
    required: &'static str,
    about: &'static str,
}

#[derive(Debug, Serialize)]
struct HandlerKeySets {
    option: &'static str,
    purpose: &'static str,
}

/// The headers and cookies that a handler sets for the backend.
#[derive(Debug, Serialize)]
struct Sets {
    headers: &'static [&'static str],
    /// The option that names further headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers_of: Option<&'static str>,
    /// Whether a service names headers when it responds.
    any: bool,
    /// The option that names cookies.
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies_of: Option<&'static str>,
}

/// Every handler, by kind.
pub(crate) fn handlers() -> Vec<Handler> {
    HandlerKind::ALL
        .into_iter()
        .flat_map(|kind| {
            kind.handlers()
                .iter()
                .map(move |known| handler(kind, known))
        })
        .collect()
}

fn handler(kind: HandlerKind, known: &Description) -> Handler {
    Handler {
        kind: kind.as_str(),
        section: kind.path(),
        name: known.name,
        about: known.about,
        options: options_of(known),
        templates: known.templates,
        services: known.services,
        key_sets: known.key_sets.map(|key_sets| HandlerKeySets {
            option: key_sets.option,
            purpose: match key_sets.purpose {
                KeyPurpose::Verify => "verify",
                KeyPurpose::Sign => "sign",
            },
        }),
        sets: Sets {
            headers: match known.sets {
                SetHeaders::Named(names) => names,
                _ => &[],
            },
            headers_of: known.sets.option(),
            any: known.sets == SetHeaders::Any,
            cookies_of: known.cookies,
        },
        always_decides: known.always_decides,
        works_with_globs: known.works_with_globs,
        api_gateway: known.api_gateway,
        example: known.example,
    }
}

fn options_of(known: &Description) -> Vec<HandlerOption> {
    let mut options = Vec::new();
    if let Some(shape) = known.options.shape() {
        collect(shape.fields(), "", &mut options);
    }
    options
}

/// Adds the keys of an object, and those below each.
fn collect(fields: &[Field], prefix: &str, options: &mut Vec<HandlerOption>) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        options.push(HandlerOption {
            kind: words(&field.shape),
            default: field.shape.default.map(written),
            required: match field.required {
                Required::Never => "never",
                Required::Always => "always",
                Required::IfEnabled => "if enabled",
            },
            about: field.shape.about,
            name: name.clone(),
        });
        match field.shape.kind {
            Kind::List { item, .. } => collect(item.fields(), &format!("{name}[]."), options),
            _ => collect(field.shape.fields(), &format!("{name}."), options),
        }
    }
}

/// The kind of a value in words.
fn words(shape: &Shape) -> String {
    match shape.kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Integer { only: [], .. } => "whole number".to_owned(),
        Kind::Integer { only, .. } => alternatives(only.iter()),
        Kind::Number => "number".to_owned(),
        Kind::Text(Form::Uri | Form::FileUri) => "URL".to_owned(),
        Kind::Text(Form::UriReference) => "URL or path".to_owned(),
        Kind::Text(Form::Duration) => "duration".to_owned(),
        Kind::Text(Form::Choice(choices)) => alternatives(choices.iter()),
        Kind::Text(Form::Plain | Form::Filled | Form::ParameterName | Form::Version) => {
            "text".to_owned()
        }
        Kind::Any => "text".to_owned(),
        Kind::List { item, .. } => format!("list of {}", plural(&words(item))),
        Kind::Map(each) => format!("{} by name", plural(&words(each))),
        Kind::Object { .. } => "object".to_owned(),
        Kind::OneOf(_) => "object with one key".to_owned(),
        Kind::Handler { .. } | Kind::Reference(_) => "handler".to_owned(),
    }
}

fn alternatives(all: impl Iterator<Item = impl ToString>) -> String {
    let all: Vec<_> = all.map(|one| format!("`{}`", one.to_string())).collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn plural(word: &str) -> String {
    if word.contains('`') {
        word.to_owned()
    } else {
        format!("{word}s")
    }
}

/// A default as it is written in a configuration.
fn written(preset: Preset) -> String {
    match preset {
        Preset::Bool(value) => value.to_string(),
        Preset::Integer(value) => value.to_string(),
        Preset::Text("") => "\"\"".to_owned(),
        Preset::Text(text) => text.to_owned(),
        Preset::Texts(texts) => format!("[{}]", texts.join(", ")),
    }
}
