//! Headers, URLs and queries as templates see them: with the methods that their Go types have.

use oathgate_gotemplate::{Elem, Kind, Object, Slice, Value};
use serde_json::json;

use super::{Header, NoValues, Query, Url, UserInfo, canonical_header_name};

/// What a method of a Go value gives a template.
type Called = Option<Result<Value, String>>;

/// [`http.Header`](https://pkg.go.dev/net/http#Header): `Get`, `Values`, `Clone`, and its entries by
/// canonical name. One without any entry is Go's nil map.
impl Object for Header {
    fn type_name(&self) -> &str {
        "http.Header"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn field(&self, name: &str) -> Option<Value> {
        let values = self.by_name().remove(name)?;
        Some(values_under(self, name, values))
    }

    fn call(&self, method: &str, args: &[Value]) -> Called {
        match method {
            "Get" => Some(text(method, args).map(|name| self.get(name).unwrap_or_default().into())),
            "Values" => Some(text(method, args).map(|name| {
                let name = canonical_header_name(name);
                self.field(&name).unwrap_or_else(nil_strings)
            })),
            "Clone" => Some(nothing(method, args).map(|()| Value::object(self.clone()))),
            _ => None,
        }
    }

    fn format(&self) -> String {
        format_lists(
            self.by_name()
                .iter()
                .map(|(name, values)| (*name, values.as_slice())),
        )
    }

    fn to_json(&self) -> serde_json::Value {
        if self.is_nil() {
            serde_json::Value::Null
        } else {
            let lists = self.by_name().into_iter();
            lists
                .map(|(name, values)| match self.bare(name) {
                    Some(NoValues::Nil) => (name.to_owned(), serde_json::Value::Null),
                    _ => (name.to_owned(), json!(values)),
                })
                .collect()
        }
    }

    fn len(&self) -> Option<usize> {
        Some(self.by_name().len())
    }

    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        let entries = self.by_name().into_iter();
        Some(
            entries
                .map(|(name, values)| (name.into(), values_under(self, name, values)))
                .collect(),
        )
    }

    fn missing(&self) -> Value {
        nil_strings()
    }
}

