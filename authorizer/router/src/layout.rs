//! The binary layout of checked routes.
//!
//! All numbers are 32-bit little-endian. After the header come four tables (methods, entries,
//! prefixes, candidates), then the sets of methods as bits, then all texts. Nothing is parsed on
//! loading: the tables are read in place when a request needs them, and a number that points outside
//! of its table is damage.

use std::borrow::Cow;

use oathgate_url_pattern::Strategy;

use crate::{bytes::Bytes, error::LoadError};

const MAGIC: [u8; 8] = *b"OGroutes";
const VERSION: u32 = 1;
const HEAD: usize = 64;
/// No entry, no parent.
pub(crate) const NONE: u32 = u32::MAX;

pub(crate) const METHOD_WORDS: usize = 3;
pub(crate) const ENTRY_WORDS: usize = 6;
pub(crate) const PREFIX_WORDS: usize = 6;

/// How an entry is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In a single pass.
    SinglePass = 0,
    /// By its compiled pattern.
    Pattern = 1,
    /// Not at all: its pattern does not compile.
    Broken = 2,
    /// Not at all: the rule has no pattern.
    NoMatch = 3,
}

/// The offset and length of a text among all texts.
pub(crate) type Span = (u32, u32);

/// One entry's record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) methods: u32,
    pub(crate) source: Span,
    /// The operations of the single pass, or why the entry is broken.
    pub(crate) detail: Span,
}

/// One prefix's record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prefix {
    pub(crate) text: Span,
    /// The longest other prefix that this one starts with.
    pub(crate) parent: u32,
    pub(crate) candidates: Span,
    /// Whether keys with this prefix continue after the next slash.
    pub(crate) branches: bool,
}

/// Collects the tables and writes them.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) strategy: Strategy,
    pub(crate) first_without_match: u32,
    /// Each method's name and first broken entry.
    pub(crate) methods: Vec<(Span, u32)>,
    pub(crate) entries: Vec<(u32, u32, Span, Span)>,
    pub(crate) prefixes: Vec<Prefix>,
    pub(crate) candidates: Vec<u32>,
    pub(crate) sets: Vec<u8>,
    pub(crate) texts: Vec<u8>,
}

impl Writer {
    pub(crate) fn text(&mut self, text: &[u8]) -> Span {
        let offset = word(self.texts.len());
        self.texts.extend(text);
        (offset, word(text.len()))
    }

    fn counts(&self) -> [usize; 6] {
        [
            self.methods.len(),
            self.entries.len(),
            self.prefixes.len(),
            self.candidates.len(),
            self.sets.len(),
            self.texts.len(),
        ]
    }

    fn finish(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let strategy = u32::from(self.strategy == Strategy::Glob);
        let head = [VERSION, strategy, self.first_without_match]
            .into_iter()
            .chain(self.counts().into_iter().map(word));
        bytes.extend(head.flat_map(u32::to_le_bytes));
        bytes.resize(HEAD, 0);
        let methods = self
            .methods
            .iter()
            .flat_map(|(name, broken)| [name.0, name.1, *broken]);
        let entries = self
            .entries
            .iter()
            .flat_map(|(kind, methods, source, detail)| {
                [*kind, *methods, source.0, source.1, detail.0, detail.1]
            });
        let prefixes = self.prefixes.iter().flat_map(|prefix| {
            let (text, found) = (prefix.text, prefix.candidates);
            [
                text.0,
                text.1,
                prefix.parent,
                found.0,
                found.1,
                u32::from(prefix.branches),
            ]
        });
        bytes.extend(
            methods
                .chain(entries)
                .chain(prefixes)
                .chain(self.candidates.iter().copied())
                .flat_map(u32::to_le_bytes),
        );
        bytes.extend(self.sets);
        bytes.extend(self.texts);
        bytes
    }
}

