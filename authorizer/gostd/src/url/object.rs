//! URLs and queries as templates see them: with the methods that their Go types have.

use serde_json::json;

use super::{Query, Url, UserInfo};
use crate::value::methods::{Called, format_lists, nil_strings, nothing, text};
use crate::{Kind, Object, Value};

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
                let joined = text(method, args).and_then(|reference| {
                    self.join(reference)
                        .map_err(|_| "the reference is not a valid URL".to_owned())
                });
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

#[cfg(test)]
mod tests {
    use super::*;

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