/// [`url.Values`](https://pkg.go.dev/net/url#Values): `Get`, `Has`, `Encode`, and its entries by name.
impl Object for Query {
    fn type_name(&self) -> &str {
        "url.Values"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn field(&self, name: &str) -> Option<Value> {
        let (_, values) = self.iter().find(|(known, _)| *known == name)?;
        Some(Value::strings(values.iter().map(String::as_str)))
    }

    fn call(&self, method: &str, args: &[Value]) -> Called {
        match method {
            "Get" => Some(text(method, args).map(|name| self.get(name).into())),
            "Has" => Some(text(method, args).map(|name| self.has(name).into())),
            "Encode" => Some(nothing(method, args).map(|()| self.encode().into())),
            _ => None,
        }
    }

    fn format(&self) -> String {
        format_lists(self.iter())
    }

    fn to_json(&self) -> serde_json::Value {
        self.iter()
            .map(|(name, values)| (name.to_owned(), json!(values)))
            .collect()
    }

    fn len(&self) -> Option<usize> {
        Some(self.iter().count())
    }

    fn entries(&self) -> Option<Vec<(Value, Value)>> {
        let entry = |(name, values): (&str, &[String])| {
            (
                name.into(),
                Value::strings(values.iter().map(String::as_str)),
            )
        };
        Some(self.iter().map(entry).collect())
    }

    fn missing(&self) -> Value {
        nil_strings()
    }
}

/// [`*url.URL`](https://pkg.go.dev/net/url#URL), with the methods that change nothing.
impl Object for Url {
    fn type_name(&self) -> &str {
        "*url.URL"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, name: &str) -> Option<Value> {
        let members = self.members();
        members
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn call(&self, method: &str, args: &[Value]) -> Called {
        let value: Value = match method {
            "Parse" => {
                let joined = text(method, args)
                    .and_then(|reference| self.join(reference).map_err(|_| "no URL".to_owned()));
                return Some(joined.map(Value::object));
            }
            "String" => self.to_string().into(),
            "Query" => Value::object(self.query()),
            "Hostname" => self.hostname().into(),
            "Port" => self.port().into(),
            "EscapedPath" => (&*self.escaped_path()).into(),
            "EscapedFragment" => (&*self.escaped_fragment()).into(),
            "RequestURI" => self.request_uri().into(),
            "IsAbs" => self.is_absolute().into(),
            "Redacted" => self.redacted().into(),
            _ => return None,
        };
        Some(nothing(method, args).map(|()| value))
    }

    fn format(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> serde_json::Value {
        let members = self.members().into_iter();
        members
            .map(|(name, value)| (name.to_owned(), value.to_json()))
            .collect()
    }

    fn json_members(&self) -> Option<Vec<(String, Value)>> {
        Some(
            self.members()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }
}

impl Url {
    /// The struct's members in the order of their declaration.
    fn members(&self) -> [(&'static str, Value); 11] {
        [
            ("Scheme", self.scheme.as_str().into()),
            ("Opaque", self.opaque.as_str().into()),
            ("User", self.user.clone().map_or(Value::Nil, Value::object)),
            ("Host", self.host.as_str().into()),
            ("Path", self.path.as_str().into()),
            ("Fragment", self.fragment.as_str().into()),
            ("RawQuery", self.raw_query.as_str().into()),
            ("RawPath", self.raw_path.as_str().into()),
            ("RawFragment", self.raw_fragment.as_str().into()),
            ("ForceQuery", self.force_query.into()),
            ("OmitHost", self.omit_host.into()),
        ]
    }
}

/// [`*url.Userinfo`](https://pkg.go.dev/net/url#Userinfo): `Username` and `String`. `Password` gives
/// two values, which no template can take.
impl Object for UserInfo {
    fn type_name(&self) -> &str {
        "*url.Userinfo"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn call(&self, method: &str, args: &[Value]) -> Called {
        let value = match method {
            "Username" => self.username.as_str().into(),
            "String" => self.to_string().into(),
            _ => return None,
        };
        Some(nothing(method, args).map(|()| value))
    }

    fn format(&self) -> String {
        self.to_string()
    }

    fn to_json(&self) -> serde_json::Value {
        json!({})
    }
}

/// How Go prints a map of lists.
fn format_lists<'a, S: AsRef<str> + 'a>(lists: impl Iterator<Item = (&'a str, &'a [S])>) -> String {
    let entry = |(name, values): (&str, &[S])| {
        let values: Vec<_> = values.iter().map(AsRef::as_ref).collect();
        format!("{name}:[{}]", values.join(" "))
    };
    let entries: Vec<_> = lists.map(entry).collect();
    format!("map[{}]", entries.join(" "))
}

/// The list of a header's values.
fn values_under(header: &Header, name: &str, values: Vec<&str>) -> Value {
    match header.bare(name) {
        Some(NoValues::Nil) => nil_strings(),
        _ => Value::strings(values),
    }
}

fn nil_strings() -> Value {
    Value::Slice(std::sync::Arc::new(Slice::nil(Elem::String)))
}

/// The one text that a method takes.
fn text<'a>(method: &str, args: &'a [Value]) -> Result<&'a str, String> {
    match args {
        [one] => one
            .as_str()
            .ok_or_else(|| format!("{method} takes a string")),
        _ => Err(format!("{method} takes 1 argument, not {}", args.len())),
    }
}

/// A method that takes no argument.
fn nothing(method: &str, args: &[Value]) -> Result<(), String> {
    if args.is_empty() {
        Ok(())
    } else {
        Err(format!("{method} takes no argument, not {}", args.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        [("X-B", "2"), ("x-a", "1"), ("X-B", "3")]
            .into_iter()
            .collect()
    }

    #[test]
    fn a_header_has_its_methods_and_entries() {
        let header = header();
        let get = |name: &str| header.call("Get", &[name.into()]).unwrap().unwrap();
        assert_eq!(get("x-b"), "2".into());
        assert_eq!(get("X-None"), "".into());
        assert_eq!(header.field("X-B"), Some(Value::strings(["2", "3"])));
        assert_eq!(header.field("x-b"), None);
        assert_eq!(header.format(), "map[X-A:[1] X-B:[2 3]]");
        assert_eq!(header.to_json(), json!({"X-A": ["1"], "X-B": ["2", "3"]}));
        assert_eq!(header.len(), Some(2));
        assert!(header.call("Get", &[]).unwrap().is_err());
        assert!(header.call("Get", &[Value::Int(1)]).unwrap().is_err());
        assert!(header.call("Set", &["a".into(), "b".into()]).is_none());
        assert_eq!(Header::default().to_json(), json!(null));
    }

    #[test]
    fn a_url_has_its_methods_and_fields() {
        let url = Url::parse("https://u:p@h.example:8443/a%2Fb/c?x=1&x=2&y=%20#f").unwrap();
        let call = |method: &str| url.call(method, &[]).unwrap().unwrap();
        assert_eq!(call("Hostname"), "h.example".into());
        assert_eq!(call("Port"), "8443".into());
        assert_eq!(call("EscapedPath"), "/a%2Fb/c".into());
        assert_eq!(url.field("Path"), Some("/a/b/c".into()));
        assert_eq!(url.field("Query"), None);
        let Value::Object(query) = call("Query") else {
            panic!("no object")
        };
        assert_eq!(query.call("Get", &["y".into()]), Some(Ok(" ".into())));
        assert_eq!(query.format(), "map[x:[1 2] y:[ ]]");
        assert!(url.call("String", &["x".into()]).unwrap().is_err());
        let members = url.json_members().unwrap();
        assert_eq!(members.first().unwrap().0, "Scheme");
        assert_eq!(members.len(), 11);
    }
}
