//! Percent-encoding as Go's [`net/url`](https://pkg.go.dev/net/url) does it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::text::{bytes_of_text, text_from_bytes};

/// What no part of a URL needs to escape: RFC 3986's unreserved characters.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

const USER_INFO: AsciiSet = UNRESERVED
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

const PATH: AsciiSet = USER_INFO.remove(b':').remove(b'/').remove(b'@');

const FRAGMENT: AsciiSet = PATH
    .remove(b'?')
    .remove(b'!')
    .remove(b'(')
    .remove(b')')
    .remove(b'*');

const HOST: AsciiSet = USER_INFO
    .remove(b':')
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'[')
    .remove(b']')
    .remove(b'<')
    .remove(b'>')
    .remove(b'"');

/// A blank becomes `+` afterwards.
const QUERY: AsciiSet = UNRESERVED.remove(b' ');

/// The part of a URL that a text stands in: each has characters of its own that need no escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    Host,
    Zone,
    UserInfo,
    Query,
    Fragment,
}

impl Part {
    /// The characters that must be escaped.
    fn escaped(self) -> &'static AsciiSet {
        match self {
            Self::Path => &PATH,
            Self::Host | Self::Zone => &HOST,
            Self::UserInfo => &USER_INFO,
            Self::Query => &QUERY,
            Self::Fragment => &FRAGMENT,
        }
    }

    fn must_escape(self, byte: u8) -> bool {
        percent_encode(&[byte], self.escaped())
            .next()
            .is_some_and(|text| text.len() > 1)
    }
}

/// Percent-encodes a text for a part of a URL; in a query a blank becomes `+`.
pub(crate) fn escape(text: &str, part: Part) -> Cow<'_, str> {
    let escaped = match bytes_of_text(text) {
        Cow::Borrowed(bytes) => Cow::from(percent_encode(bytes, part.escaped())),
        Cow::Owned(bytes) => Cow::Owned(percent_encode(&bytes, part.escaped()).to_string()),
    };
    if part == Part::Query && escaped.contains(' ') {
        return Cow::Owned(escaped.replace(' ', "+"));
    }
    escaped
}

/// Undoes [`escape`].
///
/// # Errors
/// A `%` without two hexadecimal digits, or a character that the part cannot hold.
pub(crate) fn unescape(text: &str, part: Part) -> Result<Cow<'_, str>, &'static str> {
    let host = matches!(part, Part::Host | Part::Zone);
    let plus = part == Part::Query && text.contains('+');
    if !(host || plus || text.contains('%')) {
        return Ok(Cow::Borrowed(text));
    }
    let text = bytes_of_text(text);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'%' => {
                let (value, behind) = hex_pair(rest).ok_or("invalid escape")?;
                rest = behind;
                // RFC 3986 lets a host escape only what is not ASCII; RFC 6874 adds `%25`.
                let fits = match part {
                    Part::Host => value >= 0x80 || value == b'%',
                    Part::Zone => value == b'%' || value == b' ' || !Part::Host.must_escape(value),
                    _ => true,
                };
                if !fits {
                    return Err("invalid escape in the host");
                }
                out.push(value);
            }
            b'+' if part == Part::Query => out.push(b' '),
            _ if host && byte < 0x80 && part.must_escape(byte) => {
                return Err("invalid character in the host");
            }
            _ => out.push(byte),
        }
    }
    Ok(Cow::Owned(text_from_bytes(&out).into_owned()))
}

/// Whether a text can stand in a part as it is: nothing in it still needs an escape.
pub(crate) fn is_escaped(text: &str, part: Part) -> bool {
    text.bytes()
        .all(|byte| b"!$&'()*+,;=:@[]%".contains(&byte) || !part.must_escape(byte))
}

fn hex_pair(text: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, behind @ ..] = text else {
        return None;
    };
    let high = char::from(*high).to_digit(16)?;
    let low = char::from(*low).to_digit(16)?;
    Some((u8::try_from(high << 4 | low).ok()?, behind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_escapes_a_path_as_go_does() {
        let escaped = [
            (
                "/a+b;c=d,e@f:g&h!$'()*~",
                "/a+b;c=d,e@f:g&h%21$%27%28%29%2A~",
            ),
            (
                "a\"b<c>d[e]f^g{h}i|j`k",
                "a%22b%3Cc%3Ed%5Be%5Df%5Eg%7Bh%7Di%7Cj%60k",
            ),
            ("/a%20b?", "/a%2520b%3F"),
            ("/ü \u{7f}", "/%C3%BC%20%7F"),
        ];
        for (path, want) in escaped {
            assert_eq!(escape(path, Part::Path), want);
        }
        assert_eq!(escape(&text_from_bytes(b"/\xFC"), Part::Path), "/%FC");
    }

    #[test]
    fn it_escapes_a_query_with_plus_for_a_blank() {
        assert_eq!(
            escape("a b+c&d=e/ü", Part::Query),
            "a+b%2Bc%26d%3De%2F%C3%BC"
        );
    }

    #[test]
    fn it_refuses_a_percent_sign_without_two_digits() {
        for text in ["%", "%a", "a%zz", "%%20", "a%2"] {
            assert!(unescape(text, Part::Path).is_err(), "{text}");
        }
        assert_eq!(unescape("%41+%42", Part::Path).unwrap(), "A+B");
        assert_eq!(unescape("%41+%42", Part::Query).unwrap(), "A B");
    }

    proptest! {
        #[test]
        fn what_was_escaped_comes_back(bytes: Vec<u8>) {
            let text = text_from_bytes(&bytes);
            for part in [Part::Path, Part::UserInfo, Part::Query, Part::Fragment] {
                let escaped = escape(&text, part);
                prop_assert!(escaped.is_ascii());
                prop_assert_eq!(unescape(&escaped, part).unwrap(), text.clone());
            }
        }

        #[test]
        fn unescaping_never_panics(text: String) {
            for part in [Part::Path, Part::Host, Part::Zone, Part::UserInfo, Part::Query, Part::Fragment] {
                let _ = unescape(&text, part);
            }
        }
    }
}
