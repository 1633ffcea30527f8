//! A table of values that are made when they are first needed.

use std::sync::OnceLock;

/// How many slots are allocated together.
const GROUP: usize = 64;

/// A fixed number of slots, each filled once. Slots are allocated in groups, when a value of the group
/// is first made: a table for many rules, of which few are used, costs what those few cost.
#[derive(Debug)]
pub struct Sparse<T> {
    groups: Vec<OnceLock<Box<[OnceLock<T>]>>>,
    length: usize,
}

impl<T> Sparse<T> {
    /// A table of `length` empty slots.
    #[must_use]
    pub fn new(length: usize) -> Self {
        let mut groups = Vec::new();
        groups.resize_with(length.div_ceil(GROUP), OnceLock::new);
        Self { groups, length }
    }

    /// The value of a slot; `None` where it is empty or does not exist.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.groups
            .get(index / GROUP)?
            .get()?
            .get(index % GROUP)?
            .get()
    }

    /// The value of a slot, made by `make` if it is empty; `None` where the slot does not exist. Of
    /// values made at the same time the first is kept.
    ///
    /// # Errors
    /// What `make` fails with. The slot stays empty.
    pub fn get_or_try_make<E>(
        &self,
        index: usize,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Option<&T>, E> {
        if let Some(value) = self.get(index) {
            return Ok(Some(value));
        }
        let Some(group) = self
            .groups
            .get(index / GROUP)
            .filter(|_| index < self.length)
        else {
            return Ok(None);
        };
        let value = make()?;
        let empty = || std::iter::repeat_with(OnceLock::new).take(GROUP).collect();
        let slot = group.get_or_init(empty).get(index % GROUP);
        Ok(slot.map(|slot| slot.get_or_init(|| value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_filled_once_and_stays_empty_where_making_fails() {
        let slots = Sparse::new(GROUP + 3);
        assert_eq!(slots.get(GROUP + 2), None);
        assert_eq!(
            slots.get_or_try_make(GROUP + 2, || Err("not yet")),
            Err("not yet")
        );
        assert_eq!(slots.get(GROUP + 2), None);
        assert_eq!(
            slots.get_or_try_make(GROUP + 2, || Ok::<_, ()>(7)),
            Ok(Some(&7))
        );
        assert_eq!(
            slots.get_or_try_make(GROUP + 2, || Ok::<_, ()>(8)),
            Ok(Some(&7))
        );
        assert_eq!(
            (slots.get(GROUP + 2), slots.get(GROUP + 1)),
            (Some(&7), None)
        );
    }

    #[test]
    fn there_is_no_slot_beyond_the_last() {
        for length in [0, 1, GROUP, GROUP + 3] {
            let slots = Sparse::new(length);
            assert_eq!(slots.get_or_try_make(length, || Ok::<_, ()>(1)), Ok(None));
            assert_eq!(slots.get(length), None);
        }
    }
}
