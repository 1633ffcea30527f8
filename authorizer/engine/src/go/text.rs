//! Go's strings hold any bytes; ours hold Unicode. This is the bridge between them.
//!
//! A byte that belongs to no valid UTF-8 becomes one private-use character (`0x80` … `0xFF` become
//! U+F780 … U+F7FF), and characters of that range are themselves taken apart into bytes, so that
//! every text leads back to exactly the bytes it came from.

use std::borrow::Cow;

const FIRST: u32 = 0xF780;
const LAST: u32 = 0xF7FF;

/// Reads bytes from the outside, such as a header's value, into text.
#[must_use]
pub fn text_from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !has_stand_in(text)
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_stand_in(character) {
                let mut buffer = [0; 4];
                out.extend(
                    character
                        .encode_utf8(&mut buffer)
                        .bytes()
                        .filter_map(stand_in),
                );
            } else {
                out.push(character);
            }
        }
        out.extend(chunk.invalid().iter().copied().filter_map(stand_in));
    }
    Cow::Owned(out)
}

/// The bytes that a text stands for, as they go outside.
#[must_use]
pub fn bytes_of_text(text: &str) -> Cow<'_, [u8]> {
    if !has_stand_in(text) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        match u8::try_from(u32::from(character).wrapping_sub(FIRST - 0x80)) {
            Ok(byte) if is_stand_in(character) => out.push(byte),
            _ => out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    Cow::Owned(out)
}

/// What each of the stand-ins begins with in UTF-8, and next to nothing else does.
const FIRST_BYTE: u8 = 0xEF;

fn has_stand_in(text: &str) -> bool {
    text.as_bytes().contains(&FIRST_BYTE) && text.chars().any(is_stand_in)
}

/// Whether a character stands for a byte that is no UTF-8.
pub(super) fn is_stand_in(character: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(character))
}

fn stand_in(byte: u8) -> Option<char> {
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
        fn stand_ins_of_the_client_come_back(text in "[\u{F77E}-\u{F802}a]{0,8}") {
            let read = text_from_bytes(text.as_bytes());
            prop_assert_eq!(&*bytes_of_text(&read), text.as_bytes());
        }
    }
}
