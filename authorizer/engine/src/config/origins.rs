//! Which file, variable or option set a key.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use crate::{
    document::{Places, Syntax},
    finding::Finding,
};

/// Where the keys of a configuration were set, in the order the sources were laid over another.
#[derive(Clone, Default)]
pub(crate) struct Origins(Arc<Vec<Origin>>);

/// One source.
pub(super) enum Origin {
    /// A file, its lines found when they are first asked for.
    File {
        name: String,
        text: String,
        syntax: Syntax,
        places: OnceLock<Places>,
    },
    /// A variable or an option, which sets one key.
    One { name: String, path: String },
}

impl Origin {
    pub(super) fn file(name: &str, text: &str, syntax: Syntax) -> Self {
        Self::File {
            name: name.to_owned(),
            text: text.to_owned(),
            syntax,
            places: OnceLock::new(),
        }
    }
}

impl Origins {
    pub(super) fn new(origins: Vec<Origin>) -> Self {
        Self(Arc::new(origins))
    }

    /// Whether there is no source at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says in a finding which source set its key last: the one that names the longest part of it.
    pub(crate) fn locate(&self, finding: &mut Finding) {
        let mut best: Option<(usize, &str, Option<usize>)> = None;
        for origin in self.0.iter() {
            let (length, name, line) = match origin {
                Origin::File {
                    name,
                    text,
                    syntax,
                    places,
                } => {
                    let places = places.get_or_init(|| Places::of(text, *syntax));
                    let (length, line) = places.nearest(&finding.key);
                    (length, name, line)
                }
                Origin::One { name, path }
                    if is_within(&finding.key, path) || is_within(path, &finding.key) =>
                {
                    (finding.key.len(), name, None)
                }
                Origin::One { .. } => continue,
            };
            if best.is_none_or(|(known, ..)| length >= known) {
                best = Some((length, name, line));
            }
        }
        if let Some((_, name, line)) = best {
            finding.file = name.to_owned();
            finding.line = line;
        }
    }
}

/// Whether a path is another one or leads on from it.
fn is_within(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl fmt::Debug for Origins {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|origin| match origin {
            Origin::File { name, .. } | Origin::One { name, .. } => name,
        });
        to.debug_list().entries(names).finish()
    }
}
