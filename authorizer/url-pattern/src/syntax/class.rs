//! Character classes, as regexp2 and gobwas/glob have them.

use std::sync::Arc;

use crate::syntax::unicode::{self, Table};

/// A named set inside a character set: `\d`, `\s`, `\w`, `\p{…}`.
#[derive(Debug, Clone)]
pub(crate) enum Category {
    /// White space as Go's `unicode.IsSpace`.
    Space,
    /// Letters, non-spacing marks, decimal digits, connectors and the two joiners.
    Word,
    /// A general category, script or property by its name in Go's `unicode` package.
    Named(&'static str, Table),
}

impl Category {
    /// Decimal digits of every script.
    pub(crate) fn digit() -> Self {
        Self::Named("Nd", unicode::DIGIT)
    }

    fn contains(&self, c: char) -> bool {
        match self {
            Self::Space => c.is_whitespace(),
            Self::Word => unicode::is_word(c),
            Self::Named(_, table) => table.contains(c),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Space => " ",
            Self::Word => "W",
            Self::Named(name, _) => name,
        }
    }
}

/// A character class as it is written between `[` and `]`. Characters are `u32` because escapes can
/// name surrogates.
#[derive(Debug, Clone, Default)]
pub(crate) struct CharSet {
    ranges: Vec<(u32, u32)>,
    categories: Vec<(Category, bool)>,
    minus: Option<Box<CharSet>>,
    negated: bool,
    anything: bool,
}

const LAST: u32 = char::MAX as u32;

impl CharSet {
    pub(crate) fn of(ranges: &[(u32, u32)]) -> Self {
        Self {
            ranges: ranges.to_vec(),
            ..Self::default()
        }
    }

    pub(crate) fn of_category(category: Category, negated: bool) -> Self {
        Self {
            categories: vec![(category, negated)],
            ..Self::default()
        }
    }

    pub(crate) fn negate(&mut self) {
        self.negated = true;
    }

    pub(crate) fn add(&mut self, first: u32, last: u32) {
        if !self.anything {
            self.ranges.push((first, last));
        }
    }

    /// Adds everything but `ranges`, which are sorted.
    pub(crate) fn add_all_but(&mut self, ranges: &[(u32, u32)]) {
        let mut next = 0;
        for (first, last) in ranges {
            if next < *first {
                self.add(next, first - 1);
            }
            next = last + 1;
        }
        self.add(next, LAST);
    }

    /// Adds a category or, with `negated`, its complement. A category and its complement together are
    /// every character.
    pub(crate) fn add_category(&mut self, category: Category, negated: bool) {
        if self.anything {
            return;
        }
        match self
            .categories
            .iter()
            .find(|(own, _)| own.name() == category.name())
        {
            Some((_, own)) if *own != negated => {
                self.anything = true;
                self.categories.clear();
                self.ranges = vec![(0, LAST)];
            }
            Some(_) => {}
            None => self.categories.push((category, negated)),
        }
    }

    pub(crate) fn subtract(&mut self, minus: CharSet) {
        self.minus = Some(Box::new(minus));
    }

    /// Adapts the ranges for comparing text in lower case.
    pub(crate) fn fold(&mut self) {
        if self.anything {
            return;
        }
        self.ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (first, last) in self.ranges.drain(..) {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last)
                }
                _ => merged.push((first, last)),
            }
        }
        let mut lowered = Vec::new();
        for (first, last) in merged {
            lowered.push((first, last));
            // No character beyond the last cased script has a lower case.
            let cased = (first..=last.min(0x1_F000)).filter_map(char::from_u32);
            lowered.extend(
                cased
                    .map(|c| (c, to_lower(c)))
                    .filter(|(c, low)| c != low)
                    .map(|(_, low)| (u32::from(low), u32::from(low))),
            );
        }
        lowered.sort_unstable();
        lowered.dedup();
        self.ranges = lowered;
    }

    /// Whether the set has `c`. As in regexp2 the first category that applies decides: in `[\W\d]` a
    /// digit is rejected by `\W` and never reaches `\d`.
    pub(crate) fn contains(&self, c: char) -> bool {
        let code = u32::from(c);
        let mut inside = self
            .ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&code));
        if !inside {
            for (category, negated) in &self.categories {
                if category.contains(c) {
                    inside = !negated;
                    break;
                }
                if *negated {
                    inside = true;
                    break;
                }
            }
        }
        inside != self.negated && !self.minus.as_ref().is_some_and(|minus| minus.contains(c))
    }
}

/// A character in lower case, as Go's `unicode.ToLower`.
#[must_use]
pub fn to_lower(c: char) -> char {
    if c.is_ascii() {
        c.to_ascii_lowercase()
    } else {
        c.to_lowercase().next().unwrap_or(c)
    }
}

/// A character class, ready to be matched.
#[derive(Debug, Clone)]
pub struct Class {
    ascii: u128,
    wide: Wide,
}

/// Which characters beyond ASCII a [`Class`] has.
#[derive(Debug, Clone)]
enum Wide {
    /// None.
    Never,
    /// All.
    Always,
    /// Those of a set; with `fold` a character is looked up in lower case.
    Set { set: Arc<CharSet>, fold: bool },
}

impl Class {
    /// Every character.
    pub(crate) fn anything() -> Self {
        Self {
            ascii: u128::MAX,
            wide: Wide::Always,
        }
    }

    /// Every character but these ASCII ones.
    pub(crate) fn all_but(excluded: &[char]) -> Self {
        let bits = excluded.iter().fold(0u128, |bits, c| bits | ascii_bit(*c));
        Self {
            ascii: !bits,
            wide: Wide::Always,
        }
    }

    /// The characters of a set; with `fold` text is compared in lower case.
    pub(crate) fn new(set: CharSet, fold: bool) -> Self {
        let mut ascii = 0u128;
        for c in '\0'..='\x7f' {
            if set.contains(if fold { to_lower(c) } else { c }) {
                ascii |= ascii_bit(c);
            }
        }
        let plain = set.categories.is_empty() && set.minus.is_none();
        let wide = if plain && set.ranges.iter().all(|(_, last)| *last < 0x80) && !fold {
            if set.negated {
                Wide::Always
            } else {
                Wide::Never
            }
        } else {
            Wide::Set {
                set: Arc::new(set),
                fold,
            }
        };
        Self { ascii, wide }
    }

    /// The ASCII characters of the class, each as the bit of its code.
    #[must_use]
    pub fn ascii(&self) -> u128 {
        self.ascii
    }

    /// Whether the class has no character beyond ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        matches!(self.wide, Wide::Never)
    }

    /// Whether the class has this character.
    #[must_use]
    pub fn contains(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.ascii & ascii_bit(c) != 0;
        }
        match &self.wide {
            Wide::Never => false,
            Wide::Always => true,
            Wide::Set { set, fold } => set.contains(if *fold { to_lower(c) } else { c }),
        }
    }

    /// Whether some character may be in both; true where that is not known.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.ascii & other.ascii != 0
            || !(matches!(self.wide, Wide::Never) || matches!(other.wide, Wide::Never))
    }
}

/// The bit of an ASCII character; zero for others.
#[must_use]
pub fn ascii_bit(c: char) -> u128 {
    1u128
        .checked_shl(u32::from(c))
        .filter(|_| c.is_ascii())
        .unwrap_or(0)
}
