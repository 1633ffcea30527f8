//! Finds the rules of a request.

use std::borrow::Cow;

use oathgate_url_pattern::{MatchError, Pattern, Strategy};

use crate::checked::{CheckedRoutes, RouteEntry, folded};
use crate::error::{LoadError, RouteError};
use crate::key::{Parts, compare};
use crate::layout::{Entry, Kind, Layout, NONE};
use crate::overlap::{Overlap, overlaps};
use crate::plain::{self, Event};
use crate::search::Search;
use crate::sparse::Sparse;

/// The answer to "whose request is this?". Numbers are places in the entries given to
/// [`Router::build`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// No rule matches.
    None,
    /// Exactly one rule matches.
    One(usize),
    /// Several match, in order: the request has no answer.
    Many(Vec<usize>),
    /// A rule of this method cannot be tried, so there is no answer, whatever else matches.
    Broken {
        /// The first such rule.
        index: usize,
        /// Why.
        reason: String,
    },
    /// The index cannot be read, so there is no answer.
    Unreadable(LoadError),
}

/// A rule that cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its place in the entries.
    pub index: usize,
    /// What is wrong.
    pub reason: String,
}

/// The index of all rules' methods and patterns. As in Oathkeeper a rule whose pattern does not
/// compile leaves every request of its methods without an answer, and a rule without `match` does
/// so for all requests.
#[derive(Debug)]
pub struct Router {
    pub(crate) layout: Layout,
    /// Compiled when a request first needs them.
    patterns: Sparse<Box<Pattern>>,
}

impl Router {
    /// Compiles every entry once, so that [`Router::broken`] knows all mistakes.
    pub fn build(strategy: Strategy, entries: impl IntoIterator<Item = RouteEntry>) -> Self {
        Self::load(CheckedRoutes::build(strategy, entries))
    }

    /// Serves from checked entries: parses and compiles nothing. A pattern that needs more than a
    /// plain pass is compiled when a request first comes to it.
    pub fn load(routes: CheckedRoutes) -> Self {
        let layout = routes.layout;
        let patterns = Sparse::new(layout.entries());
        Self { layout, patterns }
    }

    /// Finds the rules of a request: `url` is `scheme://host/path` with the path already cleaned,
    /// without the query.
    pub fn find(&self, method: &str, url: &str) -> Found {
        self.try_find(method, url).unwrap_or_else(Found::Unreadable)
    }

    fn try_find(&self, method: &str, url: &str) -> Result<Found, LoadError> {
        let without_match = self.layout.first_without_match();
        let Some((method, broken)) = self.method(method)? else {
            return if without_match == NONE {
                Ok(Found::None)
            } else {
                self.broken_at(without_match)
            };
        };
        let broken = broken.min(without_match);
        if broken != NONE {
            return self.broken_at(broken);
        }
        self.search(method, url)
    }

    /// As [`Router::find`], passing over entries that are broken.
    pub(crate) fn matching(&self, method: &str, url: &str) -> Found {
        let found = self.method(method).and_then(|method| match method {
            Some((method, _)) => self.search(method, url),
            None => Ok(Found::None),
        });
        found.unwrap_or_else(Found::Unreadable)
    }

    fn search(&self, method: usize, url: &str) -> Result<Found, LoadError> {
        Search::run(self, method, url)
    }

    /// What the groups of the entry's pattern took of `url`.
    ///
    /// # Errors
    /// As [`Pattern::captures`]; an entry without a working pattern is [`RouteError::NoPattern`].
    pub fn captures(&self, index: usize, url: &str) -> Result<Vec<String>, RouteError> {
        let entry = self.entry(index)?;
        if entry.kind != Kind::Plain || !plain::is_plain_text(url) {
            return Ok(self.pattern(index, &entry)?.captures(url)?);
        }
        let mut taken: Vec<(usize, String)> = Vec::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let [ops, source] = self.plain_pass(&entry)?;
        let matched = plain::run(&ops, &source, url, |event, at| match event {
            Event::Open(slot) => open.push((slot, at)),
            Event::Close => {
                if let Some((slot, from)) = open.pop() {
                    taken.push((slot, url.get(from..at).unwrap_or_default().to_owned()));
                }
            }
        });
        if matched != Some(true) {
            return Err(MatchError::NoMatch.into());
        }
        taken.sort_by_key(|(slot, _)| *slot);
        Ok(taken.into_iter().map(|(_, text)| text).collect())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.layout.entries()
    }

