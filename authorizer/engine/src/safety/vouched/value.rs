//! What the backend receives in a vouched header.

use std::borrow::Cow;

use oathgate_gostd::Header;
use thiserror::Error;

use super::VouchedHeaders;
use crate::{Failure, Grant, received::HeaderSource, safety::client_cookies};

/// Why a value cannot be handed to the backend. The texts hold no value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ValueError {
    /// The backend would read it as no value.
    #[error("the value of `{0}` is the placeholder for no value")]
    Placeholder(String),
    /// It would be cut off, dropped or refused on its way.
    #[error("the value of `{0}` contains a character that a header cannot have")]
    Character(String),
    /// The rule sets the header under its own name and under the one that it replaces.
    #[error("`{0}` is set twice: by its own name, and for `Authorization`")]
    SetTwice(String),
}

impl From<ValueError> for Failure {
    fn from(error: ValueError) -> Self {
        Self::unfit(error.to_string())
    }
}

impl VouchedHeaders {
    /// The value of the header that the backend receives as `name`.
    pub(super) fn value(
        &self,
        name: &str,
        grant: &Grant,
        client: &Header,
    ) -> Result<String, ValueError> {
        let separator = if name == "Cookie" { "; " } else { ", " };
        let mut set = grant
            .vouched
            .iter()
            .filter(|set_as| self.received_as(set_as) == name);
        let set_as = set.next();
        if set.any(|other| Some(other) != set_as) {
            return Err(ValueError::SetTwice(name.to_owned()));
        }
        let value = match set_as {
            Some(set_as) => joined(grant.header.values(set_as), separator),
            None => match HeaderSource::where_unset(name, &self.options.client_headers) {
                HeaderSource::Client if name == "Cookie" => {
                    Cow::Owned(client_cookies::without(client.values(name), &self.cookies))
                }
                HeaderSource::Client => joined(client.values(name), separator),
                HeaderSource::Rule | HeaderSource::Hydrator | HeaderSource::Placeholder => {
                    Cow::Borrowed("")
                }
            },
        };
        let is_of_rule = set_as.is_some();
        // White space around a value is not part of it (RFC 9110, section 5.5): a value of blanks alone is
        // empty, and a rule's value with blanks around it would reach the backend as another one.
        let trimmed = value.trim_matches([' ', '\t']);
        if !fits_in_header(trimmed) || (is_of_rule && trimmed != value) {
            return Err(ValueError::Character(name.to_owned()));
        }
        match trimmed {
            "" => Ok(self.options.placeholder.clone()),
            same if same == self.options.placeholder && is_of_rule => {
                Err(ValueError::Placeholder(name.to_owned()))
            }
            trimmed => Ok(trimmed.to_owned()),
        }
    }
}

/// Whether a header can have a value. `U+F780` to `U+F7FF` are bytes that are not UTF-8.
fn fits_in_header(value: &str) -> bool {
    // Nearly every value is plain text, which needs no second look.
    value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        || !value.chars().any(|sign| {
            (sign.is_control() && sign != '\t') || matches!(sign, '\u{F780}'..='\u{F7FF}')
        })
}

/// Values as one; nearly always there is only one.
pub(super) fn joined<'a>(
    mut values: impl Iterator<Item = &'a str>,
    separator: &str,
) -> Cow<'a, str> {
    let mut all = Cow::Borrowed(values.next().unwrap_or_default());
    for value in values {
        let all = all.to_mut();
        all.push_str(separator);
        all.push_str(value);
    }
    all
}