/// A count or offset as it is written. More than 4 GiB of rules are not supported; a number that does
/// not fit points outside of its table.
pub(crate) fn word(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

fn long(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The bytes, and where the tables start.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    bytes: Bytes,
    strategy: Strategy,
    first_without_match: u32,
    counts: [usize; 6],
    starts: [usize; 6],
}

/// What was read. An error is never treated as an absent record.
type Read<T> = Result<T, LoadError>;

impl Layout {
    pub(crate) fn read(bytes: Bytes) -> Read<Self> {
        let size = bytes.size();
        let head = bytes.get(0, HEAD.min(size))?.into_owned();
        let number = |index: usize| number(&head, 8 + index * 4);
        if !head.starts_with(&MAGIC) {
            return Err(LoadError::Foreign);
        }
        if number(0)? != VERSION {
            return Err(LoadError::Version);
        }
        let strategy = if number(1)? == 0 {
            Strategy::Regexp
        } else {
            Strategy::Glob
        };
        let counts = [
            long(number(3)?),
            long(number(4)?),
            long(number(5)?),
            long(number(6)?),
            long(number(7)?),
            long(number(8)?),
        ];
        let (starts, end) = starts(counts);
        if end != size {
            return Err(LoadError::Damaged);
        }
        Ok(Self {
            bytes,
            strategy,
            first_without_match: number(2)?,
            counts,
            starts,
        })
    }

    /// Lays out what was collected.
    pub(crate) fn from_writer(writer: Writer) -> Self {
        let (strategy, first_without_match, counts) =
            (writer.strategy, writer.first_without_match, writer.counts());
        let (starts, _) = starts(counts);
        Self {
            bytes: Bytes::InMemory(Cow::Owned(writer.finish())),
            strategy,
            first_without_match,
            counts,
            starts,
        }
    }

    pub(crate) fn bytes(&self) -> Read<Cow<'_, [u8]>> {
        self.bytes.get(0, self.bytes.size())
    }

    pub(crate) fn strategy(&self) -> Strategy {
        self.strategy
    }

    pub(crate) fn first_without_match(&self) -> u32 {
        self.first_without_match
    }

    pub(crate) fn methods(&self) -> usize {
        self.counts[0]
    }

    pub(crate) fn entries(&self) -> usize {
        self.counts[1]
    }

    pub(crate) fn prefixes(&self) -> usize {
        self.counts[2]
    }

    /// A method's name and its first broken entry.
    pub(crate) fn method(&self, index: usize) -> Read<(Cow<'_, str>, u32)> {
        let [offset, length, broken] = self.record(0, index)?;
        Ok((self.text((offset, length))?, broken))
    }

    pub(crate) fn entry(&self, index: usize) -> Read<Entry> {
        let [kind, methods, source, source_length, detail, detail_length] =
            self.record(1, index)?;
        let kind = match kind {
            0 => Kind::SinglePass,
            1 => Kind::Pattern,
            2 => Kind::Broken,
            3 => Kind::NoMatch,
            _ => return Err(LoadError::Damaged),
        };
        Ok(Entry {
            kind,
            methods,
            source: (source, source_length),
            detail: (detail, detail_length),
        })
    }

    pub(crate) fn prefix(&self, index: usize) -> Read<Prefix> {
        let [offset, length, parent, first, count, branches] = self.record(2, index)?;
        Ok(Prefix {
            text: (offset, length),
            parent,
            candidates: (first, count),
            branches: branches != 0,
        })
    }

    pub(crate) fn candidate(&self, index: usize) -> Read<u32> {
        let [candidate] = self.record(3, index)?;
        Ok(candidate)
    }

    /// Whether a set of methods has a method.
    pub(crate) fn holds(&self, set: u32, method: usize) -> Read<bool> {
        let row = self.counts[0].div_ceil(8);
        let offset = long(set)
            .checked_mul(row)
            .and_then(|offset| offset.checked_add(method / 8))
            .filter(|offset| *offset < self.counts[4])
            .ok_or(LoadError::Damaged)?;
        let byte = self.bytes.get(self.starts[4].saturating_add(offset), 1)?;
        let byte = byte.first().ok_or(LoadError::Damaged)?;
        Ok(byte >> (method % 8) & 1 == 1)
    }

    pub(crate) fn slice(&self, span: Span) -> Read<Cow<'_, [u8]>> {
        let from = self.starts[5].saturating_add(long(span.0));
        self.bytes.get(from, long(span.1))
    }

    pub(crate) fn text(&self, span: Span) -> Read<Cow<'_, str>> {
        let text = match self.slice(span)? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        text.ok_or(LoadError::Damaged)
    }

    fn record<const N: usize>(&self, table: usize, index: usize) -> Read<[u32; N]> {
        let (Some(start), Some(count)) = (self.starts.get(table), self.counts.get(table)) else {
            return Err(LoadError::Damaged);
        };
        if index >= *count {
            return Err(LoadError::Damaged);
        }
        let from = start.saturating_add(index.saturating_mul(N * 4));
        let words = self.bytes.get(from, N * 4)?;
        let mut record = [0; N];
        for (own, word) in record.iter_mut().zip(words.as_chunks::<4>().0) {
            *own = u32::from_le_bytes(*word);
        }
        Ok(record)
    }
}

fn number(bytes: &[u8], at: usize) -> Read<u32> {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<4>())
        .copied()
        .map(u32::from_le_bytes)
        .ok_or(LoadError::Damaged)
}

/// Where each table starts, given its number of records, and where the last one ends.
fn starts(counts: [usize; 6]) -> ([usize; 6], usize) {
    let sizes = [METHOD_WORDS * 4, ENTRY_WORDS * 4, PREFIX_WORDS * 4, 4, 1, 1];
    let mut starts = [0; 6];
    let mut end = HEAD;
    for ((start, count), size) in starts.iter_mut().zip(counts).zip(sizes) {
        *start = end;
        end = end.saturating_add(count.saturating_mul(size));
    }
    (starts, end)
}
