//! `cookie`: sets cookies from templates.

use std::collections::BTreeMap;

use oathgate_gostd::{add_cookie, is_token};
use oathgate_gotemplate::{Line, ParseError, Template};

use super::Mutate;
use crate::{
    Failure, Ports, Request, Session,
    handlers::{
        Description, Misconfigured, SetHeaders, Settings,
        options::{OptionValue, options},
    },
    safety::{self, is_read_as},
};

/// Sets the `Cookie` header: cookies of its own, each from a template, before those of the request
/// that no server reads under their names.
#[derive(Debug)]
pub(super) struct CookieMutator {
    cookies: Vec<(String, Result<Template, ParseError>)>,
}

options! {
    struct Options {
        /// Cookies that the backend receives, each value a template.
        #[required = Always]
        cookies: BTreeMap<String, String>,
    }
}

impl Mutate for CookieMutator {
    const DESCRIPTION: Description = Description::new("cookie", "Sets cookies from templates.")
        .options(&Options::SHAPE, "cookies: {user: '{{ print .Subject }}'}")
        .templates(&["cookies"])
        .sets(SetHeaders::Named(&["Cookie"]))
        .cookies("cookies")
        .behind_api_gateway(
            "`Cookie` is vouched for. Behind rules that set no cookie the backend receives the client's own \
             cookies, without those that a server could read under a name that some rule sets.",
        );

    fn build(settings: &Settings<'_>) -> Result<Self, Misconfigured> {
        let config: Options = settings.parse()?;
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

    async fn mutate(
        &self,
        request: &mut Request,
        session: &mut Session,
        _ports: &Ports,
    ) -> Result<(), Failure> {
        let data = session.data();
        let mut line = String::new();
        for (name, template) in &self.cookies {
            let rendered = super::render_cookie(template, &data)?;
            if !is_token(name) || !fits(&rendered.value) {
                return Err(Failure::unfit(format!(
                    "the cookie `{name}` or its value has a character that a cookie cannot have"
                )));
            }
            add_cookie(&mut line, name, &with_own_blanks(&rendered), false);
        }
        for cookie in request.header.cookies() {
            let mut own = self.cookies.iter();
            let is_own = own.any(|(name, _)| is_read_as(cookie.name, name));
            if !is_own {
                add_cookie(&mut line, cookie.name, cookie.value, cookie.quoted);
            }
        }
        super::set_header(request, session, "Cookie", &line);
        Ok(())
    }
}

/// A value with the blanks that its template has at the ends, which quotes keep. A cookie holds no tab.
fn with_own_blanks(line: &Line) -> String {
    let Line {
        leading,
        value,
        trailing,
    } = line;
    let blanks = |own: &str| own.replace('\t', "");
    format!("{}{value}{}", blanks(leading), blanks(trailing))
}

/// Whether a cookie can hold a value as it is. A comma ends a cookie for some servers, in quotes too
/// (RFC 2965, section 3.3.4, lets it stand for a semicolon).
fn fits(value: &str) -> bool {
    safety::fits(value).is_ok()
        && value
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && !b"\";,\\".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_of_the_template_s_own_stay_and_its_tabs_and_line_breaks_do_not() {
        for (text, expected) in [
            ("{{ .Subject }} ", "ada "),
            (" \t{{ .Subject }}\n", " ada"),
            ("a\n{{ .Subject }} \r\n", "aada "),
            (" ", " "),
            ("a", "a"),
        ] {
            let session = Session {
                subject: "ada".to_owned(),
                ..Session::default()
            };
            let template = Template::parse("c", text);
            let line = super::super::render_cookie(&template, &session.data()).unwrap();
            assert!(fits(&line.value), "{text:?}");
            assert_eq!(with_own_blanks(&line), expected, "{text:?}");
        }
    }

    #[test]
    fn a_cookie_is_known_under_every_name_that_a_server_reads_it_under() {
        for name in [
            "user_id", "USER_ID", "user.id", "user-id", "user~id", "User.Id",
        ] {
            assert!(is_read_as(name, "user_id"), "{name}");
        }
        for name in ["userid", "user_ids", "my_user_id", "user", "user__id"] {
            assert!(!is_read_as(name, "user_id"), "{name}");
        }
    }

    #[test]
    fn a_value_that_a_cookie_cannot_hold_does_not_fit() {
        for value in ["", "ada", "a b", "a=b", "<no value>", "'a'", "WyJhIl0="] {
            assert!(fits(value), "{value:?}");
        }
        for value in [
            "adm;in", "adm\"in", "adm\\in", "adm,in", "admín", "adm\nin", "admin\n", " admin",
            "admin ", "\t", "a\tb", "a\0", "\u{F7F6}",
        ] {
            assert!(!fits(value), "{value:?}");
        }
    }
}
