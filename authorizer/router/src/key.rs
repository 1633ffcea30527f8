//! Compares texts of the index with a key, without concatenating the key.

use std::cmp::Ordering;

/// A key in parts, which need not be concatenated.
pub(crate) type Parts<'k> = [&'k [u8]; 3];

/// The order of a text relative to a key, and how many bytes their common prefix has; the first `known`
/// bytes are known to be equal.
pub(crate) fn compare(text: &[u8], key: Parts<'_>, known: usize) -> (Ordering, usize) {
    let mut at = 0;
    for part in key {
        let skipped = known.saturating_sub(at).min(part.len());
        let part = part.get(skipped..).unwrap_or_default();
        at += skipped;
        let rest = text.get(at..).unwrap_or_default();
        let common = common_length(rest, part);
        at += common;
        if let Some(wanted) = part.get(common) {
            // A text that ends within the key is a prefix of it, and sorts before it.
            return (rest.get(common).cmp(&Some(wanted)), at);
        }
    }
    (text.len().cmp(&at), at)
}

fn common_length(one: &[u8], other: &[u8]) -> usize {
    // Eight bytes at a time where there are as many.
    let (ones, others) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    let same = ones
        .iter()
        .zip(others)
        .take_while(|(one, other)| one == other);
    let eights = same.count() * 8;
    let rest = |bytes| <[u8]>::get(bytes, eights..).unwrap_or_default();
    let same = rest(one)
        .iter()
        .zip(rest(other))
        .take_while(|(one, other)| one == other);
    eights + same.count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_in_parts_sorts_as_the_whole_whatever_is_known_of_it(
            text in "[ab]{0,20}",
            parts in prop::array::uniform3("[ab]{0,9}"),
            known in any::<prop::sample::Index>(),
        ) {
            let whole = parts.concat();
            let common = text.bytes().zip(whole.bytes()).take_while(|(one, other)| one == other).count();
            let key = [0, 1, 2].map(|part| parts[part].as_bytes());
            let found = compare(text.as_bytes(), key, known.index(common + 1));
            prop_assert_eq!(found, (text.cmp(&whole), common));
        }
    }
}
