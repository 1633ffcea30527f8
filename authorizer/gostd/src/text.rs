//! Go's strings hold any bytes; ours hold Unicode. This is the bridge between them.
//!
//! A byte outside of valid UTF-8 becomes a placeholder, one private-use character (`0x80` … `0xFF` become
//! U+F780 … U+F7FF), and characters of that range are themselves taken apart into bytes, so that
//! every text leads back to exactly the bytes it came from.

use std::borrow::Cow;

const FIRST: u32 = 0xF780;
const LAST: u32 = 0xF7FF;

/// Reads bytes from the outside, such as a header's value, into text.
#[must_use]
pub fn text_from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !has_placeholder(text)
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_placeholder(character) {
                out.push_str(&bytes_of_placeholder(character));
            } else {
                out.push(character);
            }
        }
        out.extend(chunk.invalid().iter().copied().filter_map(placeholder));
    }
    Cow::Owned(out)
}

/// The bytes that a text represents, as they are sent.
#[must_use]
pub fn bytes_of_text(text: &str) -> Cow<'_, [u8]> {
    if !has_placeholder(text) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        match u8::try_from(u32::from(character).wrapping_sub(FIRST - 0x80)) {
            Ok(byte) if is_placeholder(character) => out.push(byte),
            _ => out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    Cow::Owned(out)
}

/// The first byte of each placeholder in UTF-8; few other characters have it.
const FIRST_BYTE: u8 = 0xEF;

fn has_placeholder(text: &str) -> bool {
    text.as_bytes().contains(&FIRST_BYTE) && text.chars().any(is_placeholder)
}

/// Whether a character is the placeholder of a byte.
pub(crate) fn is_placeholder(character: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(character))
}

/// A character of the placeholders' range as the placeholders of its own bytes.
pub(crate) fn bytes_of_placeholder(character: char) -> String {
    let mut buffer = [0; 4];
    let bytes = character.encode_utf8(&mut buffer).bytes();
    bytes.filter_map(placeholder).collect()
}

/// Text from a source that knows no placeholders, such as JSON: its characters of that range are
/// taken apart into bytes.
pub(crate) fn bridged(text: &str) -> Cow<'_, str> {
    if has_placeholder(text) {
        text_from_bytes(text.as_bytes())
    } else {
        Cow::Borrowed(text)
    }
}

fn placeholder(byte: u8) -> Option<char> {
    char::from_u32(FIRST - 0x80 + u32::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_keeps_valid_text_as_it_is() {
        assert!(matches!(
            text_from_bytes("a ü 😀".as_bytes()),
            Cow::Borrowed("a ü 😀")
        ));
        assert!(matches!(bytes_of_text("a ü 😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn it_carries_a_byte_that_is_no_utf_8() {
        let text = text_from_bytes(b"/\xFC/\xC3\xBC");
        assert_eq!(text.chars().count(), 4);
        assert_eq!(&*bytes_of_text(&text), b"/\xFC/\xC3\xBC");
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(bytes: Vec<u8>) {
            let text = text_from_bytes(&bytes);
            prop_assert_eq!(&*bytes_of_text(&text), &bytes[..]);
        }

        #[test]
        fn characters_of_the_placeholder_range_come_back(text in "[\u{F77E}-\u{F802}a]{0,8}") {
            let read = text_from_bytes(text.as_bytes());
            prop_assert_eq!(&*bytes_of_text(&read), text.as_bytes());
        }
    }
}
