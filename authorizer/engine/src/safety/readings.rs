//! The paths that servers could read in place of one.

use oathgate_gostd::bytes_of_text;

use super::{
    UnsafePath,
    dot_segments::has_dot_segment,
    policy::Treatment,
    spelling::{
        folded, percent_decoded, with_slashes_merged, without_ends, without_host,
        without_parameters,
    },
};

/// How often a path may be percent-encoded; nobody needs more than once or twice.
const MAX_ROUNDS: u8 = 4;

/// How many readings a path may have: nobody needs more than a few, and each is matched with the rules.
const MAX_READINGS: usize = 64;

/// What decoding does with escaped slashes and backslashes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slashes {
    /// A path that has one is refused.
    Refused,
    /// They are decoded like everything else.
    Decoded,
    /// They stay as they are.
    Kept,
}

/// The paths that some server could read in place of this one, itself included.
///
/// # Errors
/// What no path should hold, in any reading.
pub(super) fn readings(path: &str, encoded_slashes: Treatment) -> Result<Vec<String>, UnsafePath> {
    match encoded_slashes {
        Treatment::Refuse => Readings::of(path, Slashes::Refused),
        Treatment::Allow => {
            // A dot segment between encoded slashes is one all the same.
            Readings::of(path, Slashes::Decoded)?;
            Readings::of(path, Slashes::Kept)
        }
    }
}

struct Readings {
    slashes: Slashes,
    found: Vec<String>,
}

impl Readings {
    fn of(path: &str, slashes: Slashes) -> Result<Vec<String>, UnsafePath> {
        let found = Vec::new();
        let mut readings = Self { slashes, found };
        readings.explore(path, MAX_ROUNDS)?;
        Ok(readings.found)
    }

    /// Adds a spelling, and every one that some server makes of it.
    fn explore(&mut self, text: &str, rounds: u8) -> Result<(), UnsafePath> {
        if self.found.iter().any(|known| known == text) {
            return Ok(());
        }
        check_spelling(text)?;
        if self.found.len() == MAX_READINGS {
            return Err(UnsafePath::Nested);
        }
        self.found.push(text.to_owned());
        if let Some(decoded) = percent_decoded(text, self.slashes != Slashes::Kept) {
            let rounds = rounds.checked_sub(1).ok_or(UnsafePath::Nested)?;
            self.explore(&decoded, rounds)?;
            if self.slashes == Slashes::Refused && count_slashes(&decoded) > count_slashes(text) {
                return Err(UnsafePath::Slash);
            }
        }
        if let Some(plain) = folded(text, self.slashes != Slashes::Kept) {
            self.explore(&plain, rounds)?;
        }
        self.explore(&without_parameters(text), rounds)?;
        self.explore(&without_ends(text), rounds)?;
        // Whoever builds a URL from a path ends it here.
        self.explore(text.split(['?', '#']).next().unwrap_or_default(), rounds)?;
        if let Some(path) = without_host(text) {
            self.explore(path, rounds)?;
            self.explore(&format!("/{}", text.trim_start_matches('/')), rounds)?;
        }
        self.explore(&with_slashes_merged(text), rounds)?;
        Ok(())
    }
}

fn count_slashes(path: &str) -> usize {
    path.bytes()
        .filter(|byte| matches!(byte, b'/' | b'\\'))
        .count()
}

/// What a path must not hold at any stage of decoding.
fn check_spelling(text: &str) -> Result<(), UnsafePath> {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(UnsafePath::Control);
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(UnsafePath::Replaced);
    }
    if has_overlong_form(&bytes_of_text(text)) {
        return Err(UnsafePath::Overlong);
    }
    if has_dot_segment(text) {
        return Err(UnsafePath::DotSegment);
    }
    Ok(())
}

/// Whether bytes spell a character in more bytes than it needs
/// ([RFC 3629](https://www.rfc-editor.org/rfc/rfc3629#section-3)), in two to seven of them. Lax decoders look
/// at the first byte alone, so that what follows `C0` and `C1` does not matter.
fn has_overlong_form(bytes: &[u8]) -> bool {
    let longer = |pair: &[u8]| {
        matches!(
            pair,
            [0xE0, 0x80..=0x9F]
                | [0xF0, 0x80..=0x8F]
                | [0xF8, 0x80..=0x87]
                | [0xFC, 0x80..=0x83]
                | [0xFE | 0xFF, 0x80..=0xBF]
        )
    };
    bytes.iter().any(|byte| matches!(byte, 0xC0 | 0xC1)) || bytes.windows(2).any(longer)
}
