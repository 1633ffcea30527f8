//! Go's `net/http.Header`.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use super::name::{canonical_header_name, push_canonical};

/// HTTP headers under canonical names, each with its values in order.
///
/// Behaves as Go's [`http.Header`](https://pkg.go.dev/net/http#Header). Cheap to clone: a copy is made
/// when one of them changes.
#[derive(Clone, Default)]
pub struct Header {
    entries: Option<Arc<Entries>>,
    /// Whether Go has a map here, though maybe an empty one: `null` and `{}` in JSON.
    made: bool,
    /// Names that are there without any value, which JSON alone can bring. None of them is in `entries`.
    bare: Option<Arc<BTreeMap<String, NoValues>>>,
}

/// Which of Go's lists without values a header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoValues {
    /// `[]` in JSON.
    Empty,
    /// `null` in JSON.
    Nil,
}

/// All names and values in one text, so that a request's headers are one piece of memory, not two for
/// each. What is replaced or removed stays in the text unnamed: headers live as long as a request.
#[derive(Clone, Default)]
struct Entries {
    text: String,
    places: Vec<Place>,
}

/// Where in the text a name begins, where its value does, and where that ends.
#[derive(Clone, Copy)]
struct Place {
    name: usize,
    value: usize,
    end: usize,
}

impl Entries {
    fn name(&self, place: Place) -> &str {
        self.text.get(place.name..place.value).unwrap_or_default()
    }

    fn value(&self, place: Place) -> &str {
        self.text.get(place.value..place.end).unwrap_or_default()
    }

    fn push(&mut self, write_name: impl FnOnce(&mut String), value: &str) {
        let name = self.text.len();
        write_name(&mut self.text);
        let begin = self.text.len();
        self.text.push_str(value);
        self.places.push(Place {
            name,
            value: begin,
            end: self.text.len(),
        });
    }

    fn remove(&mut self, name: &str) {
        let text = &self.text;
        self.places
            .retain(|place| text.get(place.name..place.value) != Some(name));
    }
}

impl Header {
    /// No header yet, and room for as many as `count` of `bytes` altogether.
    #[must_use]
    pub fn with_capacity(count: usize, bytes: usize) -> Self {
        Self {
            entries: Some(Arc::new(Entries {
                text: String::with_capacity(bytes),
                places: Vec::with_capacity(count),
            })),
            made: false,
            bare: None,
        }
    }

    /// The first value of a header, or `None`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = canonical_header_name(name);
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// All values of a header, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let name = canonical_header_name(name);
        self.iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Replaces every value of a header by one.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        let name = canonical_header_name(name);
        self.forget_bare(&name);
        let entries = self.entries_mut();
        entries.remove(&name);
        entries.push(|text| text.push_str(&name), value.as_ref());
    }

    /// Adds a value behind those a header has.
    pub fn add(&mut self, name: &str, value: impl AsRef<str>) {
        if self.bare.is_some() {
            self.forget_bare(&canonical_header_name(name));
        }
        self.entries_mut()
            .push(|text| push_canonical(name, text), value.as_ref());
    }

    /// Replaces the values under a name that stays as it is written: in another spelling than Go's no
    /// lookup finds it.
    pub fn put_verbatim<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.forget_bare(name);
        let entries = self.entries_mut();
        entries.remove(name);
        for value in values {
            entries.push(|text| text.push_str(name), value.as_ref());
        }
    }

    /// Puts a list without values under a name that stays as it is written. A lookup finds nothing.
    pub fn put_bare(&mut self, name: &str, list: NoValues) {
        if self.entries.is_some() {
            self.entries_mut().remove(name);
        }
        let bare = Arc::make_mut(self.bare.get_or_insert_default());
        bare.insert(name.to_owned(), list);
    }

    /// Which list without values stands under exactly this name, if one does.
    #[must_use]
    pub fn bare(&self, name: &str) -> Option<NoValues> {
        self.bare.as_ref()?.get(name).copied()
    }

    fn forget_bare(&mut self, name: &str) {
        if self.bare(name).is_some() {
            let bare = Arc::make_mut(self.bare.get_or_insert_default());
            bare.remove(name);
            if bare.is_empty() {
                self.bare = None;
            }
        }
    }

    fn bare_names(&self) -> impl Iterator<Item = &str> {
        self.bare
            .iter()
            .flat_map(|bare| bare.keys().map(String::as_str))
    }

    fn entries_mut(&mut self) -> &mut Entries {
        Arc::make_mut(self.entries.get_or_insert_default())
    }

    /// The headers as Oathkeeper hands them on: under canonical names, each with what a lookup finds.
    #[must_use]
    pub fn as_found(self) -> Self {
        let odd: Vec<_> = self
            .iter()
            .map(|(name, _)| name)
            .filter(|name| canonical_header_name(name) != *name)
            .chain(self.bare_names())
            .map(str::to_owned)
            .collect();
        let mut found = self;
        found.bare = None;
        for name in odd {
            found.entries_mut().remove(&name);
            if found.get(&name).is_none() {
                found.set(&name, "");
            }
        }
        found
    }

    /// Removes a header with all its values.
    pub fn remove(&mut self, name: &str) {
        if !self.is_empty() {
            let name = canonical_header_name(name);
            self.forget_bare(&name);
            self.entries_mut().remove(&name);
        }
    }

    /// Every name with every value, in the order they came; those without values are left out.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().flat_map(|entries| {
            let places = entries.places.iter();
            places.map(|place| (entries.name(*place), entries.value(*place)))
        })
    }

    /// The values by name, sorted by name, with those that have none: how Go prints headers and writes
    /// them as JSON.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in self.iter() {
            names.entry(name).or_default().push(value);
        }
        names.extend(self.bare_names().map(|name| (name, Vec::new())));
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

    /// Whether there is no header, not even one without values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bare.is_none()
            && self
                .entries
                .as_ref()
                .is_none_or(|entries| entries.places.is_empty())
    }
}

