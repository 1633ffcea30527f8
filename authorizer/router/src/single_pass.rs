//! Patterns that are simple enough to be matched in a single pass, without backtracking: literals,
//! alternatives of literals, and repetitions of a class whose end is unambiguous.
//!
//! They are encoded as operations that run as they are, so that nothing is parsed when a packaged index
//! is loaded. Only ASCII URLs without line feeds are matched in this way; the matcher has all others.

mod encode;
mod run;

pub(crate) use encode::{encode, find};
pub(crate) use run::{Event, run};

/// A literal that the pattern's own text contains: its offset and length.
const QUOTED: u8 = 0;
/// A literal: its length and bytes.
const TEXT: u8 = 1;
/// A repetition of a class: its ranges, limits, and the length of what follows.
const RUN: u8 = 2;
/// One of several literals.
const ONE_OF: u8 = 3;
/// The start of a capture group: its slot.
const OPEN: u8 = 4;
/// The end of the capture group that started last.
const CLOSE: u8 = 5;

/// The upper limit of an unlimited repetition.
const NO_LIMIT: u16 = u16::MAX;

/// Whether a URL can be matched in a single pass.
pub(crate) fn applies_to(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii() && byte != b'\n')
}
