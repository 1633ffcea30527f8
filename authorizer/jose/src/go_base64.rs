//! Base64 as Go decodes it: line breaks are skipped, and the spare bits of the last character may be set.

use std::borrow::Cow;

use base64::{
    DecodeError, Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);

/// `base64.StdEncoding`.
const PADDED: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);

/// `base64.RawURLEncoding`.
const RAW_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    CONFIG.with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Decodes base64 with padding.
///
/// # Errors
/// A character outside the alphabet, or wrong padding.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    PADDED.decode(without_line_breaks(text).as_bytes())
}

/// Decodes base64url without padding.
///
/// # Errors
/// A character outside the alphabet, or padding.
pub(super) fn decode_url(text: &str) -> Result<Vec<u8>, DecodeError> {
    RAW_URL.decode(without_line_breaks(text).as_bytes())
}

fn without_line_breaks(text: &str) -> Cow<'_, str> {
    if text.contains(['\r', '\n']) {
        Cow::Owned(text.replace(['\r', '\n'], ""))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_spare_bits_are_ignored_and_other_alphabets_refused() {
        for text in ["+/8=", "+\r\n/8\n=", "+/9="] {
            assert_eq!(decode(text).as_deref(), Ok(&[0xfb, 0xff][..]), "{text:?}");
        }
        for text in ["+/8", "-_8=", "+ /8=", "+/8=="] {
            assert!(decode(text).is_err(), "{text:?}");
        }
        for text in ["-_8", "-\r\n_8\n", "-_9"] {
            assert_eq!(
                decode_url(text).as_deref(),
                Ok(&[0xfb, 0xff][..]),
                "{text:?}"
            );
        }
        for text in ["-_8=", "+/8", "- _8", "-"] {
            assert!(decode_url(text).is_err(), "{text:?}");
        }
    }
}
