//! On which line a key stands.

use std::collections::HashMap;

use super::{Syntax, yaml};

/// The lines of all keys of a text, by path: `authenticators.jwt.config.jwks_urls[0]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    lines: HashMap<String, usize>,
}

impl Places {
    /// Finds every key of a text. JSON is read as the YAML it is; of TOML no line is known.
    pub(crate) fn of(text: &str, syntax: Syntax) -> Self {
        let mut places = Self::default();
        if syntax != Syntax::Toml {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            // What cannot be read to its end is found as far as it goes.
            let _ = yaml::read(text, Syntax::Yaml11, Some(&mut places));
        }
        places
    }

    pub(super) fn record(&mut self, path: &str, line: usize) {
        self.lines.entry(path.to_owned()).or_insert(line);
    }

    /// The line of a key, or of the nearest key above it that is there; with it how long the path to
    /// that key is.
    pub(crate) fn nearest(&self, path: &str) -> (usize, Option<usize>) {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return (path.len(), Some(*line));
            }
            match path.rfind(['.', '[']).and_then(|cut| path.get(..cut)) {
                Some(above) => path = above,
                None => return (0, None),
            }
        }
    }

    /// The line of a key, or of the nearest key above it that is there.
    pub(crate) fn line(&self, path: &str) -> Option<usize> {
        self.nearest(path).1
    }
}