/// Two are equal where they hold the same in the same order.
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.made == other.made && self.bare == other.bare && self.iter().eq(other.iter())
    }
}

impl Eq for Header {}

/// Every name and value in order, behind how many there are.
impl Hash for Header {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().count().hash(state);
        self.iter().for_each(|pair| pair.hash(state));
        self.bare.hash(state);
    }
}

/// Shows the names only: values hold tokens and cookies.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(name, _)| name))
            .entries(self.bare_names())
            .finish()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Header {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        let mut header = Self::default();
        for (name, value) in pairs {
            header.add(name.as_ref(), value);
        }
        header
    }
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
    fn debug_shows_no_value() {
        let header: Header = [("Cookie", "sid=secret")].into_iter().collect();
        assert_eq!(format!("{header:?}"), r#"{"Cookie"}"#);
    }

    #[test]
    fn a_name_without_values_is_there_until_it_gets_one() {
        let mut header: Header = [("X-A", "1")].into_iter().collect();
        header.put_bare("X-A", NoValues::Empty);
        header.put_bare("x-b", NoValues::Nil);
        assert_eq!(header.iter().count(), 0);
        assert_eq!(header.get("X-A"), None);
        assert!(!header.is_empty());
        assert_eq!(header.by_name().len(), 2);
        let lists = ["X-A", "x-b", "X-B"].map(|name| header.bare(name));
        assert_eq!(lists, [Some(NoValues::Empty), Some(NoValues::Nil), None]);

        let found = header.clone().as_found();
        let found: Vec<_> = found.iter().collect();
        assert_eq!(found, [("X-A", ""), ("X-B", "")]);
        assert!(header.clone() != header.clone().as_found());

        let changes: [fn(&mut Header); 4] = [
            |header| header.set("x-a", "2"),
            |header| header.add("x-a", "2"),
            |header| header.put_verbatim("X-A", ["2"]),
            |header| header.remove("X-A"),
        ];
        for give in changes {
            let mut given = header.clone();
            give(&mut given);
            assert_eq!(given.bare("X-A"), None);
            assert!(given != header);
        }
    }

    /// What a header is: a list of names and values.
    fn model(steps: &[(u8, String, String)]) -> Vec<(String, String)> {
        let mut list: Vec<(String, String)> = Vec::new();
        for (step, name, value) in steps {
            let canonical = canonical_header_name(name).into_owned();
            match step {
                0 => list.push((canonical, value.clone())),
                1 => {
                    list.retain(|(known, _)| *known != canonical);
                    list.push((canonical, value.clone()));
                }
                2 => {
                    list.retain(|(known, _)| known != name);
                    list.push((name.clone(), value.clone()));
                }
                _ => list.retain(|(known, _)| *known != canonical),
            }
        }
        list
    }

    proptest! {
        #[test]
        fn it_holds_what_a_list_of_names_and_values_would(
            steps in proptest::collection::vec((0..4_u8, "[aAbB-]{0,2}|ä|a b", "[xä]{0,3}"), 0..12),
        ) {
            let mut header = Header::default();
            let mut earlier = Vec::new();
            for (count, (step, name, value)) in steps.iter().enumerate() {
                earlier.push((header.clone(), model(&steps[..count])));
                match step {
                    0 => header.add(name, value),
                    1 => header.set(name, value),
                    2 => header.put_verbatim(name, [value]),
                    _ => header.remove(name),
                }
            }
            earlier.push((header, model(&steps)));
            for (header, list) in earlier {
                let held: Vec<_> = header.iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
                prop_assert_eq!(&held, &list);
                prop_assert_eq!(header.is_empty(), list.is_empty());
                for (name, _) in &list {
                    let named = canonical_header_name(name);
                    let values: Vec<_> = list.iter().filter(|(known, _)| *known == named).map(|(_, value)| value).collect();
                    prop_assert_eq!(header.values(name).collect::<Vec<_>>(), values.clone());
                    prop_assert_eq!(header.get(name), values.first().map(|value| value.as_str()));
                }
                let again: Header = [("x", "y")].into_iter().chain(list.iter().map(|(a, b)| (a.as_str(), b.as_str()))).collect();
                prop_assert_eq!(again == header, false);
            }
        }
    }
}
