//! An address in a handler's configuration.

use std::ops::Deref;

use oathgate_gostd::{Url, UrlError};
use serde_json::Value;

use super::options::{OptionValue, UnreadOption, from_json};
use crate::config::{Form, Shape};

/// An absolute URL: what Oathkeeper's schema accepts as `format: uri`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uri(pub(crate) Url);

impl Uri {
    /// Reads an absolute URL, of any scheme and even without host.
    ///
    /// # Errors
    /// What is no URL, lacks a scheme, or holds a backslash.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        let refuse = |reason| {
            Err(UrlError {
                url: text.to_owned(),
                reason,
            })
        };
        let url = Url::parse(text)?;
        if !url.is_absolute() {
            return refuse("it lacks a scheme such as https");
        }
        if text.contains('\\') {
            return refuse("it holds a backslash");
        }
        Ok(Self(url))
    }
}

impl Deref for Uri {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.0
    }
}

impl OptionValue for Uri {
    const SHAPE: Shape = Shape::text(Form::Uri);

    fn read(value: Value) -> Result<Self, UnreadOption> {
        let text: String = from_json(value)?;
        Self::parse(&text).map_err(|error| error.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_wants_a_scheme_and_no_more() {
        for text in [
            "http:///check",
            "gopher://h/x",
            "file://a",
            "mailto:x",
            "http://[::1]/",
        ] {
            assert!(Uri::parse(text).is_ok(), "{text}");
        }
        for text in ["", "/check", "no url", "//h/x", "http://h/a\\b"] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }
}
