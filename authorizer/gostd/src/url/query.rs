//! Go's `net/url.Values`: the parameters of a query.

use std::{collections::BTreeMap, fmt};

use super::escape::{Part, escape, unescape};

/// Parameters by name, each with its values in order; prints and encodes sorted by name.
///
/// Behaves as Go's [`url.Values`](https://pkg.go.dev/net/url#Values).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query {
    values: BTreeMap<String, Vec<String>>,
}

impl Query {
    /// Reads a query string. Parameters with a broken escape or a semicolon are left out, as
    /// [`URL.Query`](https://pkg.go.dev/net/url#URL.Query) leaves them out.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        Self::read(raw).0
    }

    /// Reads a query string in which nothing may be broken, as
    /// [`url.ParseQuery`](https://pkg.go.dev/net/url#ParseQuery) does.
    #[must_use]
    pub fn parse_strictly(raw: &str) -> Option<Self> {
        let (query, whole) = Self::read(raw);
        whole.then_some(query)
    }

    fn read(raw: &str) -> (Self, bool) {
        // Go counts the separators first and reads nothing beyond this many parameters.
        const MOST: usize = 10_000;
        let mut query = Self::default();
        let mut whole = true;
        if raw.bytes().filter(|byte| *byte == b'&').count() >= MOST {
            return (query, false);
        }
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (unescape(name, Part::Query), unescape(value, Part::Query)) {
                (Ok(name), Ok(value)) if !pair.contains(';') => query.add(&name, value),
                _ => whole = false,
            }
        }
        (query, whole)
    }

    /// The first value of a parameter; empty where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.values
            .get(name)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }

    /// Whether a parameter is there, even without a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Replaces every value of a parameter by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), vec![value.into()]);
    }

    /// Adds a value behind those a parameter has.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.values
            .entry(name.to_owned())
            .or_default()
            .push(value.into());
    }

    /// Every name with its values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.values
            .iter()
            .map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// The query string, sorted by name.
    /// [`Values.Encode`](https://pkg.go.dev/net/url#Values.Encode).
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::new();
        for (name, values) in self.iter() {
            let name = escape(name, Part::Query);
            for value in values {
                if !out.is_empty() {
                    out.push('&');
                }
                out.push_str(&name);
                out.push('=');
                out.push_str(&escape(value, Part::Query));
            }
        }
        out
    }
}

/// Shows the names only: values hold tokens often enough.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Decodes a text that was escaped for a query, where `+` is a blank.
/// [`url.QueryUnescape`](https://pkg.go.dev/net/url#QueryUnescape); `None` where an escape is broken.
#[must_use]
pub fn query_unescape(text: &str) -> Option<String> {
    unescape(text, Part::Query)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// Escapes a text for a query. [`url.QueryEscape`](https://pkg.go.dev/net/url#QueryEscape).
#[must_use]
pub fn query_escape(text: &str) -> String {
    escape(text, Part::Query).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_reads_repeats_blanks_and_empty_values() {
        let query = Query::parse("b=2&a=1&b=3+4&c&=x&&d=%41");
        assert_eq!(query.get("b"), "2");
        assert_eq!(query.get("c"), "");
        assert!(query.has("c") && query.has("") && !query.has("e"));
        assert_eq!(query.encode(), "=x&a=1&b=2&b=3+4&c=&d=A");
    }

    #[test]
    fn it_leaves_out_what_is_broken() {
        assert_eq!(Query::parse("a=%zz&b=1;c=2&d=4").encode(), "d=4");
        assert_eq!(Query::parse_strictly("a=%zz&d=4"), None);
        assert!(Query::parse_strictly("a=1&d=4").is_some());
    }

    #[test]
    fn it_reads_nothing_of_a_query_with_too_many_parameters() {
        assert_eq!(Query::parse(&"a&".repeat(10_000)), Query::default());
        assert!(Query::parse(&"a&".repeat(9_999)).has("a"));
    }

    proptest! {
        #[test]
        fn what_is_encoded_reads_as_the_same(pairs: Vec<(String, String)>) {
            let mut query = Query::default();
            for (name, value) in &pairs {
                query.add(name, value.as_str());
            }
            prop_assert_eq!(Query::parse_strictly(&query.encode()), Some(query));
        }

        #[test]
        fn reading_never_panics(raw: String) {
            let _ = Query::parse(&raw);
        }
    }
}
