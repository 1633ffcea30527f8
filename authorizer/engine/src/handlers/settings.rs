//! A handler's configuration: the rule's merged over the global one, then parsed into a type.

use std::{sync::Arc, time::Duration};

use oathgate_gostd::parse_duration;
use serde_json::Value;

use super::{HandlerKind, Shared, options::OptionValue};
use crate::{
    Failure, ReasonCode,
    config::{self, Config, HandlerSettings, merge, whole_numbers},
    finding::{Finding, Severity},
    rules::HandlerReference,
};

/// What a handler is built from.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The kind of handler.
    pub kind: HandlerKind,
    /// The handler's name as the rule wrote it.
    pub handler: &'a str,
    /// What the configuration has of it.
    pub global: Option<&'a HandlerSettings>,
    /// What the rule has of it.
    pub rule: Option<&'a Value>,
    /// The whole configuration, for the few handlers that read beyond their own kind.
    pub config: &'a Config,
    /// What all rules of a gate use together.
    pub shared: &'a Arc<Shared>,
}

/// Why a handler cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// No handler has this name.
    Unknown,
    /// The configuration does not enable it.
    Disabled,
    /// Its configuration does not fit.
    Invalid,
}

/// A handler that cannot be run: every request that reaches it is refused with 500.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misconfigured {
    /// The kind of handler.
    pub kind: HandlerKind,
    /// The handler's name.
    pub handler: String,
    /// What kind of mistake it is.
    pub defect: Defect,
    /// What is wrong, for the authors of rules.
    pub reason: String,
}

impl Misconfigured {
    /// The failure that reaching the handler leads to, in Oathkeeper's sentences.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let (kind, handler) = (self.kind.as_str(), &self.handler);
        let reason = match self.defect {
            Defect::Unknown => {
                return Failure::told("requested pipeline handler does not exist")
                    .because(ReasonCode::Misconfigured)
                    .with_cause(format!("no {kind} is named `{handler}`"));
            }
            Defect::Disabled => {
                format!("The {kind} \"{handler}\" is disabled in the configuration.")
            }
            Defect::Invalid => format!("The configuration of the {kind} \"{handler}\" is invalid."),
        };
        Failure::new(
            500,
            format!("{kind} matching this route is misconfigured or disabled"),
        )
        .because(ReasonCode::Misconfigured)
        .with_reason(reason)
        .with_cause(format!("{kind} `{handler}`: {}", self.reason))
    }
}

/// Where an option is written.
#[derive(Debug)]
pub(crate) struct OptionPlace {
    in_rule: bool,
    path: String,
}

impl OptionPlace {
    /// The place as messages name it.
    pub(crate) fn whole(&self) -> String {
        self.named("")
    }

    /// The place of one item of a list, counted from 0.
    pub(crate) fn item(&self, index: usize) -> String {
        self.named(&format!("[{index}]"))
    }

    fn named(&self, part: &str) -> String {
        let path = &self.path;
        if self.in_rule {
            format!("the rule's own `{path}{part}`")
        } else {
            format!("`{path}{part}`")
        }
    }
}

impl<'a> Settings<'a> {
    /// The settings of a handler that a rule names.
    #[must_use]
    pub fn of(
        kind: HandlerKind,
        reference: &'a HandlerReference,
        config: &'a Config,
        shared: &'a Arc<Shared>,
    ) -> Self {
        Self {
            kind,
            handler: &reference.handler,
            global: kind.configured(config).get(&reference.handler),
            rule: reference.config.as_ref(),
            config,
            shared,
        }
    }

    /// A reason why this handler cannot be run.
    #[must_use]
    pub fn misconfigured(&self, reason: impl Into<String>) -> Misconfigured {
        self.defective(Defect::Invalid, reason)
    }

    /// No handler has this name.
    #[must_use]
    pub fn unknown(&self) -> Misconfigured {
        self.defective(Defect::Unknown, "no handler has this name")
    }

