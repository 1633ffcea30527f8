//! The session as templates and services see it: Oathkeeper's
//! [`AuthenticationSession`](https://pkg.go.dev/github.com/ory/oathkeeper/pipeline/authn#AuthenticationSession).

use std::sync::Arc;

use oathgate_template::{Elem, Kind, Object, Slice, Template, Value};

use crate::{Session, session::MatchContext};

impl Session {
    /// The session as a template's data: `.Subject`, `.Extra`, `.Header` and `.MatchContext`, as they
    /// are now.
    #[must_use]
    pub fn data(&self) -> Value {
        let extra = self.extra.as_ref();
        Value::object(Struct {
            type_name: "*authn.AuthenticationSession",
            kind: Kind::Pointer,
            members: [
                ("Subject", "subject", self.subject.as_str().into()),
                (
                    "Extra",
                    "extra",
                    extra.map_or(Value::NilMap, |extra| Value::Map(Arc::clone(extra))),
                ),
                ("Header", "header", Value::object(self.header.clone())),
                ("MatchContext", "match_context", self.match_context.data()),
            ],
        })
    }
}

impl MatchContext {
    fn data(&self) -> Value {
        let groups = match &self.regexp_capture_groups {
            Some(groups) => Value::strings(groups.iter().map(String::as_str)),
            None => Value::Slice(Arc::new(Slice::nil(Elem::String))),
        };
        Value::object(Struct {
            type_name: "authn.MatchContext",
            kind: Kind::Struct,
            members: [
                ("RegexpCaptureGroups", "regexp_capture_groups", groups),
                (
                    "URL",
                    "url",
                    self.url
                        .clone()
                        .map_or_else(|| Value::object(NilUrl), Value::object),
                ),
                ("Method", "method", self.method.as_str().into()),
                ("Header", "header", Value::object(self.header.clone())),
            ],
        })
    }
}

/// A Go struct, each member with its name in Go, its name in JSON and its value.
#[derive(Debug)]
struct Struct {
    type_name: &'static str,
    kind: Kind,
    members: [(&'static str, &'static str, Value); 4],
}

impl Object for Struct {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.members
            .iter()
            .find(|(known, ..)| *known == name)
            .map(|(.., value)| value.clone())
    }

    fn format(&self) -> String {
        let values: Vec<_> = self
            .members
            .iter()
            .map(|(.., value)| print(value))
            .collect();
        format!("{{{}}}", values.join(" "))
    }

    fn to_json(&self) -> serde_json::Value {
        let members = self.members.iter();
        members
            .map(|(_, name, value)| ((*name).to_owned(), value.to_json()))
            .collect()
    }

    fn json_members(&self) -> Option<Vec<(String, Value)>> {
        let members = self.members.iter();
        Some(
            members
                .map(|(_, name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        )
    }
}

/// A member as Go prints it inside of a struct.
fn print(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        Value::Object(object) => object.format(),
        other => Template::parse("print", "{{ . }}")
            .ok()
            .and_then(|template| template.render(other).ok())
            .unwrap_or_default(),
    }
}

/// A `*url.URL` that points nowhere: a hydrator's answer had none.
#[derive(Debug)]
struct NilUrl;

impl Object for NilUrl {
    fn type_name(&self) -> &str {
        "*url.URL"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn format(&self) -> String {
        "<nil>".to_owned()
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn truthy(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::go::{Url, json};

    fn session() -> Session {
        let mut session = Session {
            subject: "ada".to_owned(),
            ..Session::default()
        };
        session.extra = Some(Arc::new([("n".to_owned(), Value::Float(1e6))].into()));
        session.set_header("x-a", "1");
        session.match_context.regexp_capture_groups = Some(vec!["g".to_owned()]);
        session.match_context.method = "GET".to_owned();
        session.match_context.url = Url::parse("https://h/p?q=1").ok();
        session
    }

    fn render(session: &Session, template: &str) -> Result<String, String> {
        let template = Template::parse("test", template).expect("a template");
        template
            .render(&session.data())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn templates_see_the_session_as_go_would_show_it() {
        let cases = [
            (
                "{{ .Subject }} {{ .Extra.n }} {{ .Extra.none }}",
                "ada 1e+06 <no value>",
            ),
            ("{{ .Header.Get \"X-a\" }}{{ .Header.Get \"X-B\" }}", "1"),
            (
                "{{ .MatchContext.URL.Query.Get \"q\" }} {{ .MatchContext.URL }}",
                "1 https://h/p?q=1",
            ),
            (
                "{{ index .MatchContext.RegexpCaptureGroups 0 }}{{ .MatchContext.Method }}",
                "gGET",
            ),
            (
                "{{ . }}",
                "{ada map[n:1e+06] map[X-A:[1]] {[g] https://h/p?q=1 GET map[]}}",
            ),
            (
                "{{ toJson .Header }}{{ toJson .MatchContext.Header }}",
                "{\"X-A\":[\"1\"]}null",
            ),
            ("{{ if .MatchContext.URL }}yes{{ end }}", "yes"),
        ];
        for (template, expected) in cases {
            assert_eq!(
                render(&session(), template).as_deref(),
                Ok(expected),
                "{template}"
            );
        }
    }

    #[test]
    fn what_is_not_there_is_nil() {
        let empty = Session::default();
        for (template, expected) in [
            (
                "{{ toJson .Extra }}{{ toJson .Header }}{{ toJson .MatchContext.URL }}",
                "nullnullnull",
            ),
            (
                "{{ .MatchContext.URL }}{{ if .MatchContext.URL }}x{{ end }}",
                "<nil>",
            ),
            (
                "{{ .Header.Get \"X\" }}{{ len .MatchContext.RegexpCaptureGroups }}",
                "0",
            ),
        ] {
            assert_eq!(
                render(&empty, template).as_deref(),
                Ok(expected),
                "{template}"
            );
        }
        for template in [
            "{{ .Nope }}",
            "{{ .MatchContext.URL.Path }}",
            "{{ .MatchContext.URL.String }}",
        ] {
            assert!(render(&empty, template).is_err(), "{template}");
        }
    }

    #[test]
    fn services_are_sent_the_session_as_go_writes_it() {
        let Value::Object(data) = session().data() else {
            panic!("no object")
        };
        let sent: serde_json::Value = serde_json::from_str(&json::encode(&data.to_json())).unwrap();
        let url = json!({
            "Scheme": "https", "Opaque": "", "User": null, "Host": "h", "Path": "/p", "Fragment": "",
            "RawQuery": "q=1", "RawPath": "", "RawFragment": "", "ForceQuery": false, "OmitHost": false
        });
        let context = json!({
            "regexp_capture_groups": ["g"], "url": url, "method": "GET", "header": null
        });
        let expected = json!({
            "subject": "ada", "extra": {"n": 1000000}, "header": {"X-A": ["1"]},
            "match_context": context
        });
        assert_eq!(sent, expected);
    }
}
