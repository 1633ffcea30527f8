//! What the answer of a session service says.

use std::{collections::BTreeMap, sync::Arc};

use oathgate_gjson as gjson;
use oathgate_gostd::decode_json;
use oathgate_gotemplate::Value;

use crate::{Failure, ReasonCode, handlers::session_cache::is_blank_or_json};

/// An answer, and where in it to read: all that a [`Read`] is made of.
#[derive(Hash)]
pub(super) struct Reading<'a> {
    pub(super) answer: &'a [u8],
    /// The GJSON path of the subject.
    pub(super) subject_from: &'a str,
    /// The GJSON path of further data.
    pub(super) extra_from: &'a str,
}

/// What a response has of a session.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) subject: Arc<str>,
    pub(super) extra: Option<Arc<BTreeMap<String, Value>>>,
}

impl Reading<'_> {
    /// Oathkeeper takes whatever stands in a 200; an answer that is neither blank nor JSON, such as
    /// a login page that the service redirects to, shows no session.
    ///
    /// # Errors
    /// An answer that is not blank and not JSON, or does not fit the paths.
    pub(super) fn read(&self) -> Result<Read, Failure> {
        if !is_blank_or_json(self.answer) {
            return Err(Failure::forbidden()
                .because(ReasonCode::AnswerUnfit)
                .with_reason("The session service's response contains no session.")
                .with_cause(
                    "the session service's response has the status 200 and is not valid JSON",
                ));
        }
        let subject = match self.value_at(self.subject_from, "subject_from")? {
            Value::Nil => Arc::from(""),
            Value::Str(subject) => subject,
            _ => {
                return Err(unfit(
                    "subject_from",
                    "it leads to a value that is not a string",
                ));
            }
        };
        let extra = match self.value_at(self.extra_from, "extra_from")? {
            Value::Nil => None,
            Value::Map(extra) => Some(extra),
            _ => {
                return Err(unfit(
                    "extra_from",
                    "it leads to a value that is not an object",
                ));
            }
        };
        Ok(Read { subject, extra })
    }

    /// The value at a path of the answer; nil where there is none.
    fn value_at(&self, path: &str, option: &str) -> Result<Value, Failure> {
        let found = gjson::get(self.answer, path.as_bytes());
        if found.raw.is_empty() {
            return Ok(Value::Nil);
        }
        decode_json(&found.raw).map_err(|error| unfit(option, &error.to_string()))
    }
}

fn unfit(option: &str, why: &str) -> Failure {
    Failure::forbidden()
        .because(ReasonCode::AnswerUnfit)
        .with_reason(format!(
            "The session service's response does not match the configured {option}."
        ))
        .with_cause(format!(
            "`{option}` does not match the session service's response: {why}"
        ))
}
