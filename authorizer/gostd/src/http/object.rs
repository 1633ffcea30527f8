//! Headers as templates see them: with the methods that Go's type has.

use serde_json::json;

use super::{Header, NoValues, canonical_header_name};
use crate::value::methods::{Called, format_lists, nil_strings, nothing, text};
use crate::{Kind, Object, Value};

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

/// The list of a header's values.
fn values_under(header: &Header, name: &str, values: Vec<&str>) -> Value {
    match header.bare(name) {
        Some(NoValues::Nil) => nil_strings(),
        _ => Value::strings(values),
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
}
