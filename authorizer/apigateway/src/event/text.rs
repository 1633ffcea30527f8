//! JSON strings and maps, borrowed where JSON's text is the string's own.

use std::{borrow::Cow, fmt, iter::Chain, marker::PhantomData, option, vec};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// A string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'e>(pub(super) Cow<'e, str>);

impl<'de: 'e, 'e> Deserialize<'de> for Text<'e> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Strings;
        impl<'de> Visitor<'de> for Strings {
            type Value = Cow<'de, str>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text))
            }
        }
        from.deserialize_str(Strings).map(Self)
    }
}

/// The entries of a JSON object in their order, repeated names included; `null` has none.
#[derive(Clone, Debug)]
pub(super) struct Entries<'e, T>(pub(super) Vec<(Cow<'e, str>, T)>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'e, 'e, T: Deserialize<'de>> Deserialize<'de> for Entries<'e, T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Maps<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Maps<T> {
            type Value = Vec<(Cow<'de, str>, T)>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object or null")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(16));
                while let Some((name, value)) = map.next_entry::<Text<'de>, T>()? {
                    entries.push((name.0, value));
                }
                Ok(entries)
            }
        }
        from.deserialize_any(Maps(PhantomData)).map(Self)
    }
}

/// A string, a list of strings, or `null` for none. Nearly always it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values<'e> {
    first: Option<Cow<'e, str>>,
    more: Vec<Cow<'e, str>>,
}

impl<'e> Values<'e> {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn push(&mut self, value: Cow<'e, str>) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.more.push(value);
        }
    }
}

impl<'e> IntoIterator for Values<'e> {
    type Item = Cow<'e, str>;
    type IntoIter = Chain<option::IntoIter<Self::Item>, vec::IntoIter<Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more)
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Values<'e> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Lists;
        impl<'de> Visitor<'de> for Lists {
            type Value = Values<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a string, a list of strings or null")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Values::default())
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                let mut values = Values::default();
                values.push(Cow::Borrowed(text));
                Ok(values)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let mut values = Values::default();
                values.push(Cow::Owned(text.to_owned()));
                Ok(values)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Values::default();
                while let Some(value) = list.next_element::<Option<Text<'de>>>()? {
                    if let Some(text) = value {
                        values.push(text.0);
                    }
                }
                Ok(values)
            }
        }
        from.deserialize_any(Lists)
    }
}
