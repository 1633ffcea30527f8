//! Go's layouts: a time is written as the reference time, 2006-01-02 15:04:05 -0700, would be.

/// A part of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'l> {
    /// Literal text.
    Literal(&'l str),
    LongMonth,
    ShortMonth,
    Month {
        padded: bool,
    },
    LongWeekday,
    ShortWeekday,
    Day(Padding),
    YearDay(Padding),
    Hour24,
    Hour12 {
        padded: bool,
    },
    Minute {
        padded: bool,
    },
    Second {
        padded: bool,
    },
    LongYear,
    ShortYear,
    /// `PM` or `pm`
    HalfDay {
        upper: bool,
    },
    /// `MST`
    ZoneName,
    /// `-0700` and its like
    Offset(Offset),
    /// `.000` or `.999`
    Fraction {
        mark: char,
        digits: usize,
        keep_zeros: bool,
    },
}

/// What stands before a single digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    None,
    Blank,
    Zero,
}

/// How an offset from UTC is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// Whether UTC is `Z`.
    pub(super) z: bool,
    pub(super) colon: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// The words of layouts; of two that start alike the longer comes first.
const WORDS: [(&str, Part<'static>); 33] = [
    ("January", Part::LongMonth),
    ("Monday", Part::LongWeekday),
    ("MST", Part::ZoneName),
    ("01", Part::Month { padded: true }),
    ("02", Part::Day(Padding::Zero)),
    ("03", Part::Hour12 { padded: true }),
    ("04", Part::Minute { padded: true }),
    ("05", Part::Second { padded: true }),
    ("06", Part::ShortYear),
    ("002", Part::YearDay(Padding::Zero)),
    ("15", Part::Hour24),
    ("1", Part::Month { padded: false }),
    ("2006", Part::LongYear),
    ("2", Part::Day(Padding::None)),
    ("_2", Part::Day(Padding::Blank)),
    ("__2", Part::YearDay(Padding::Blank)),
    ("3", Part::Hour12 { padded: false }),
    ("4", Part::Minute { padded: false }),
    ("5", Part::Second { padded: false }),
    ("PM", Part::HalfDay { upper: true }),
    ("pm", Part::HalfDay { upper: false }),
    ("-070000", offset(false, false, true, true)),
    ("-07:00:00", offset(false, true, true, true)),
    ("-0700", offset(false, false, true, false)),
    ("-07:00", offset(false, true, true, false)),
    ("-07", offset(false, false, false, false)),
    ("Z070000", offset(true, false, true, true)),
    ("Z07:00:00", offset(true, true, true, true)),
    ("Z0700", offset(true, false, true, false)),
    ("Z07:00", offset(true, true, true, false)),
    ("Z07", offset(true, false, false, false)),
    // Only where no lower-case letter follows: "Month" is literal text.
    ("Jan", Part::ShortMonth),
    ("Mon", Part::ShortWeekday),
];

const fn offset(z: bool, colon: bool, minutes: bool, seconds: bool) -> Part<'static> {
    Part::Offset(Offset {
        z,
        colon,
        minutes,
        seconds,
    })
}

/// Takes a layout apart.
pub(super) fn parts(layout: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut literal = layout;
    let mut rest = layout;
    while !rest.is_empty() {
        let Some((part, length)) = word(rest) else {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            rest = rest.get(next..).unwrap_or_default();
            continue;
        };
        let before = literal.len() - rest.len();
        if let Some(text) = literal.get(..before).filter(|text| !text.is_empty()) {
            parts.push(Part::Literal(text));
        }
        parts.push(part);
        rest = rest.get(length..).unwrap_or_default();
        literal = rest;
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    parts
}

/// The word a layout starts with, and its length.
fn word(rest: &str) -> Option<(Part<'_>, usize)> {
    if rest.starts_with(['.', ',']) {
        return fraction(rest);
    }
    // `_2006` is a literal `_` and a year.
    if rest.starts_with("_2006") {
        return None;
    }
    WORDS.iter().find_map(|(name, part)| {
        let behind = rest.strip_prefix(name)?;
        let short = matches!(part, Part::ShortMonth | Part::ShortWeekday);
        if short && behind.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        Some((*part, name.len()))
    })
}

/// `.000`: only where no other digit follows.
fn fraction(rest: &str) -> Option<(Part<'_>, usize)> {
    let mut characters = rest.chars();
    let mark = characters.next()?;
    let digit = characters
        .next()
        .filter(|digit| matches!(digit, '0' | '9'))?;
    let behind = rest.get(1..)?;
    let digits = behind.len() - behind.trim_start_matches(digit).len();
    let next = behind.get(digits..)?.chars().next();
    if next.is_some_and(|next| next.is_ascii_digit()) {
        return None;
    }
    Some((
        Part::Fraction {
            mark,
            digits,
            keep_zeros: digit == '0',
        },
        digits + 1,
    ))
}
