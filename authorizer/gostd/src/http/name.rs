//! Names of headers: Go's spelling, and which texts can be one.

use std::borrow::Cow;

/// A header's name as Go writes it: `x-user` becomes `X-User`; a name with a byte that no header
/// name can hold stays as it is.
///
/// See [`textproto.CanonicalMIMEHeaderKey`](https://pkg.go.dev/net/textproto#CanonicalMIMEHeaderKey).
#[must_use]
pub fn canonical_header_name(name: &str) -> Cow<'_, str> {
    if is_canonical(name) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    out.extend(canonical(name));
    Cow::Owned(out)
}

/// Writes a name as Go does behind a text.
pub(super) fn push_canonical(name: &str, out: &mut String) {
    if is_canonical(name) {
        out.push_str(name);
    } else {
        out.extend(canonical(name));
    }
}

/// Whether a name stays as it is.
fn is_canonical(name: &str) -> bool {
    let mut upper = true;
    let mut canonical = true;
    for byte in name.bytes() {
        if !is_token_byte(byte) {
            return true;
        }
        canonical &= if upper {
            !byte.is_ascii_lowercase()
        } else {
            !byte.is_ascii_uppercase()
        };
        upper = byte == b'-';
    }
    canonical
}

/// A name in Go's case; all of it can be in a name.
fn canonical(name: &str) -> impl Iterator<Item = char> {
    let mut upper = true;
    name.chars().map(move |character| {
        let written = if upper {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        };
        upper = character == '-';
        written
    })
}

/// RFC 9110 section 5.6.2: whether a text can name a header, a method or a cookie.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_token_byte(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-'
        | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_writes_names_as_go() {
        for (name, want) in [
            ("x-user-id", "X-User-Id"),
            ("ETAG", "Etag"),
            ("a b", "a b"),
            ("", ""),
            ("x_y-z", "X_y-Z"),
        ] {
            assert_eq!(canonical_header_name(name), want);
        }
    }

    proptest! {
        #[test]
        fn a_canonical_name_stays_as_it_is(name: String) {
            let canonical = canonical_header_name(&name);
            prop_assert_eq!(canonical_header_name(&canonical), canonical.clone());
            prop_assert!(canonical.eq_ignore_ascii_case(&name));
        }
    }
}
