//! The ways in which servers turn one spelling of a path into another.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use oathgate_gostd::{bytes_of_text, text_from_bytes};

/// Whether every `%` begins an escape of [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
pub(super) fn is_escaped_well(path: &str) -> bool {
    path.split('%').skip(1).all(|behind| {
        matches!(behind.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    })
}

/// One round of percent-decoding; `None` where nothing is left to decode. `%u002e`, which IIS and some
/// others decode, counts as an escape. Without `slashes`, escaped slashes and backslashes stay escaped.
pub(super) fn percent_decoded(text: &str, slashes: bool) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let bytes = bytes_of_text(text);
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest: &[u8] = &bytes;
    let mut decoded_any = false;
    while let Some((&byte, behind)) = rest.split_first() {
        let escape = if byte == b'%' { escape(behind) } else { None };
        match escape {
            Some((character, after))
                if slashes || !matches!(character, Decoded::Byte(b'/' | b'\\')) =>
            {
                character.write(&mut out);
                decoded_any = true;
                rest = after;
            }
            _ => {
                out.push(byte);
                rest = behind;
            }
        }
    }
    decoded_any.then(|| text_from_bytes(&out).into_owned())
}

/// Whether two spellings are those of one path, decoded as far as it goes, with slashes merged and none at the
/// end, and with a `+` for a blank. It says nothing of dot segments.
#[must_use]
pub fn is_same_path(one: &str, other: &str) -> bool {
    let plain = |path: &str| {
        let mut path = path.to_owned();
        while let Some(decoded) = percent_decoded(&path, true) {
            path = decoded;
        }
        let path = with_slashes_merged(&path).replace('+', " ");
        path.strip_suffix('/').map(str::to_owned).unwrap_or(path)
    };
    one == other || plain(one) == plain(other)
}

enum Decoded {
    Byte(u8),
    Character(char),
}

impl Decoded {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => out.push(*byte),
            Self::Character(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

/// What stands behind a percent sign, if it is an escape, and what follows it.
fn escape(behind: &[u8]) -> Option<(Decoded, &[u8])> {
    match behind {
        [b'u' | b'U', a, b, c, d, after @ ..] => {
            let value = [a, b, c, d]
                .into_iter()
                .try_fold(0, |value, digit| Some(value << 4 | u32::from(hex(*digit)?)))?;
            let decoded = match u8::try_from(value) {
                Ok(byte) if byte.is_ascii() => Decoded::Byte(byte),
                _ => {
                    Decoded::Character(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER))
                }
            };
            Some((decoded, after))
        }
        [high, low, after @ ..] => Some((Decoded::Byte(hex(*high)? << 4 | hex(*low)?), after)),
        _ => None,
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// The path with characters that Unicode's compatibility forms (NFKC) and the best-fit tables of Windows
/// turn into ASCII written as such; `None` where there is none. Without `slashes`, those that become a
/// slash or a backslash stay.
pub(super) fn folded(text: &str, slashes: bool) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut changed = false;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match fold(character) {
            Some(plain) if slashes || !plain.contains(['/', '\\']) => {
                out.push_str(&plain);
                changed = true;
            }
            _ => out.push(character),
        }
    }
    changed.then_some(out)
}

fn fold(character: char) -> Option<Cow<'static, str>> {
    Some(match character {
        // Fullwidth forms of everything visible in ASCII.
        '\u{FF01}'..='\u{FF5E}' => {
            let plain = u32::from(character)
                .checked_sub(0xFEE0)
                .and_then(char::from_u32)?;
            Cow::Owned(plain.to_string())
        }
        '\u{2024}' | '\u{FE52}' | '\u{3002}' | '\u{FF61}' => ".".into(),
        '\u{2025}' | '\u{FE30}' => "..".into(),
        '\u{2026}' | '\u{FE19}' => "...".into(),
        '\u{2044}' | '\u{2215}' | '\u{29F8}' => "/".into(),
        '\u{2216}' | '\u{29F5}' | '\u{29F9}' | '\u{FE68}' => "\\".into(),
        _ => return None,
    })
}

/// Every segment up to its first `;`, as servlet containers read it.
pub(super) fn without_parameters(path: &str) -> String {
    each_segment(path, |segment| {
        segment.split_once(';').map_or(segment, |(name, _)| name)
    })
}

/// Every segment without the dots and blanks at its end and without a stream of NTFS (`::$DATA`,
/// `:$I30:$INDEX_ALLOCATION`), as Windows opens files.
pub(super) fn without_ends(path: &str) -> String {
    each_segment(path, |segment| {
        let name = match segment.split_once(":$") {
            Some((name, _)) => name.trim_end_matches(':'),
            None => segment,
        };
        name.trim_end_matches(|character: char| character == '.' || character.is_whitespace())
    })
}

