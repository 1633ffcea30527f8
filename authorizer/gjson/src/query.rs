//! Queries over arrays: `#(path op value)`.

use std::borrow::Cow;

use super::{
    Found, Kind,
    found::{bool_of, number},
    get,
    scan::{cut, tail, trim, unescape},
    wildcard,
};

/// A query: which elements of an array count.
#[derive(Debug, Default)]
pub(super) struct Query<'p> {
    path: &'p [u8],
    op: Op,
    value: Cow<'p, [u8]>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Op {
    /// The path must lead to a value, whatever it is.
    #[default]
    Exists,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    Unlike,
    /// `!` alone: nothing fits.
    Never,
}

impl<'p> Query<'p> {
    /// Reads the query at the beginning of a path, and gives how long it is.
    pub(super) fn parse(text: &'p [u8]) -> Option<(Self, usize)> {
        let mut at = 2;
        let mut depth = 1;
        let mut op_at = None;
        let mut escaped = false;
        loop {
            let byte = *text.get(at)?;
            match byte {
                b'!' | b'=' | b'<' | b'>' | b'%' if depth == 1 && op_at.is_none() => {
                    op_at = Some(at);
                }
                b'\\' => at += 1,
                b'[' | b'(' => depth += 1,
                b']' | b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'"' => {
                    let (end, has_escape) = quoted_end(text, at + 1);
                    escaped |= has_escape;
                    at = end;
                }
                _ => {}
            }
            at += 1;
        }
        let path = trim(cut(text, 2, op_at.unwrap_or(at)));
        let (op, value) = match op_at {
            Some(op_at) => split_op(trim(cut(text, op_at, at))),
            None => (Op::Exists, &[][..]),
        };
        let quoted = value
            .strip_prefix(b"\"")
            .and_then(|value| value.strip_suffix(b"\""));
        let value = match quoted {
            Some(inner) if escaped => unescape(inner),
            Some(inner) => Cow::Borrowed(inner),
            None => Cow::Borrowed(value),
        };
        Some((Self { path, op, value }, at + 1))
    }

    /// Whether an element of the array counts.
    pub(super) fn takes(&self, element: &Found<'_>) -> bool {
        if element.kind == Kind::Json {
            self.fits(&get(&element.raw, self.path))
        } else {
            self.path.is_empty() && self.fits(element)
        }
    }

    fn fits(&self, value: &Found<'_>) -> bool {
        if let [b'~', wanted @ ..] = &*self.value {
            let holds = match wanted {
                b"*" => value.exists(),
                b"null" => value.kind == Kind::Null,
                b"true" => value.truth(),
                b"false" => is_falsy(value),
                _ => return false,
            };
            return match self.op {
                Op::Exists => true,
                Op::Equal | Op::GreaterOrEqual => holds,
                Op::Unequal | Op::Less | Op::LessOrEqual => !holds,
                _ => false,
            };
        }
        if !value.exists() {
            return false;
        }
        if self.op == Op::Exists {
            return true;
        }
        match value.kind {
            Kind::String => self.fits_string(&value.string()),
            Kind::Number => self.fits_number(value.number()),
            Kind::True => match self.op {
                Op::Equal => *self.value == *b"true",
                Op::Unequal => *self.value != *b"true",
                Op::Greater => *self.value == *b"false",
                Op::GreaterOrEqual => true,
                _ => false,
            },
            Kind::False => match self.op {
                Op::Equal => *self.value == *b"false",
                Op::Unequal => *self.value != *b"false",
                Op::Less => *self.value == *b"true",
                Op::LessOrEqual => true,
                _ => false,
            },
            Kind::Null | Kind::Json => false,
        }
    }

    fn fits_string(&self, text: &[u8]) -> bool {
        let wanted = &*self.value;
        match self.op {
            Op::Equal => text == wanted,
            Op::Unequal => text != wanted,
            Op::Less => text < wanted,
            Op::LessOrEqual => text <= wanted,
            Op::Greater => text > wanted,
            Op::GreaterOrEqual => text >= wanted,
            Op::Like => wildcard::fits(text, wanted),
            Op::Unlike => !wildcard::fits(text, wanted),
            Op::Exists | Op::Never => false,
        }
    }

    #[expect(clippy::float_cmp, reason = "the query asks for exact equality")]
    fn fits_number(&self, value: f64) -> bool {
        let wanted = number(&self.value);
        match self.op {
            Op::Equal => value == wanted,
            Op::Unequal => value != wanted,
            Op::Less => value < wanted,
            Op::LessOrEqual => value <= wanted,
            Op::Greater => value > wanted,
            Op::GreaterOrEqual => value >= wanted,
            Op::Like | Op::Unlike | Op::Exists | Op::Never => false,
        }
    }
}

fn is_falsy(value: &Found<'_>) -> bool {
    match value.kind {
        Kind::Null | Kind::False => true,
        Kind::String => bool_of(&value.string()) == Some(false),
        Kind::Number => value.number() == 0.0,
        Kind::True | Kind::Json => false,
    }
}

/// Splits an operator off what follows the path of a query.
fn split_op(text: &[u8]) -> (Op, &[u8]) {
    let (op, length) = match text {
        [b'!', b'=', ..] => (Op::Unequal, 2),
        [b'!', b'%', ..] => (Op::Unlike, 2),
        [b'<', b'=', ..] => (Op::LessOrEqual, 2),
        [b'>', b'=', ..] => (Op::GreaterOrEqual, 2),
        [b'=', b'=', ..] => (Op::Equal, 2),
        [b'<', ..] => (Op::Less, 1),
        [b'>', ..] => (Op::Greater, 1),
        [b'=', ..] => (Op::Equal, 1),
        [b'%', ..] => (Op::Like, 1),
        [b'!'] => (Op::Never, 1),
        _ => (Op::Exists, 0),
    };
    (op, trim(tail(text, length)))
}

/// The closing quote of a text in quotes that begins at a position, and whether an escape stands
/// within.
fn quoted_end(text: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    let mut escaped = false;
    loop {
        match text.get(at) {
            Some(b'\\') => {
                escaped = true;
                at += 2;
            }
            Some(b'"') | None => return (at, escaped),
            Some(_) => at += 1,
        }
    }
}
