//! `redirect`: sends the browser to another address.

use std::borrow::Cow;
use std::fmt::Write as _;

use oathgate_gostd::{Header, Url, bytes_of_text};
use oathgate_router::clean_path;

use super::{Respond, when::Conditions};
use crate::{
    Failure, Refusal, Request,
    config::{Form, Shape},
    handlers::{
        Description, Misconfigured, Settings,
        options::{OptionValue, options},
    },
    refusal_body::status_text,
};

/// Answers 301 or 302, whatever the failure was.
#[derive(Debug)]
pub(super) struct Redirect {
    to: String,
    code: u16,
    /// The query parameter of `to` that has the requested address.
    return_to: Option<String>,
    when: Conditions,
}

const EXAMPLE: &str = "\
to: https://www.example.com/login
return_to_query_param: return_to
when: [{error: [unauthorized], request: {header: {accept: [text/html]}}}]";

options! {
    struct Options {
        /// The address the browser is sent to.
        #[required = Always]
        to: String as Shape::text(Form::UriReference),
        /// The status.
        #[default(302)]
        code: u16 as Shape::integer_of(&[301, 302]),
        /// The query parameter that has the requested address; none where it is empty.
        #[default("")]
        return_to_query_param: String as Shape::text(Form::ParameterName),
        /// The conditions of which one must hold; the handler is always responsible without any.
        when: Conditions,
    }
}

impl Respond for Redirect {
    const DESCRIPTION: Description =
        Description::new("redirect", "Sends the browser to another address.")
            .options(&Options::SHAPE, EXAMPLE)
            .redirects()
            .behind_api_gateway(
                "The stage's `redirects` says how the browser is sent on: 403 with `Refresh` and `Location`, or 302 \
                 with `Location`.",
            );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let options: Options = settings.parse_merged()?;
        let return_to = Some(options.return_to_query_param);
        Ok(Self {
            to: options.to,
            code: options.code,
            return_to: return_to.filter(|parameter| !parameter.is_empty()),
            when: options.when,
        })
    }

    fn conditions(&self) -> &Conditions {
        &self.when
    }

    fn respond(&self, request: &Request, _failure: &Failure) -> Refusal {
        let target = self.target(request);
        let location = absolute(&target, request);
        let mut header = Header::default();
        header.set("Location", hex_escape_non_ascii(&location));
        let mut body = String::new();
        if matches!(request.method.as_str(), "GET" | "HEAD") {
            header.set("Content-Type", "text/html; charset=utf-8");
        }
        if request.method == "GET" {
            let (href, text) = (escape_html(&location), status_text(self.code));
            body = format!("<a href=\"{href}\">{text}</a>.\n\n");
        }
        Refusal {
            status: self.code,
            header,
            body: body.into(),
        }
    }
}

impl Redirect {
    /// The address to go to, with the requested one in its query.
    fn target(&self, request: &Request) -> Cow<'_, str> {
        let Some(parameter) = &self.return_to else {
            return Cow::Borrowed(&self.to);
        };
        let Ok(mut url) = Url::parse(&self.to) else {
            return Cow::Borrowed(&self.to);
        };
        let mut query = url.query();
        query.set(parameter, requested_address(request));
        url.raw_query = query.encode();
        Cow::Owned(url.to_string())
    }
}

/// The address that the client requested, so that it can come back to it.
///
/// Oathkeeper escapes path and query of that address once more, which makes it another one.
fn requested_address(request: &Request) -> String {
    let Url {
        scheme,
        host,
        raw_query,
        ..
    } = &request.url;
    let requested = request.request_uri.as_str();
    let requested_query = requested.split_once('?').map(|(_, query)| query);
    if !raw_query.is_empty() && requested_query.is_some_and(|query| query != raw_query) {
        // A query of its own on the request for the decision: no gateway sends one beside the
        // client's, so there is no address to give back, and Oathkeeper's answer is as good as any.
        let url = Url {
            path: requested.to_owned(),
            raw_path: String::new(),
            ..request.url.clone()
        };
        return url.to_string();
    }
    let slash = if requested.is_empty() || requested.starts_with(['/', '?']) {
        ""
    } else {
        "/"
    };
    let mut address = format!("{scheme}://{host}{slash}{requested}");
    if requested_query.is_none() && !raw_query.is_empty() {
        let _ = write!(address, "?{raw_query}");
    }
    address
}

/// Makes a relative target start at the folder of the requested path, and cleans it.
///
/// See Go's [`http.Redirect`](https://pkg.go.dev/net/http#Redirect). Oathkeeper would take the
/// folder of the whole request target, escaped once more, query included.
fn absolute<'a>(target: &'a str, request: &Request) -> Cow<'a, str> {
    if Url::parse(target).is_ok_and(|url| !url.scheme.is_empty() || !url.host.is_empty()) {
        return Cow::Borrowed(target);
    }
    let mut url = String::new();
    if !target.starts_with('/') {
        let requested = requested_path(request);
        let folder = requested.rsplit_once('/').map_or("", |(folder, _)| folder);
        url.push_str(folder);
        url.push('/');
    }
    url.push_str(target);
    let (path, query) = match url.find('?') {
        Some(at) => url.split_at_checked(at).unwrap_or((&url, "")),
        None => (url.as_str(), ""),
    };
    let mut clean = clean_path(path).into_owned();
    if path.ends_with('/') && !clean.ends_with('/') {
        clean.push('/');
    }
    clean.push_str(query);
    Cow::Owned(clean)
}

/// The requested path, with everything escaped that a browser could take for something else: a
/// backslash for a slash, or a tab for nothing.
fn requested_path(request: &Request) -> String {
    let path = request.request_uri.split('?').next().unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    let url = Url::parse(&format!("http://host{slash}{path}")).unwrap_or_else(|_| Url {
        path: format!("{slash}{path}"),
        ..Url::default()
    });
    url.escaped_path().into_owned()
}

/// A header's value may hold ASCII only.
fn hex_escape_non_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 3);
    for byte in bytes_of_text(text).iter() {
        if byte.is_ascii() {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    Cow::Owned(out)
}

/// A text without what must not stand in HTML as it is, replaced as Go's `net/http` does.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
