//! What templates get in Oathkeeper, as far as the fixtures ask for it.

use std::collections::BTreeMap;

use oathgate_gotemplate::{Elem, Kind, Object, Slice, Value};

/// Go's `AuthenticationSession`.
#[derive(Debug)]
pub(crate) struct Session {
    subject: &'static str,
    extra: Value,
    header: Value,
    context: Value,
}

impl Session {
    /// A session with everything in it.
    pub(crate) fn full(extra: Value) -> Self {
        let header = [("Authorization", vec!["Bearer t"]), ("X-A", vec!["1", "2"])];
        Self {
            subject: "ada",
            extra,
            header: Value::object(Header(BTreeMap::new())),
            context: Value::object(MatchContext {
                groups: Value::strings(["one", "two"]),
                url: Some(Value::object(Url)),
                method: "GET",
                header: Value::object(Header(header.into())),
            }),
        }
    }

    /// A session of someone unknown, where every map and list is nil.
    pub(crate) fn guest() -> Self {
        Self {
            subject: "",
            extra: Value::NilMap,
            header: Value::object(NilHeader),
            context: Value::object(MatchContext {
                groups: Value::Slice(Slice::nil(Elem::String).into()),
                url: None,
                method: "POST",
                header: Value::object(NilHeader),
            }),
        }
    }
}

impl Object for Session {
    fn type_name(&self) -> &str {
        "*main.Session"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Subject" => self.subject.into(),
            "Extra" => self.extra.clone(),
            "Header" => self.header.clone(),
            "MatchContext" => self.context.clone(),
            _ => return None,
        })
    }

    fn format(&self) -> String {
        unreachable!("no fixture prints a session")
    }

    fn to_json(&self) -> serde_json::Value {
        unreachable!("no fixture encodes a session")
    }
}

#[derive(Debug)]
struct MatchContext {
    groups: Value,
    url: Option<Value>,
    method: &'static str,
    header: Value,
}

impl Object for MatchContext {
    fn type_name(&self) -> &str {
        "main.MatchContext"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "RegexpCaptureGroups" => self.groups.clone(),
            "URL" => self.url.clone().unwrap_or_default(),
            "Method" => self.method.into(),
            "Header" => self.header.clone(),
            _ => return None,
        })
    }

    fn format(&self) -> String {
        unreachable!("no fixture prints a match context")
    }

    fn to_json(&self) -> serde_json::Value {
        unreachable!("no fixture encodes a match context")
    }
}

/// Go's `http.Header`.
#[derive(Debug)]
struct Header(BTreeMap<&'static str, Vec<&'static str>>);

impl Object for Header {
    fn type_name(&self) -> &str {
        "http.Header"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.0
            .get(name)
            .map(|values| Value::strings(values.iter().copied()))
    }

    fn call(&self, method: &str, args: &[Value]) -> Option<Result<Value, String>> {
        let name = match (method, args) {
            ("Get" | "Values", [Value::Str(name)]) => name,
            ("Get" | "Values", _) => return Some(Err("expected a name".to_owned())),
            _ => return None,
        };
        let found = self
            .0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let values = found.map(|(_, values)| values.clone()).unwrap_or_default();
        Some(Ok(match method {
            "Get" => values.first().copied().unwrap_or_default().into(),
            _ => Value::strings(values),
        }))
    }

    fn format(&self) -> String {
        let entries: Vec<String> = self
            .0
            .iter()
            .map(|(name, values)| format!("{name}:[{}]", values.join(" ")))
            .collect();
        format!("map[{}]", entries.join(" "))
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::json!(self.0)
    }

    fn len(&self) -> Option<usize> {
        Some(self.0.len())
    }

    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        let pair = |(name, values): (&&str, &Vec<&'static str>)| {
            (Value::from(*name), Value::strings(values.iter().copied()))
        };
        Some(self.0.iter().map(pair).collect())
    }

    fn missing(&self) -> Value {
        Value::Slice(Slice::nil(Elem::String).into())
    }
}

/// A nil `http.Header`.
#[derive(Debug)]
struct NilHeader;

impl Object for NilHeader {
    fn type_name(&self) -> &str {
        "http.Header"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, method: &str, args: &[Value]) -> Option<Result<Value, String>> {
        Header(BTreeMap::new()).call(method, args)
    }

    fn format(&self) -> String {
        "map[]".to_owned()
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn len(&self) -> Option<usize> {
        Some(0)
    }
}

/// Go's `*url.URL` of `https://host.example:8443/a%20b/c?x=1&y=2&x=3`.
#[derive(Debug)]
struct Url;

impl Object for Url {
    fn type_name(&self) -> &str {
        "*url.URL"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Host" => "host.example:8443".into(),
            "Path" => "/a b/c".into(),
            "RawQuery" => "x=1&y=2&x=3".into(),
            _ => return None,
        })
    }

    fn call(&self, method: &str, _: &[Value]) -> Option<Result<Value, String>> {
        Some(Ok(match method {
            "String" => self.format().into(),
            "Port" => "8443".into(),
            "Hostname" => "host.example".into(),
            "Query" => Value::object(Header([("x", vec!["1", "3"]), ("y", vec!["2"])].into())),
            _ => return None,
        }))
    }

    fn format(&self) -> String {
        "https://host.example:8443/a%20b/c?x=1&y=2&x=3".to_owned()
    }

    fn to_json(&self) -> serde_json::Value {
        unreachable!("no fixture encodes a URL")
    }
}
