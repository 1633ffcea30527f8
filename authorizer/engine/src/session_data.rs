//! The session as templates and services see it: Oathkeeper's
//! [`AuthenticationSession`](https://pkg.go.dev/github.com/ory/oathkeeper/pipeline/authn#AuthenticationSession).

use std::{collections::BTreeMap, fmt, sync::Arc};

use oathgate_gostd::Header;
use oathgate_gotemplate::{Elem, Kind, Object, Slice, Template, Value};

use crate::{Session, session::MatchContext};

impl Session {
    /// The session as a template's data: `.Subject`, `.Extra`, `.Header` and `.MatchContext`, as they
    /// are now.
    #[must_use]
    pub fn data(&self) -> Value {
        Value::object(Struct(Data {
            subject: self.subject.as_str().into(),
            extra: self.extra.clone(),
            header: self.header.clone(),
            match_context: Arc::clone(&self.match_context),
        }))
    }
}

/// The members of a session when its data was taken.
#[derive(Debug)]
struct Data {
    subject: Value,
    extra: Option<Arc<BTreeMap<String, Value>>>,
    header: Header,
    match_context: Arc<MatchContext>,
}

impl Members for Data {
    const TYPE_NAME: &str = "*authn.AuthenticationSession";
    const KIND: Kind = Kind::Pointer;
    const ALL: [Member<Self>; 4] = [
        ("Subject", "subject", |data| data.subject.clone()),
        ("Extra", "extra", |data| match &data.extra {
            Some(extra) => Value::Map(Arc::clone(extra)),
            None => Value::NilMap,
        }),
        ("Header", "header", |data| {
            Value::object(data.header.clone())
        }),
        ("MatchContext", "match_context", |data| {
            Value::object(Struct(Arc::clone(&data.match_context)))
        }),
    ];
}

impl Members for Arc<MatchContext> {
    const TYPE_NAME: &str = "authn.MatchContext";
    const KIND: Kind = Kind::Struct;
    const ALL: [Member<Self>; 4] = [
        (
            "RegexpCaptureGroups",
            "regexp_capture_groups",
            |context| match &context.regexp_capture_groups {
                Some(groups) => Value::strings(groups.iter().map(String::as_str)),
                None => Value::Slice(Arc::new(Slice::nil(Elem::String))),
            },
        ),
        ("URL", "url", |context| match &context.url {
            Some(url) => Value::object(url.clone()),
            None => Value::object(NilUrl),
        }),
        ("Method", "method", |context| context.method.as_str().into()),
        ("Header", "header", |context| {
            Value::object(context.header.clone())
        }),
    ];
}

/// A member's name in Go, its name in JSON, and its value.
type Member<T> = (&'static str, &'static str, fn(&T) -> Value);

/// What a Go struct shows. A value is made when it is read: most templates read one.
trait Members: fmt::Debug + Send + Sync + Sized + 'static {
    const TYPE_NAME: &str;
    const KIND: Kind;
    const ALL: [Member<Self>; 4];
}

/// A Go struct.
#[derive(Debug)]
struct Struct<T>(T);

impl<T: Members> Object for Struct<T> {
    fn type_name(&self) -> &str {
        T::TYPE_NAME
    }

    fn kind(&self) -> Kind {
        T::KIND
    }

    fn field(&self, name: &str) -> Option<Value> {
        let member = T::ALL.iter().find(|(known, ..)| *known == name);
        member.map(|(.., value)| value(&self.0))
    }

    fn format(&self) -> String {
        let values: Vec<_> = T::ALL
            .iter()
            .map(|(.., value)| print(&value(&self.0)))
            .collect();
        format!("{{{}}}", values.join(" "))
    }

    fn to_json(&self) -> serde_json::Value {
        T::ALL
            .iter()
            .map(|(_, name, value)| ((*name).to_owned(), value(&self.0).to_json()))
            .collect()
    }

    fn json_members(&self) -> Option<Vec<(String, Value)>> {
        let members = T::ALL.iter();
        Some(
            members
                .map(|(_, name, value)| ((*name).to_owned(), value(&self.0)))
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
    use oathgate_gostd::{Url, json};

    fn session() -> Session {
        let mut session = Session {
            subject: "ada".to_owned(),
            ..Session::default()
        };
        session.extra = Some(Arc::new([("n".to_owned(), Value::Float(1e6))].into()));
        session.set_header("x-a", "1");
        session.match_context = Arc::new(MatchContext {
            regexp_capture_groups: Some(vec!["g".to_owned()]),
            method: "GET".to_owned(),
            url: Url::parse("https://h/p?q=1").ok(),
            ..MatchContext::default()
        });
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
