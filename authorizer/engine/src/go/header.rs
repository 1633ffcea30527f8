//! Go's `net/http.Header`.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

/// HTTP headers under canonical names, each with its values in order.
///
/// Behaves as Go's [`http.Header`](https://pkg.go.dev/net/http#Header). Cheap to clone: a copy is made
/// when one of them changes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Header {
    entries: Arc<Vec<(String, String)>>,
    /// Whether Go has a map here, though maybe an empty one: `null` and `{}` in JSON.
    made: bool,
}

impl Header {
    /// The first value of a header, or `None`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = canonical_header_name(name);
        self.entries
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a header, in order.
    pub fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = canonical_header_name(name).into_owned();
        self.entries
            .iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Replaces every value of a header by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let name = canonical_header_name(name).into_owned();
        let entries = Arc::make_mut(&mut self.entries);
        entries.retain(|(known, _)| *known != name);
        entries.push((name, value.into()));
    }

    /// Adds a value behind those a header has.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        Arc::make_mut(&mut self.entries)
            .push((canonical_header_name(name).into_owned(), value.into()));
    }

    /// Replaces the values under a name that stays as it is written: in another spelling than Go's no
    /// lookup finds it.
    pub fn put_verbatim(&mut self, name: &str, values: Vec<String>) {
        let entries = Arc::make_mut(&mut self.entries);
        entries.retain(|(known, _)| known != name);
        entries.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }

    /// The headers as Oathkeeper hands them on: under canonical names, each with what a lookup finds.
    #[must_use]
    pub fn as_found(self) -> Self {
        let odd: Vec<_> = self
            .iter()
            .map(|(name, _)| name)
            .filter(|name| canonical_header_name(name) != *name)
            .map(str::to_owned)
            .collect();
        let mut found = self;
        for name in odd {
            found.put_verbatim(&name, Vec::new());
            if found.get(&name).is_none() {
                found.set(&name, "");
            }
        }
        found
    }

    /// Removes a header with all its values.
    pub fn remove(&mut self, name: &str) {
        let name = canonical_header_name(name);
        Arc::make_mut(&mut self.entries).retain(|(known, _)| *known != name);
    }

    /// Every name with every value, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The values by name, sorted by name: how Go prints headers and writes them as JSON.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in self.iter() {
            names.entry(name).or_default().push(value);
        }
        names
    }

    /// Makes a map of Go's nil, if it is one.
    pub fn make(&mut self) {
        self.made = true;
    }

    /// Whether this is Go's nil: not even an empty map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.is_empty() && !self.made
    }

    /// Whether there is no header at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Shows the names only: values hold tokens and cookies.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.entries.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Header {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        let mut header = Self::default();
        for (name, value) in pairs {
            header.add(name.as_ref(), value);
        }
        header
    }
}

/// A header's name as Go writes it: `x-user` becomes `X-User`; a name with a byte that no header
/// name can hold stays as it is.
///
/// See [`textproto.CanonicalMIMEHeaderKey`](https://pkg.go.dev/net/textproto#CanonicalMIMEHeaderKey).
#[must_use]
pub fn canonical_header_name(name: &str) -> Cow<'_, str> {
    if !name.bytes().all(is_token_byte) {
        return Cow::Borrowed(name);
    }
    let mut upper = true;
    let canonical = name.bytes().all(|byte| {
        let wanted = if upper {
            byte.to_ascii_uppercase()
        } else {
            byte.to_ascii_lowercase()
        };
        upper = byte == b'-';
        byte == wanted
    });
    if canonical {
        return Cow::Borrowed(name);
    }
    let mut upper = true;
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        out.push(if upper {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        });
        upper = character == '-';
    }
    Cow::Owned(out)
}

/// RFC 9110 section 5.6.2: whether a text can name a header, a method or a cookie.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_finds_a_header_by_name_in_any_case() {
        let mut header: Header = [("x-a", "1"), ("X-B", "2"), ("X-A", "3")]
            .into_iter()
            .collect();
        assert_eq!(header.get("X-a"), Some("1"));
        assert_eq!(header.values("x-A").collect::<Vec<_>>(), ["1", "3"]);
        header.set("x-a", "4");
        assert_eq!(header.values("X-A").collect::<Vec<_>>(), ["4"]);
        header.remove("x-b");
        assert_eq!(header.get("X-B"), None);
    }

    #[test]
    fn it_writes_names_as_go() {
        for (name, want) in [
            ("x-user-id", "X-User-Id"),
            ("ETAG", "Etag"),
            ("a b", "a b"),
            ("", ""),
            ("x_y-z", "X_y-Z"),
        ] {
            assert_eq!(canonical_header_name(name), want);
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let header: Header = [("Cookie", "sid=secret")].into_iter().collect();
        assert_eq!(format!("{header:?}"), r#"{"Cookie"}"#);
    }

    proptest! {
        #[test]
        fn a_canonical_name_stays_as_it_is(name: String) {
            let canonical = canonical_header_name(&name);
            prop_assert_eq!(canonical_header_name(&canonical), canonical.clone());
            prop_assert!(canonical.eq_ignore_ascii_case(&name));
        }
    }
}