    fn defective(&self, defect: Defect, reason: impl Into<String>) -> Misconfigured {
        let (kind, handler) = (self.kind, self.handler.to_owned());
        Misconfigured {
            kind,
            handler,
            defect,
            reason: reason.into(),
        }
    }

    /// A duration in Go's form; `None` where nothing is written.
    ///
    /// # Errors
    /// A text that is not a duration.
    pub(crate) fn duration(
        &self,
        option: &str,
        text: &str,
    ) -> Result<Option<Duration>, Misconfigured> {
        match text {
            "" => Ok(None),
            text => parse_duration(text).map(Some).ok_or_else(|| {
                self.misconfigured(format!("`{option}`: `{text}` is not a valid duration"))
            }),
        }
    }

    /// Whether the configuration enables the handler.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.global.is_some_and(|settings| settings.enabled)
    }

    /// Where an option of the handler is written, for messages: in the rule, or in the configuration.
    pub(crate) fn place_of(&self, option: &str) -> OptionPlace {
        let in_rule = self.rule.is_some_and(|rule| rule.get(option).is_some());
        let (section, handler) = (self.kind.path(), self.handler);
        let path = if in_rule {
            option.to_owned()
        } else {
            format!("{section}.{handler}.config.{option}")
        };
        OptionPlace { in_rule, path }
    }

    /// Refuses a handler that is not enabled.
    ///
    /// # Errors
    /// The handler is not enabled in the configuration.
    pub fn require_enabled(&self) -> Result<(), Misconfigured> {
        if self.is_enabled() {
            return Ok(());
        }
        Err(self.defective(
            Defect::Disabled,
            "the handler is not enabled in the configuration",
        ))
    }

    /// The merged configuration of an enabled handler as a type.
    ///
    /// # Errors
    /// A handler that is not enabled, or a configuration that does not fit.
    pub(crate) fn parse<T: OptionValue>(&self) -> Result<T, Misconfigured> {
        self.require_enabled()?;
        self.parse_merged()
    }

    /// The merged configuration as a type, whether or not the handler is enabled: what the rule has
    /// over what the configuration has, checked as Oathkeeper's JSON Schema demands.
    ///
    /// # Errors
    /// A configuration that does not fit; the first thing wrong in it.
    pub(crate) fn parse_merged<T: OptionValue>(&self) -> Result<T, Misconfigured> {
        let merged = self.merged()?;
        if let Some(wrong) = self.validate(&merged).into_iter().next() {
            let place = if wrong.key.is_empty() {
                String::new()
            } else {
                format!("`{}`: ", wrong.key)
            };
            let advice = wrong
                .suggestion
                .map(|text| format!(", {text}"))
                .unwrap_or_default();
            return Err(self.misconfigured(format!("{place}{}{advice}", wrong.message)));
        }
        T::read(merged).map_err(|error| self.misconfigured(error.to_string()))
    }

    /// What the rule has over what the configuration has: maps merge, everything else replaces.
    ///
    /// # Errors
    /// A rule's `config` that is neither keys with values nor `null`.
    pub(crate) fn merged(&self) -> Result<Value, Misconfigured> {
        let global = self.global.and_then(|settings| settings.config.clone());
        let mut merged = global.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        match self.rule {
            None | Some(Value::Null) => {}
            Some(rule @ Value::Object(_)) => merge(&mut merged, rule),
            Some(_) => return Err(self.misconfigured("`config` must hold keys with values")),
        }
        whole_numbers(&mut merged);
        Ok(merged)
    }

    /// Everything wrong with what the configuration alone has of the handler.
    pub(crate) fn validate_global(&self) -> Vec<Finding> {
        let global = self.global.and_then(|settings| settings.config.as_ref());
        global
            .map(|config| self.validate(config))
            .unwrap_or_default()
    }

    /// Everything wrong with a merged configuration, with paths that begin in it.
    pub(crate) fn validate(&self, merged: &Value) -> Vec<Finding> {
        self.kind
            .handler(self.handler)
            .and_then(|known| known.options.shape())
            .map(|shape| config::validate(shape, merged))
            .unwrap_or_default()
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect()
    }
}

#[cfg(test)]
mod tests;
