//! Where a rule was written down.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use crate::document::{Places, Syntax};

/// The file a rule stands in and its place there. Rules that were packaged have none.
#[derive(Clone, Default)]
pub struct Source {
    file: Option<Arc<File>>,
    place: usize,
}

struct File {
    name: String,
    text: String,
    places: OnceLock<Places>,
}

impl Source {
    /// The first place of a file.
    pub(super) fn new(name: &str, text: &str) -> Self {
        let file = File {
            name: name.to_owned(),
            text: text.to_owned(),
            places: OnceLock::new(),
        };
        Self {
            file: Some(Arc::new(file)),
            place: 0,
        }
    }

    /// Another place of the same file.
    pub(super) fn at(&self, place: usize) -> Self {
        Self {
            file: self.file.clone(),
            place,
        }
    }

    /// The file's name; empty where there is none.
    #[must_use]
    pub fn file(&self) -> &str {
        self.file.as_ref().map_or("", |file| &file.name)
    }

    /// The rule's place in its file, counted from zero.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }

    /// The line that a key of the rule stands on, or the nearest key above it.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<usize> {
        let file = self.file.as_ref()?;
        let places = file
            .places
            .get_or_init(|| Places::of(&file.text, Syntax::Yaml11));
        let rule = format!("[{}]", self.place);
        let path = match key {
            "" => rule,
            _ if key.starts_with('[') => format!("{rule}{key}"),
            _ => format!("{rule}.{key}"),
        };
        places.line(&path)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}[{}]", self.file(), self.place)
    }
}

/// Two rules that say the same are equal wherever they stand.
impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
