//! The router.

use std::borrow::Cow;

use oathgate_url_pattern::{MatchError, Pattern, Strategy};

use crate::checked::{CheckedRoutes, RouteEntry, folded};
use crate::error::{LoadError, RouteError};
use crate::key::{Parts, compare};
use crate::layout::{Entry, Kind, Layout, NONE};
use crate::overlap::{Overlap, overlaps};
use crate::search::Search;
use crate::single_pass::{self, Event};
use crate::sparse::Sparse;

/// Which rules match a request. Numbers are indices of the entries given to [`Router::build`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// No rule matches.
    None,
    /// Exactly one rule matches.
    One(usize),
    /// Several rules match, in order: the request must be refused.
    Many(Vec<usize>),
    /// A rule of this method cannot be matched: the request must be refused, whatever else matches.
    Broken {
        /// The first such rule.
        index: usize,
        /// Why.
        reason: String,
    },
    /// The index cannot be read: the request must be refused.
    Unreadable(LoadError),
}

/// A rule that cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its index among the entries.
    pub index: usize,
    /// What is wrong.
    pub reason: String,
}

/// The index of all rules' methods and patterns. As in Oathkeeper, all requests of a method are refused
/// where a rule's pattern does not compile, and all requests where a rule has no `match`.
#[derive(Debug)]
pub struct Router {
    pub(crate) layout: Layout,
    /// The patterns, compiled when a request first needs them.
    patterns: Sparse<Box<Pattern>>,
}

impl Router {
    /// Builds the index from the entries; all mistakes are known afterwards ([`Router::broken`]).
    pub fn build(strategy: Strategy, entries: impl IntoIterator<Item = RouteEntry>) -> Self {
        Self::load(CheckedRoutes::build(strategy, entries))
    }

    /// Serves from checked entries: parses and compiles nothing. A pattern that can't be matched in a
    /// single pass is compiled when a request first needs it.
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

    /// As [`Router::find`], ignoring broken entries.
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

    /// What the groups of an entry's pattern capture of `url`.
    ///
    /// # Errors
    /// As [`Pattern::captures`]; [`RouteError::NoPattern`] for an entry whose pattern does not compile.
    pub fn captures(&self, index: usize, url: &str) -> Result<Vec<String>, RouteError> {
        let entry = self.entry(index)?;
        if entry.kind != Kind::SinglePass || !single_pass::applies_to(url) {
            return Ok(self.pattern(index, &entry)?.captures(url)?);
        }
        let mut captured: Vec<(usize, String)> = Vec::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let [ops, source] = self.single_pass(&entry)?;
        let matched = single_pass::run(&ops, &source, url, |event, at| match event {
            Event::Open(slot) => open.push((slot, at)),
            Event::Close => {
                if let Some((slot, from)) = open.pop() {
                    captured.push((slot, url.get(from..at).unwrap_or_default().to_owned()));
                }
            }
        });
        if matched != Some(true) {
            return Err(MatchError::NoMatch.into());
        }
        captured.sort_by_key(|(slot, _)| *slot);
        Ok(captured.into_iter().map(|(_, text)| text).collect())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.layout.entries()
    }

    /// Whether there is no entry.
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

    /// Pairs of entries that overlap, each with a request that both match. The search tries examples of
    /// every pattern: it may miss an overlap, but each one it finds is real.
    pub fn overlaps(&self) -> Vec<Overlap> {
        overlaps(self, &self.layout)
    }

    /// Entries whose pattern may backtrack catastrophically ([`Pattern::is_risky`]), in order.
    pub fn risky(&self) -> Vec<usize> {
        let risky = |index: &usize| {
            let entry = self.layout.entry(*index).map_err(RouteError::from);
            let pattern = entry.and_then(|entry| self.pattern(*index, &entry));
            pattern.is_ok_and(Pattern::is_risky)
        };
        (0..self.len()).filter(risky).collect()
    }

    /// The number of a method and its first broken entry; `None` where no rule has the method.
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

    /// The last prefix that sorts no later than `key`, and the length of their common prefix. The
    /// longest prefix of the key is that one or one of its parents.
    pub(crate) fn last_prefix_up_to(
        &self,
        key: Parts<'_>,
    ) -> Result<Option<(usize, usize)>, LoadError> {
        let (mut low, mut high) = (0, self.layout.prefixes());
        // Texts that sort between two others start with the common prefix of these, so that much is not
        // compared again.
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
            if !matches!(entry.kind, Kind::SinglePass | Kind::Pattern) {
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
        can_pass: bool,
    ) -> Result<bool, RouteError> {
        if can_pass && entry.kind == Kind::SinglePass {
            let [ops, source] = self.single_pass(entry)?;
            return single_pass::run(&ops, &source, url, |_, _| {})
                .ok_or(RouteError::Routes(LoadError::Damaged));
        }
        Ok(self.pattern(index, entry)?.matches(url)?)
    }

    /// The operations of a single pass, and the pattern that they quote.
    fn single_pass(&self, entry: &Entry) -> Result<[Cow<'_, [u8]>; 2], LoadError> {
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
