//! Short digests to compare texts by.

use aws_lc_rs::digest::{SHA256, digest};

/// The first `length` bytes of a text's SHA-256, in hexadecimal.
#[must_use]
pub(crate) fn short_digest(text: &str, length: usize) -> String {
    digest(&SHA256, text.as_bytes())
        .as_ref()
        .iter()
        .take(length)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
