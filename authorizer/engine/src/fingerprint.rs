//! What tells one thing that was asked or made from another, without holding it.

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256 of texts: equal for equal texts only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of texts, of which each counts for itself: `ab` and `c` are not `a` and `bc`.
    pub(crate) fn of<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut context = Context::new(&SHA256);
        for text in texts {
            let text = text.as_ref();
            context.update(&text.len().to_le_bytes());
            context.update(text);
        }
        let mut hash = [0; 32];
        for (byte, hashed) in hash.iter_mut().zip(context.finish().as_ref()) {
            *byte = *hashed;
        }
        Self(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_texts_apart_by_where_they_end() {
        assert_eq!(Fingerprint::of(["ab", "c"]), Fingerprint::of(["ab", "c"]));
        assert_ne!(Fingerprint::of(["ab", "c"]), Fingerprint::of(["a", "bc"]));
        assert_ne!(Fingerprint::of(["ab"]), Fingerprint::of(["ab", ""]));
    }
}
