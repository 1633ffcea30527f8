//! Finds the rules of a request.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::checked::{BRANCH, CheckedRoutes, LoadError, RouteEntry, folded};
use super::layout::{Entry, Kind, Layout, NONE};
use super::overlap::{Overlap, overlaps};
use super::plain::{self, Event};
use crate::{MatchError, Pattern, Sparse, Strategy};

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
    layout: Layout,
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
        let mut search = Search {
            router: self,
            url,
            plain: plain::is_plain_text(url),
            one: None,
            more: Vec::new(),
            failed: None,
        };
        search.prefixes(method, [b"", b"", url.as_bytes()], 0)?;
        Ok(search.found())
    }

    /// What the groups of the entry's pattern took of `url`.
    ///
    /// # Errors
    /// As [`Pattern::captures`]; an entry without a working pattern is [`MatchError::NoPattern`].
    pub fn captures(&self, index: usize, url: &str) -> Result<Vec<String>, MatchError> {
        let entry = self.entry(index)?;
        if entry.kind != Kind::Plain || !plain::is_plain_text(url) {
            return self.pattern(index, &entry)?.captures(url);
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
            return Err(MatchError::NoMatch);
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
            let entry = self.layout.entry(*index).map_err(MatchError::from);
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
    fn last_prefix_up_to(&self, key: Parts<'_>) -> Result<Option<(usize, usize)>, LoadError> {
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

    fn entry(&self, index: usize) -> Result<Entry, MatchError> {
        if index >= self.len() {
            return Err(MatchError::NoPattern);
        }
        Ok(self.layout.entry(index)?)
    }

    fn pattern(&self, index: usize, entry: &Entry) -> Result<&Pattern, MatchError> {
        let compile = || {
            if !matches!(entry.kind, Kind::Plain | Kind::Pattern) {
                return Err(MatchError::NoPattern);
            }
            let source = self.layout.text(entry.source)?;
            let compiled = Pattern::compile(self.layout.strategy(), &source);
            compiled
                .map(Box::new)
                .map_err(|_| MatchError::Routes(LoadError::Damaged))
        };
        let pattern = self.patterns.get_or_try_make(index, compile)?;
        pattern
            .map(|pattern| &**pattern)
            .ok_or(MatchError::NoPattern)
    }

    fn matches(
        &self,
        index: usize,
        entry: &Entry,
        url: &str,
        plain: bool,
    ) -> Result<bool, MatchError> {
        if plain && entry.kind == Kind::Plain {
            let [ops, source] = self.plain_pass(entry)?;
            return plain::run(&ops, &source, url, |_, _| {})
                .ok_or(MatchError::Routes(LoadError::Damaged));
        }
        self.pattern(index, entry)?.matches(url)
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

/// A text in parts, so that none need be put together.
type Parts<'k> = [&'k [u8]; 3];

/// How a text sorts beside a key, and how many bytes both begin with; `known` is no more than that.
fn compare(text: &[u8], key: Parts<'_>, known: usize) -> (Ordering, usize) {
    let mut at = 0;
    for part in key {
        let skipped = known.saturating_sub(at).min(part.len());
        let part = part.get(skipped..).unwrap_or_default();
        at += skipped;
        let rest = text.get(at..).unwrap_or_default();
        let common = common_length(rest, part);
        at += common;
        if let Some(wanted) = part.get(common) {
            // A text that ends within the key is its beginning, and sorts before it.
            return (rest.get(common).cmp(&Some(wanted)), at);
        }
    }
    (text.len().cmp(&at), at)
}

fn common_length(one: &[u8], other: &[u8]) -> usize {
    // Eight bytes at a time where there are as many.
    let (ones, others) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    let same = ones
        .iter()
        .zip(others)
        .take_while(|(one, other)| one == other);
    let eights = same.count() * 8;
    let rest = |bytes| <[u8]>::get(bytes, eights..).unwrap_or_default();
    let same = rest(one)
        .iter()
        .zip(rest(other))
        .take_while(|(one, other)| one == other);
    eights + same.count()
}

struct Search<'r> {
    router: &'r Router,
    url: &'r str,
    plain: bool,
    one: Option<usize>,
    more: Vec<usize>,
    /// The first entry whose search was given up.
    failed: Option<(usize, MatchError)>,
}

impl Search<'_> {
    /// Tries the entries of every prefix of `key`, of which the first part was found before and
    /// the last is the url from `from` on.
    fn prefixes(&mut self, method: usize, key: Parts<'_>, from: usize) -> Result<(), LoadError> {
        let layout = &self.router.layout;
        let before = key.iter().take(2).map(|part| part.len()).sum::<usize>();
        let Some((last, common)) = self.router.last_prefix_up_to(key)? else {
            return Ok(());
        };
        let mut next = Some(last);
        while let Some(index) = next {
            let prefix = layout.prefix(index)?;
            let text = layout.slice(prefix.text)?;
            if text.len() < before {
                break;
            }
            // The prefixes above are beginnings of this one: how much of it fits decides for all.
            if text.len() <= common {
                self.candidates(method, prefix.candidates)?;
                if prefix.branches {
                    self.branches(method, &text, from + (text.len() - before))?;
                }
            }
            next = match prefix.parent {
                NONE => None,
                // Parents come before their children; anything else would never end.
                parent => match usize::try_from(parent) {
                    Ok(parent) if parent < index => Some(parent),
                    _ => return Err(LoadError::Damaged),
                },
            };
        }
        Ok(())
    }

    /// Tries the entries that go on after a prefix, which took the url up to `from`, with what
    /// follows the next slash.
    fn branches(&mut self, method: usize, prefix: &[u8], from: usize) -> Result<(), LoadError> {
        let rest = self.url.as_bytes().get(from..).ok_or(LoadError::Damaged)?;
        let Some(slash) = rest.iter().position(|byte| *byte == b'/') else {
            return Ok(());
        };
        let behind = rest.get(slash..).unwrap_or_default();
        self.prefixes(method, [prefix, &[BRANCH], behind], from + slash)
    }

    /// Tries the entries of one prefix.
    fn candidates(&mut self, method: usize, (first, count): (u32, u32)) -> Result<(), LoadError> {
        let layout = &self.router.layout;
        let number = |number: u32| usize::try_from(number).map_err(|_| LoadError::Damaged);
        for place in first..first.checked_add(count).ok_or(LoadError::Damaged)? {
            let index = number(layout.candidate(number(place)?)?)?;
            let entry = layout.entry(index)?;
            if !layout.holds(entry.methods, method)? {
                continue;
            }
            match self.router.matches(index, &entry, self.url, self.plain) {
                Ok(false) => {}
                Ok(true) if self.one.is_none() => self.one = Some(index),
                // A url with a zero byte may come to an entry twice.
                Ok(true) if self.one == Some(index) || self.more.contains(&index) => {}
                Ok(true) => self.more.push(index),
                Err(MatchError::Routes(error)) => return Err(error),
                Err(error) => {
                    if self.failed.is_none_or(|(before, _)| index < before) {
                        self.failed = Some((index, error));
                    }
                }
            }
        }
        Ok(())
    }

    fn found(mut self) -> Found {
        if let Some((index, error)) = self.failed {
            return Found::Broken {
                index,
                reason: error.to_string(),
            };
        }
        match self.one {
            None => Found::None,
            Some(one) if self.more.is_empty() => Found::One(one),
            Some(one) => {
                self.more.push(one);
                self.more.sort_unstable();
                Found::Many(self.more)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_in_parts_sorts_as_the_whole_whatever_is_known_of_it(
            text in "[ab]{0,20}",
            parts in prop::array::uniform3("[ab]{0,9}"),
            known in any::<prop::sample::Index>(),
        ) {
            let whole = parts.concat();
            let common = text.bytes().zip(whole.bytes()).take_while(|(one, other)| one == other).count();
            let key = [0, 1, 2].map(|part| parts[part].as_bytes());
            let found = compare(text.as_bytes(), key, known.index(common + 1));
            prop_assert_eq!(found, (text.cmp(&whole), common));
        }
    }
}