    /// True where there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every entry that cannot be matched, in order.
    pub fn broken(&self) -> Vec<Broken> {
        let all = (0..self.len()).filter_map(|index| Some((index, self.layout.entry(index).ok()?)));
        all.filter(|(_, entry)| matches!(entry.kind, Kind::Broken | Kind::NoMatch))
            .map(|(index, entry)| Broken {
                index,
                reason: self.reason(&entry),
            })
            .collect()
    }

    /// Pairs of entries shown to overlap, by one request each that both match. Found by trying
    /// examples of every pattern, so not every overlap is found, but each one given is real.
    pub fn overlaps(&self) -> Vec<Overlap> {
        overlaps(self, &self.layout)
    }

    /// Entries whose pattern [`Pattern::is_risky`], in order.
    pub fn risky(&self) -> Vec<usize> {
        let risky = |index: &usize| {
            let entry = self.layout.entry(*index).map_err(RouteError::from);
            let pattern = entry.and_then(|entry| self.pattern(*index, &entry));
            pattern.is_ok_and(Pattern::is_risky)
        };
        (0..self.len()).filter(risky).collect()
    }

    /// The number of a method and its first broken entry; `None` where no rule has it.
    fn method(&self, name: &str) -> Result<Option<(usize, u32)>, LoadError> {
        let folded = (!name.is_ascii()).then(|| folded(name));
        for number in 0..self.layout.methods() {
            let (own, broken) = self.layout.method(number)?;
            let same = match &folded {
                None => own.eq_ignore_ascii_case(name),
                Some(folded) => own == folded.as_str(),
            };
            if same {
                return Ok(Some((number, broken)));
            }
        }
        Ok(None)
    }

    /// The last prefix that sorts no later than `key`, and how many bytes of the key it begins with:
    /// the longest prefix that fits is it or above it.
    pub(crate) fn last_prefix_up_to(
        &self,
        key: Parts<'_>,
    ) -> Result<Option<(usize, usize)>, LoadError> {
        let (mut low, mut high) = (0, self.layout.prefixes());
        // What lies between two texts in their order begins with what both and the key begin with, so
        // that this much is never looked at again.
        let (mut common_low, mut common_high) = (0, 0);
        while low < high {
            let middle = low.midpoint(high);
            let prefix = self.layout.prefix(middle)?;
            let text = self.layout.slice(prefix.text)?;
            let (order, common) = compare(&text, key, common_low.min(common_high));
            if order.is_le() {
                (low, common_low) = (middle + 1, common);
            } else {
                (high, common_high) = (middle, common);
            }
        }
        Ok(low.checked_sub(1).map(|last| (last, common_low)))
    }

    fn entry(&self, index: usize) -> Result<Entry, RouteError> {
        if index >= self.len() {
            return Err(RouteError::NoPattern);
        }
        Ok(self.layout.entry(index)?)
    }

    fn pattern(&self, index: usize, entry: &Entry) -> Result<&Pattern, RouteError> {
        let compile = || {
            if !matches!(entry.kind, Kind::Plain | Kind::Pattern) {
                return Err(RouteError::NoPattern);
            }
            let source = self.layout.text(entry.source)?;
            let compiled = Pattern::compile(self.layout.strategy(), &source);
            compiled
                .map(Box::new)
                .map_err(|_| RouteError::Routes(LoadError::Damaged))
        };
        let pattern = self.patterns.get_or_try_make(index, compile)?;
        pattern
            .map(|pattern| &**pattern)
            .ok_or(RouteError::NoPattern)
    }

    pub(crate) fn matches(
        &self,
        index: usize,
        entry: &Entry,
        url: &str,
        plain: bool,
    ) -> Result<bool, RouteError> {
        if plain && entry.kind == Kind::Plain {
            let [ops, source] = self.plain_pass(entry)?;
            return plain::run(&ops, &source, url, |_, _| {})
                .ok_or(RouteError::Routes(LoadError::Damaged));
        }
        Ok(self.pattern(index, entry)?.matches(url)?)
    }

    /// What a plain pass runs, and the pattern that it quotes.
    fn plain_pass(&self, entry: &Entry) -> Result<[Cow<'_, [u8]>; 2], LoadError> {
        Ok([
            self.layout.slice(entry.detail)?,
            self.layout.slice(entry.source)?,
        ])
    }

    fn reason(&self, entry: &Entry) -> String {
        match self.layout.text(entry.detail) {
            Ok(reason) => reason.into_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn broken_at(&self, index: u32) -> Result<Found, LoadError> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let reason = self.reason(&self.layout.entry(index)?);
        Ok(Found::Broken { index, reason })
    }
}
