//! Finds where JSON values begin and end. Lenient, as GJSON is: text that is not JSON leads to
//! odd values, never to a panic.

use std::borrow::Cow;

use super::{Found, Kind};

/// The bytes between two positions; empty where they do not lie in the text.
pub(super) fn cut(text: &[u8], from: usize, to: usize) -> &[u8] {
    text.get(from..to).unwrap_or_default()
}

/// Everything from a position on.
pub(super) fn tail(text: &[u8], from: usize) -> &[u8] {
    text.get(from..).unwrap_or_default()
}

/// The text without blanks and control characters at both ends.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [b'\0'..=b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b'\0'..=b' '] = text {
        text = rest;
    }
    text
}

/// Behind the closing quote of the string whose opening quote stands at `start`; `None` where it
/// is never closed.
pub(super) fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Behind the bracket that closes the one at `start`, strings skipped; the end of the text where
/// it is never closed. What stands at `start` counts as an opening bracket whatever it is.
pub(super) fn bracket_end(text: &[u8], start: usize) -> usize {
    let mut depth = 1_usize;
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => match string_end(text, at) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => return text.len(),
            },
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// As [`bracket_end`], and also for a string at `start`.
pub(super) fn squash_end(text: &[u8], start: usize) -> usize {
    if text.get(start) == Some(&b'"') {
        return string_end(text, start).unwrap_or(text.len());
    }
    bracket_end(text, start)
}

/// The value that begins at or behind a position, and where it ends. Whatever cannot begin a value
/// is skipped.
pub(super) fn value_at(text: &[u8], from: usize) -> Option<(Found<'_>, usize)> {
    let mut at = from;
    loop {
        if let Some(kind) = kind_at(text, at)? {
            let end = value_end(text, at, kind)?;
            let raw = Cow::Borrowed(cut(text, at, end));
            return Some((Found { kind, raw }, end));
        }
        at += 1;
    }
}

/// What a value that begins at a position would be: `Some(None)` where none begins there, `None` at
/// the end of the text.
pub(super) fn kind_at(text: &[u8], at: usize) -> Option<Option<Kind>> {
    Some(match text.get(at)? {
        b'{' | b'[' => Some(Kind::Json),
        b'"' => Some(Kind::String),
        b't' => Some(Kind::True),
        b'f' => Some(Kind::False),
        b'n' if text.get(at + 1).is_none_or(|next| *next == b'u') => Some(Kind::Null),
        b'+' | b'-' | b'0'..=b'9' | b'i' | b'I' | b'N' | b'n' => Some(Kind::Number),
        _ => None,
    })
}

/// Where the value of a kind that begins at a position ends; `None` for a string without end.
pub(super) fn value_end(text: &[u8], at: usize, kind: Kind) -> Option<usize> {
    let while_in = |belongs: fn(u8) -> bool| {
        let rest = tail(text, at + 1);
        let length = rest
            .iter()
            .position(|byte| !belongs(*byte))
            .unwrap_or(rest.len());
        at + 1 + length
    };
    Some(match kind {
        Kind::String => string_end(text, at)?,
        Kind::Json => bracket_end(text, at),
        Kind::Number => while_in(|byte| byte > b' ' && !matches!(byte, b',' | b']' | b'}')),
        Kind::True | Kind::False | Kind::Null => while_in(|byte| byte.is_ascii_lowercase()),
    })
}

/// The members of an object or array in order: each value with its key, which is not there in an
/// array. Anything else is its own only member.
pub(super) fn members<'a>(value: &'a Found<'_>) -> Vec<(Found<'a>, Found<'a>)> {
    let mut out = Vec::new();
    if !value.exists() {
        return out;
    }
    let text = &*value.raw;
    if value.kind != Kind::Json {
        let own = Found {
            kind: value.kind,
            raw: Cow::Borrowed(text),
        };
        return vec![(Found::default(), own)];
    }
    let object = value.is_object();
    let mut at = 1;
    loop {
        let mut key = Found::default();
        if object {
            let rest = tail(text, at);
            let Some(quote) = rest.iter().position(|byte| *byte == b'"') else {
                return out;
            };
            let Some(end) = string_end(text, at + quote) else {
                return out;
            };
            key = Found {
                kind: Kind::String,
                raw: Cow::Borrowed(cut(text, at + quote, end)),
            };
            at = end;
        }
        // An array's end shows before its next value.
        let gap = tail(text, at);
        let gap = gap
            .iter()
            .position(|byte| !matches!(byte, b'\0'..=b' ' | b',' | b':'));
        match gap.and_then(|gap| text.get(at + gap)) {
            Some(b']' | b'}') | None => return out,
            Some(_) => {}
        }
        let Some((found, end)) = value_at(text, at) else {
            return out;
        };
        out.push((key, found));
        at = end;
    }
}

/// The text of a JSON string without its quotes, escapes undone. What follows a broken escape or a
/// control character is lost, as in GJSON.
pub(super) fn unescape(inner: &[u8]) -> Cow<'_, [u8]> {
    if inner.iter().all(|byte| *byte != b'\\' && *byte >= b' ') {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match byte {
            b'\0'..b' ' => break,
            b'\\' => {
                let Some(after) = unescape_one(rest, &mut out) else {
                    break;
                };
                rest = after;
            }
            _ => out.push(*byte),
        }
    }
    Cow::Owned(out)
}

/// Undoes the escape behind a backslash and gives what follows it.
fn unescape_one<'a>(text: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (byte, mut rest) = text.split_first()?;
    out.push(match byte {
        b'\\' | b'/' | b'"' => *byte,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => {
            let (first, behind) = hex4(rest)?;
            rest = behind;
            let mut units = vec![first];
            if (0xD800..0xE000).contains(&first)
                && let [b'\\', b'u', second @ ..] = rest
                && let Some((second, behind)) = hex4(second)
            {
                rest = behind;
                // Go takes the second unit in, whether or not the two make a pair.
                let pair = matches!((first, second), (0xD800..0xDC00, 0xDC00..0xE000));
                units = if pair {
                    vec![first, second]
                } else {
                    vec![first]
                };
            }
            let text = String::from_utf16_lossy(&units);
            out.extend_from_slice(text.as_bytes());
            return Some(rest);
        }
        _ => return None,
    });
    Some(rest)
}

fn hex4(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let value = digits.iter().fold(0_u32, |value, digit| {
        value << 4 | char::from(*digit).to_digit(16).unwrap_or(0)
    });
    Some((u16::try_from(value).ok()?, rest))
}

/// A text as a JSON string, as Go's `encoding/json` writes it.
pub(super) fn quote(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => out.extend([b'\\', u8::try_from(character).unwrap_or(b'?')]),
                '\u{8}' => out.extend(b"\\b"),
                '\u{c}' => out.extend(b"\\f"),
                '\n' => out.extend(b"\\n"),
                '\r' => out.extend(b"\\r"),
                '\t' => out.extend(b"\\t"),
                '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    out.extend(format!("\\u{:04x}", u32::from(character)).bytes());
                }
                _ => out.extend(character.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        out.extend(chunk.invalid().iter().flat_map(|_| *b"\\ufffd"));
    }
    out.push(b'"');
    out
}
