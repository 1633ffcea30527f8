//! Reads text files as people's editors write them: UTF-8, with or without a byte order mark.
//!
//! [RFC 8259, section 8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1) allows a reader to ignore
//! the mark, which some editors write.

use thiserror::Error;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Why the bytes of a file are not text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum EncodingError {
    /// UTF-16, which some editors and shells on Windows write.
    #[error("it is encoded in UTF-16: save it in UTF-8")]
    Utf16,
    /// Another encoding, or binary data.
    #[error("it is not text in UTF-8")]
    NotUtf8,
}

/// The text of a file, with a byte order mark removed.
///
/// # Errors
/// Bytes that are not UTF-8.
pub fn text_of_file(bytes: Vec<u8>) -> Result<String, EncodingError> {
    if is_utf16(&bytes) {
        return Err(EncodingError::Utf16);
    }
    let mut text = String::from_utf8(bytes).map_err(|_| EncodingError::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        text.drain(..MARK.len());
    }
    Ok(text)
}

/// The same text with a byte order mark removed.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// Whether a text is encoded in UTF-16: it begins with UTF-16's byte order mark, or with an ASCII
/// character next to a NUL.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [0, character, ..] | [character, 0, ..] => character.is_ascii() && *character != 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_byte_order_mark_is_removed() {
        for text in ["{}", "\u{feff}{}"] {
            assert_eq!(text_of_file(text.into()).as_deref(), Ok("{}"));
            assert_eq!(without_mark(text.as_bytes()), b"{}");
        }
        assert_eq!(text_of_file(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn utf_16_is_recognised_with_and_without_a_mark() {
        for text in ["{}", "\u{feff}{}"] {
            for unit in [u16::to_le_bytes, u16::to_be_bytes] {
                let refused = text_of_file(utf16(text, unit));
                assert_eq!(refused, Err(EncodingError::Utf16), "{text}");
            }
        }
        assert_eq!(text_of_file(vec![b'{', 0xE4]), Err(EncodingError::NotUtf8));
    }
}
