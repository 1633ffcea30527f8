//! Places for values that are made when they are first needed.

use std::sync::OnceLock;

/// How many places get their memory together.
const GROUP: usize = 64;

/// A fixed number of places, each filled once. Places take memory in groups, when a value of the group
/// is first made: a table for many rules, of which few are asked for, costs what those few cost.
#[derive(Debug)]
pub struct Sparse<T> {
    groups: Vec<OnceLock<Box<[OnceLock<T>]>>>,
    length: usize,
}

impl<T> Sparse<T> {
    /// So many places, all empty.
    #[must_use]
    pub fn new(length: usize) -> Self {
        let mut groups = Vec::new();
        groups.resize_with(length.div_ceil(GROUP), OnceLock::new);
        Self { groups, length }
    }

    /// The value of a place; `None` where it is empty or there is no such place.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&T> {
        self.groups
            .get(place / GROUP)?
            .get()?
            .get(place % GROUP)?
            .get()
    }

    /// The value of a place, made by `make` where it is empty; `None` where there is no such place. Of
    /// several who make one at the same time the first is kept.
    ///
    /// # Errors
    /// What `make` fails with. The place stays empty.
    pub fn get_or_try_make<E>(
        &self,
        place: usize,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Option<&T>, E> {
        if let Some(value) = self.get(place) {
            return Ok(Some(value));
        }
        let Some(group) = self
            .groups
            .get(place / GROUP)
            .filter(|_| place < self.length)
        else {
            return Ok(None);
        };
        let value = make()?;
        let empty = || std::iter::repeat_with(OnceLock::new).take(GROUP).collect();
        let slot = group.get_or_init(empty).get(place % GROUP);
        Ok(slot.map(|slot| slot.get_or_init(|| value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_filled_once_and_stays_empty_where_making_fails() {
        let places = Sparse::new(GROUP + 3);
        assert_eq!(places.get(GROUP + 2), None);
        assert_eq!(
            places.get_or_try_make(GROUP + 2, || Err("not yet")),
            Err("not yet")
        );
        assert_eq!(places.get(GROUP + 2), None);
        assert_eq!(
            places.get_or_try_make(GROUP + 2, || Ok::<_, ()>(7)),
            Ok(Some(&7))
        );
        assert_eq!(
            places.get_or_try_make(GROUP + 2, || Ok::<_, ()>(8)),
            Ok(Some(&7))
        );
        assert_eq!(
            (places.get(GROUP + 2), places.get(GROUP + 1)),
            (Some(&7), None)
        );
    }

    #[test]
    fn there_is_no_place_beyond_the_last() {
        for length in [0, 1, GROUP, GROUP + 3] {
            let places = Sparse::new(length);
            assert_eq!(places.get_or_try_make(length, || Ok::<_, ()>(1)), Ok(None));
            assert_eq!(places.get(length), None);
        }
    }
}
