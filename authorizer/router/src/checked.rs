//! The checked index, in the form that is served.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use oathgate_url_pattern::syntax::{self, to_lower};
use oathgate_url_pattern::{Pattern, PatternError, Strategy};

use crate::bytes::{Bytes, RouteBytes};
use crate::error::LoadError;
use crate::layout::{Kind, Layout, NONE, Prefix, Span, Writer, word};
use crate::{prefix, single_pass};

/// What decides whether a rule matches a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteEntry {
    /// HTTP methods, ignoring case; a rule without any matches nothing.
    pub methods: Vec<String>,
    /// The pattern `match.url`; `None` for a rule without `match`, which breaks all requests.
    pub url: Option<String>,
}

/// Entries that were checked once: it is known which ones compile, those that match in a single pass
/// are ready to run, and the index over all prefixes is laid out. Packaging writes its bytes to a file,
/// and /// [`Router::load`](crate::Router::load) serves from them without parsing or compiling anything.
#[derive(Debug, Clone)]
pub struct CheckedRoutes {
    pub(crate) layout: Layout,
}

impl CheckedRoutes {
    /// Compiles every entry and lays the index out. The order of the entries is kept: it decides
    /// which of several mistakes a request meets first.
    pub fn build(strategy: Strategy, entries: impl IntoIterator<Item = RouteEntry>) -> Self {
        Self {
            layout: Layout::from_writer(Builder::new(strategy).build(entries)),
        }
    }

    /// Loads bytes that [`CheckedRoutes::as_bytes`] returned.
    ///
    /// # Errors
    /// Bytes of something else, of another version, or cut short.
    pub fn from_bytes(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, LoadError> {
        Ok(Self {
            layout: Layout::read(Bytes::InMemory(bytes.into()))?,
        })
    }

    /// Loads bytes that are read, and found damaged, when a request needs them.
    ///
    /// # Errors
    /// Bytes of something else, of another version, cut short, or with a damaged header.
    pub fn on_demand(bytes: Arc<dyn RouteBytes>) -> Result<Self, LoadError> {
        Ok(Self {
            layout: Layout::read(Bytes::OnDemand(bytes))?,
        })
    }

    /// The bytes to write to a file.
    ///
    /// # Errors
    /// Bytes that are read on demand and cannot be read.
    pub fn as_bytes(&self) -> Result<Cow<'_, [u8]>, LoadError> {
        self.layout.bytes()
    }
}

struct Builder {
    writer: Writer,
    methods: BTreeMap<String, usize>,
    sets: HashMap<Vec<usize>, u32>,
    prefixes: BTreeMap<String, PrefixEntry>,
}

/// What is collected about a prefix.
#[derive(Default)]
struct PrefixEntry {
    /// Where its text is written, if it already is.
    written: Option<Span>,
    candidates: Vec<u32>,
    /// Candidates with the literal texts that follow the next slashes.
    branches: Vec<(Vec<String>, u32)>,
    has_branches: bool,
}

/// The number of candidates from which looking at the text after the next slash pays.
const MIN_BRANCHES: usize = 9;

/// Separates a prefix from the text that starts at the next slash.
pub(crate) const BRANCH: u8 = 0;

impl Builder {
    fn new(strategy: Strategy) -> Self {
        let writer = Writer {
            strategy,
            first_without_match: NONE,
            ..Writer::default()
        };
        Self {
            writer,
            methods: BTreeMap::new(),
            sets: HashMap::new(),
            prefixes: BTreeMap::new(),
        }
    }

    fn build(mut self, entries: impl IntoIterator<Item = RouteEntry>) -> Writer {
        let entries: Vec<RouteEntry> = entries.into_iter().collect();
        self.methods(&entries);
        for (index, entry) in entries.iter().enumerate() {
            self.entry(word(index), entry);
        }
        self.index();
        self.writer
    }

    fn methods(&mut self, entries: &[RouteEntry]) {
        for method in entries.iter().flat_map(|entry| &entry.methods) {
            self.methods.insert(folded(method), 0);
        }
        let names: Vec<String> = self.methods.keys().cloned().collect();
        for (number, name) in names.into_iter().enumerate() {
            let span = self.writer.text(name.as_bytes());
            self.writer.methods.push((span, NONE));
            self.methods.insert(name, number);
        }
    }