fn each_segment<'p>(path: &'p str, read: impl Fn(&'p str) -> &'p str) -> String {
    let mut out = String::with_capacity(path.len());
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            out.push('/');
        }
        out.push_str(read(segment));
    }
    out
}

/// The path with one slash in place of several, one at its end included, as nginx has it.
pub(super) fn with_slashes_merged(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !out.ends_with('/') {
            out.push(character);
        }
    }
    out
}

/// A path that begins with two slashes, without what a URL parser takes for a host
/// ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-4.2), network-path references).
pub(super) fn without_host(path: &str) -> Option<&str> {
    let behind = path.strip_prefix("//")?;
    Some(
        behind
            .find('/')
            .map_or("/", |end| behind.get(end..).unwrap_or_default()),
    )
}

/// What RFC 3986, section 3.3, lets a path hold unescaped, and the percent sign of an escape.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'%');

/// A path as it is usually written in URLs, with what is escaped already left alone.
pub(super) fn escaped(path: &str) -> Cow<'_, str> {
    match bytes_of_text(path) {
        Cow::Borrowed(bytes) => percent_encode(bytes, PATH).into(),
        Cow::Owned(bytes) => Cow::Owned(percent_encode(&bytes, PATH).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_round_of_decoding_is_one_round() {
        for (path, decoded) in [
            ("/a%2Fb", Some("/a/b")),
            ("/a%252Fb", Some("/a%2Fb")),
            ("/%u002e%U002E", Some("/..")),
            ("/%uFF0E", Some("/\u{FF0E}")),
            ("/a%zz%", None),
            ("/%%32e", Some("/%2e")),
            ("/%C3%BC", Some("/ü")),
            ("/plain", None),
        ] {
            assert_eq!(percent_decoded(path, true).as_deref(), decoded, "{path}");
        }
        assert_eq!(
            percent_decoded("/a%2Fb%5Cc%20", false).as_deref(),
            Some("/a%2Fb%5Cc ")
        );
        assert_eq!(percent_decoded("/a%2Fb", false), None);
    }

    #[test]
    fn characters_that_some_server_takes_for_ascii_are_folded() {
        for (path, plain) in [
            ("/ａｄｍｉｎ", Some("/admin")),
            ("／．．＼％２ｅ", Some("/..\\%2e")),
            ("/\u{2025}/\u{2024}\u{2026}", Some("/../....")),
            ("/a\u{2215}b\u{2216}c", Some("/a/b\\c")),
            ("/ü", None),
        ] {
            assert_eq!(folded(path, true).as_deref(), plain, "{path}");
        }
        assert_eq!(folded("/Ａ／Ｂ", false).as_deref(), Some("/A／B"));
    }

    #[test]
    fn a_path_is_the_same_however_much_of_it_is_decoded() {
        for (one, other) in [
            ("/a", "/a"),
            ("/a%20b", "/a b"),
            ("/a%2520b", "/a b"),
            ("/a+b", "/a b"),
            ("//a//b/", "/a/b"),
            ("/a%2Fb", "/a/b"),
            ("/", "/"),
            ("/%C3%BC", "/ü"),
        ] {
            assert!(
                is_same_path(one, other) && is_same_path(other, one),
                "{one} {other}"
            );
        }
        for (one, other) in [
            ("/a", "/b"),
            ("/a", "/a/b"),
            ("/a/../b", "/b"),
            ("/A", "/a"),
            ("/a;x", "/a"),
        ] {
            assert!(!is_same_path(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_path_loses_parameters_ends_and_host() {
        assert_eq!(without_parameters("/a;x=1/b;/;c/d"), "/a/b//d");
        assert_eq!(without_ends("/a. /b../c d"), "/a/b/c d");
        assert_eq!(without_ends("/a::$DATA/b:$I30:$X/c:d$"), "/a/b/c:d$");
        assert_eq!(with_slashes_merged("//a///b//"), "/a/b/");
        assert_eq!(without_host("//host/a/b"), Some("/a/b"));
        assert_eq!(without_host("//host"), Some("/"));
        assert_eq!(without_host("/a"), None);
    }

    #[test]
    fn what_a_url_s_path_may_not_hold_is_escaped_and_escapes_stay() {
        assert_eq!(escaped("/a%2Fb;c"), "/a%2Fb;c");
        assert_eq!(escaped("/ü|?"), "/%C3%BC%7C%3F");
    }
}
