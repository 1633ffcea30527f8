//! `cookie`: sets cookies from templates.

use std::collections::BTreeMap;

use oathgate_template::{ParseError, Template};
use serde::Deserialize;

use crate::{
    Failure, Request, Session,
    pipeline::{Misconfigured, Settings},
};

/// Sets the `Cookie` header: cookies of its own, each from a template, before those of the request
/// that have other names.
#[derive(Debug)]
pub struct CookieMutator {
    cookies: Vec<(String, Result<Template, ParseError>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    cookies: BTreeMap<String, String>,
}

impl CookieMutator {
    pub(crate) fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Config = settings.parse()?;
        let cookies = config
            .cookies
            .into_iter()
            .map(|(name, text)| {
                let template = Template::parse(&name, &text);
                (name, template)
            })
            .collect();
        Ok(Self { cookies })
    }

    pub(crate) fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
    ) -> Result<(), Failure> {
        let data = session.data();
        let mut line = String::new();
        for (name, template) in &self.cookies {
            add(&mut line, name, &super::render(template, &data)?, false);
        }
        for cookie in request.header.cookies() {
            if !self.cookies.iter().any(|(name, _)| name == cookie.name) {
                add(&mut line, cookie.name, cookie.value, cookie.quoted);
            }
        }
        super::set_header(request, session, "Cookie", &line);
        Ok(())
    }
}

/// Adds a cookie to a line as Go's
/// [`Request.AddCookie`](https://pkg.go.dev/net/http#Request.AddCookie) does: without the bytes that a
/// value cannot hold, and in quotes where it holds a blank or a comma.
fn add(line: &mut String, name: &str, value: &str, quoted: bool) {
    if !line.is_empty() {
        line.push_str("; ");
    }
    line.extend(name.chars().map(|sign| {
        if matches!(sign, '\r' | '\n') {
            '-'
        } else {
            sign
        }
    }));
    line.push('=');
    let fits = |sign: &char| matches!(sign, ' '..='~') && !matches!(sign, '"' | ';' | '\\');
    let value = value.chars().filter(fits);
    if quoted || value.clone().any(|sign| matches!(sign, ' ' | ',')) {
        line.push('"');
        line.extend(value);
        line.push('"');
    } else {
        line.extend(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leaves_out_what_a_cookie_cannot_hold() {
        let cases = [
            ("a", "1", false, "a=1"),
            ("a", "", false, "a="),
            ("a", "b c", false, "a=\"b c\""),
            ("a", "b,c", false, "a=\"b,c\""),
            ("a", "b", true, "a=\"b\""),
            ("a", "b;c\"d\\e\nfü", false, "a=bcdef"),
            ("a\r\nb", "1", false, "a--b=1"),
        ];
        for (name, value, quoted, expected) in cases {
            let mut line = String::new();
            add(&mut line, name, value, quoted);
            assert_eq!(line, expected);
        }
    }
}