    fn entry(&mut self, index: u32, entry: &RouteEntry) {
        let mut numbers: Vec<usize> = entry
            .methods
            .iter()
            .filter_map(|method| self.methods.get(&folded(method)).copied())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let set = self.set(&numbers);
        let source = self
            .writer
            .text(entry.url.as_deref().unwrap_or_default().as_bytes());
        let (kind, detail) = match &entry.url {
            None => {
                self.writer.first_without_match = self.writer.first_without_match.min(index);
                (Kind::NoMatch, b"the rule has no `match`".to_vec())
            }
            Some(url) => match self.compile(index, url, source) {
                Ok(found) => found,
                Err(error) => {
                    for number in &numbers {
                        if let Some((_, first)) = self.writer.methods.get_mut(*number) {
                            *first = (*first).min(index);
                        }
                    }
                    (Kind::Broken, error.to_string().into_bytes())
                }
            },
        };
        let detail = self.writer.text(&detail);
        self.writer.entries.push((kind as u32, set, source, detail));
    }

    fn compile(
        &mut self,
        index: u32,
        url: &str,
        source: Span,
    ) -> Result<(Kind, Vec<u8>), PatternError> {
        let tree = syntax::parse(self.writer.strategy, url)?;
        Pattern::from_tree(&tree, url)?;
        for key in prefix::keys(&tree.root) {
            let offset = single_pass::find(url.as_bytes(), key.prefix.as_bytes()).map(word);
            let span =
                offset.map(|offset| (source.0.saturating_add(offset), word(key.prefix.len())));
            let prefix = self.prefixes.entry(key.prefix).or_default();
            prefix.written = prefix.written.or(span);
            prefix.branches.push((key.branches, index));
        }
        Ok(match single_pass::encode(&tree, url) {
            Some(ops) => (Kind::SinglePass, ops),
            None => (Kind::Pattern, Vec::new()),
        })
    }

    /// The number of a set of methods. Equal sets are written once.
    fn set(&mut self, numbers: &[usize]) -> u32 {
        if let Some(known) = self.sets.get(numbers) {
            return *known;
        }
        let mut row = vec![0u8; self.methods.len().div_ceil(8)];
        for number in numbers {
            if let Some(byte) = row.get_mut(number / 8) {
                *byte |= 1 << (number % 8);
            }
        }
        self.writer.sets.extend(row);
        let set = word(self.sets.len());
        self.sets.insert(numbers.to_vec(), set);
        set
    }

    /// Makes keys for the texts after the next slash, where a prefix has many candidates.
    fn branch(&mut self) {
        let mut todo: Vec<String> = self.prefixes.keys().cloned().collect();
        while let Some(prefix) = todo.pop() {
            let Some(found) = self.prefixes.get_mut(&prefix) else {
                continue;
            };
            let many = found.branches.len() >= MIN_BRANCHES;
            let mut keys = Vec::new();
            for (branches, index) in std::mem::take(&mut found.branches) {
                match branches.split_first().filter(|_| many) {
                    None => found.candidates.push(index),
                    Some((next, rest)) => {
                        let key = format!("{prefix}{}{next}", char::from(BRANCH));
                        keys.push((key, rest.to_vec(), index));
                    }
                }
            }
            found.has_branches |= !keys.is_empty();
            for (key, rest, index) in keys {
                let below = self.prefixes.entry(key.clone()).or_default();
                if below.branches.is_empty() {
                    todo.push(key);
                }
                below.branches.push((rest, index));
            }
        }
    }

    /// Writes the prefixes in order, each with the longest other one that it starts with.
    fn index(&mut self) {
        self.branch();
        let mut open: Vec<(String, u32)> = Vec::new();
        for (text, found) in std::mem::take(&mut self.prefixes) {
            while open
                .last()
                .is_some_and(|(above, _)| !text.starts_with(above.as_str()))
            {
                open.pop();
            }
            let parent = open.last().map_or(NONE, |(_, number)| *number);
            let number = word(self.writer.prefixes.len());
            let span = found
                .written
                .unwrap_or_else(|| self.writer.text(text.as_bytes()));
            let candidates = (
                word(self.writer.candidates.len()),
                word(found.candidates.len()),
            );
            self.writer.candidates.extend(found.candidates);
            self.writer.prefixes.push(Prefix {
                text: span,
                parent,
                candidates,
                branches: found.has_branches,
            });
            open.push((text, number));
        }
    }
}

/// A method in the form in which two are the same where Go's `strings.EqualFold` says so.
pub(crate) fn folded(method: &str) -> String {
    let upper = |c: char| {
        c.to_uppercase()
            .next()
            .filter(|_| c.to_uppercase().count() == 1)
            .unwrap_or(c)
    };
    method.chars().map(|c| to_lower(upper(c))).collect()
}
