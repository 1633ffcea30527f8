//! Checks a value against a [`Shape`]: every mistake at once, each with its path and advice.

use serde_json::{Map, Value};

use super::{
    form,
    merge::whole,
    shape::{Field, Form, Kind, RULE, Required, Shape},
    suggest::did_you_mean,
};
use crate::finding::{Finding, Severity};

/// Everything wrong with a value, as findings without a file.
#[must_use]
pub fn validate(shape: &Shape, value: &Value) -> Vec<Finding> {
    let mut validation = Validation::default();
    validation.check(shape, value);
    validation.findings
}

/// Keys of a rule that Oathkeeper overlooks, as errors, and those without effect here, as notes.
#[must_use]
pub fn unknown_keys(rule: &Value) -> Vec<Finding> {
    let mut validation = Validation {
        only_keys: true,
        ..Validation::default()
    };
    validation.check(&RULE, rule);
    validation.findings
}

#[derive(Default)]
struct Validation {
    path: String,
    /// Whether only keys are looked at, not values.
    only_keys: bool,
    findings: Vec<Finding>,
}

impl Validation {
    fn report(&mut self, severity: Severity, message: String, suggestion: Option<String>) {
        self.findings.push(Finding {
            suggestion,
            ..Finding::new(severity, message).at(self.path.as_str())
        });
    }

    fn error(&mut self, message: impl Into<String>, suggestion: Option<String>) {
        if self.only_keys {
            return;
        }
        self.report(Severity::Error, message.into(), suggestion);
    }

    fn within(&mut self, step: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if !self.path.is_empty() && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        check(self);
        self.path.truncate(length);
    }

    fn wrong_kind(&mut self, wanted: &str, value: &Value) {
        let suggestion = match (wanted, value) {
            ("a text", Value::Number(_) | Value::Bool(_)) => Some("put it in quotes".to_owned()),
            ("a list", Value::String(_)) => Some("write it as a list of one".to_owned()),
            (_, Value::Null) => Some("leave the key out or give it a value".to_owned()),
            _ => None,
        };
        self.error(
            format!("expected {wanted}, found {}", kind_of(value)),
            suggestion,
        );
    }

    fn check(&mut self, shape: &Shape, value: &Value) {
        match shape.kind {
            Kind::Any => {}
            Kind::Bool => {
                if !value.is_boolean() {
                    self.wrong_kind("`true` or `false`", value);
                }
            }
            Kind::Number => {
                if !value.is_number() {
                    self.wrong_kind("a number", value);
                }
            }
            Kind::Integer { min, max, only } => self.check_integer(value, min, max, only),
            Kind::Text(form) => self.check_text(form, value),
            Kind::List { item, unique } => self.check_list(item, unique, value),
            Kind::Map(each) => match value.as_object() {
                Some(map) => {
                    for (key, value) in map {
                        self.within(&step(key), |this| this.check(each, value));
                    }
                }
                None => self.wrong_kind("names with values", value),
            },
            Kind::Object { fields } => match value.as_object() {
                Some(map) => {
                    self.check_fields(fields, map);
                    self.check_required(fields, map);
                }
                None => self.wrong_kind("keys with values", value),
            },
            Kind::Handler {
                config,
                config_required,
                enabled,
            } => match value.as_object() {
                Some(map) => self.check_handler(config, config_required, enabled, map),
                None => self.wrong_kind("`enabled` and `config`", value),
            },
            Kind::Reference(_) => match value.as_object() {
                Some(map) => self.check_reference(map),
                None => self.wrong_kind("`handler` and `config`", value),
            },
            Kind::OneOf(fields) => self.check_one_of(fields, value),
        }
    }

    fn check_integer(&mut self, value: &Value, min: i64, max: i64, only: &[i64]) {
        let Some(number) = as_integer(value) else {
            return self.wrong_kind("a whole number", value);
        };
        if !only.is_empty() && !only.contains(&number) {
            let allowed: Vec<String> = only.iter().map(|one| format!("`{one}`")).collect();
            self.error(
                format!("`{number}` is not allowed here"),
                Some(format!("use {}", allowed.join(" or "))),
            );
        } else if number < min || number > max {
            self.error(
                format!("`{number}` is out of range"),
                Some(format!("use a number from {min} to {max}")),
            );
        }
    }

    fn check_text(&mut self, form: Form, value: &Value) {
        match value.as_str() {
            Some(text) => {
                if let Some((message, suggestion)) = form::check(form, text) {
                    self.error(message, suggestion);
                }
            }
            None => self.wrong_kind("a text", value),
        }
    }

    fn check_list(&mut self, item: &Shape, unique: bool, value: &Value) {
        let Some(list) = value.as_array() else {
            return self.wrong_kind("a list", value);
        };
        for (place, value) in list.iter().enumerate() {
            self.within(&format!("[{place}]"), |this| {
                this.check(item, value);
                if unique && list.iter().take(place).any(|earlier| earlier == value) {
                    this.error(
                        "the same item is there twice",
                        Some("remove one".to_owned()),
                    );
                }
            });
        }
    }

    fn check_fields(&mut self, fields: &'static [Field], map: &Map<String, Value>) {
        for (key, value) in map {
            self.within(&step(key), |this| {
                match fields.iter().find(|field| field.name == key) {
                    Some(field) => {
                        if let Some(why) = field.idle {
                            this.report(Severity::Note, why.to_owned(), None);
                        }
                        this.check(&field.shape, value);
                    }
                    None => this.unknown_key(key, fields),
                }
            });
        }
    }

    fn unknown_key(&mut self, key: &str, fields: &[Field]) {
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let message = format!("unknown key `{key}`");
        self.report(Severity::Error, message, did_you_mean(key, &known));
    }

    fn check_required(&mut self, fields: &[Field], map: &Map<String, Value>) {
        let enabled = map.get("enabled") == Some(&Value::Bool(true));
        for field in fields {
            let required = match field.required {
                Required::Never => false,
                Required::Always => true,
                Required::IfEnabled => enabled,
            };
            if required && !map.contains_key(field.name) {
                self.within(field.name, |this| this.error("the key is missing", None));
            }
        }
    }

    /// A disabled handler's `config` is not looked at where one is required of an enabled handler.
    fn check_handler(
        &mut self,
        config: Option<&'static Shape>,
        config_required: bool,
        enabled_by_default: bool,
        map: &Map<String, Value>,
    ) {
        for (key, value) in map {
            match key.as_str() {
                "enabled" => self.within("enabled", |this| this.check(&Shape::bool(), value)),
                "config" if config.is_some() => {}
                "config" => self.within("config", |this| {
                    this.error(
                        "this handler has no configuration",
                        Some("remove it".to_owned()),
                    );
                }),
                _ => self.within(&step(key), |this| {
                    let misplaced = config.is_some_and(|config| config.field(key).is_some());
                    let advice = if misplaced {
                        Some("put it under `config`".to_owned())
                    } else {
                        did_you_mean(key, &["enabled", "config"])
                    };
                    this.error(format!("unknown key `{key}`"), advice);
                }),
            }
        }
        let enabled = match map.get("enabled") {
            Some(value) => value.as_bool().unwrap_or(false),
            None => enabled_by_default,
        };
        let (Some(shape), true) = (config, enabled || !config_required) else {
            return;
        };
        match map.get("config") {
            Some(value) => self.within("config", |this| this.check(shape, value)),
            None if config_required => self.within("config", |this| {
                this.error(
                    "an enabled handler needs a configuration",
                    Some("set its required keys or disable it".to_owned()),
                );
            }),
            None => {}
        }
    }

    /// The settings of a handler are checked where they are merged.
    fn check_reference(&mut self, map: &Map<String, Value>) {
        for key in map.keys() {
            if !matches!(key.as_str(), "handler" | "config") {
                self.within(&step(key), |this| {
                    let message = format!("unknown key `{key}`");
                    let advice = did_you_mean(key, &["handler", "config"]);
                    this.report(Severity::Error, message, advice);
                });
            }
        }
    }

    fn check_one_of(&mut self, fields: &'static [Field], value: &Value) {
        let map = match value {
            Value::Null => return,
            Value::Object(map) => map,
            _ => return self.wrong_kind("one key with a value", value),
        };
        self.check_fields(fields, map);
        if map.len() != 1 {
            let known: Vec<String> = fields
                .iter()
                .map(|field| format!("`{}`", field.name))
                .collect();
            self.error(
                format!("expected exactly one key, found {}", map.len()),
                Some(format!("name one of {}", known.join(", "))),
            );
        }
    }
}

/// A key as a step of a path; one with dots is put in quotes.
fn step(key: &str) -> String {
    if key.contains('.') || key.is_empty() {
        format!("\"{key}\"")
    } else {
        key.to_owned()
    }
}

/// A whole number, `5.0` included.
pub(super) fn as_integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

/// A value's kind, for messages.
#[must_use]
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "keys with values",
    }
}
