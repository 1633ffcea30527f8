//! The numbers of capture groups.

use std::collections::BTreeSet;

/// The numbers and names of a pattern's groups, collected in a first pass. Unnamed groups are numbered
/// first, in order; named groups get the numbers that are left.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    numbers: BTreeSet<u32>,
    names: Vec<(String, u32)>,
    unnamed: u32,
}

impl Groups {
    /// Adds an unnamed group, and returns its number.
    pub(crate) fn add_unnamed(&mut self) -> u32 {
        self.unnamed += 1;
        self.numbers.insert(self.unnamed);
        self.unnamed
    }

    pub(crate) fn add_number(&mut self, number: u32) {
        self.numbers.insert(number);
    }

    pub(crate) fn add_name(&mut self, name: &str) {
        if self.number_of(name).is_none() {
            self.names.push((name.to_owned(), 0));
        }
    }

    /// Numbers the named groups, once all groups are collected.
    pub(crate) fn number_names(&mut self) {
        let mut next = self.unnamed + 1;
        for (_, number) in &mut self.names {
            while self.numbers.contains(&next) {
                next += 1;
            }
            *number = next;
            self.numbers.insert(next);
            next += 1;
        }
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        number == 0 || self.numbers.contains(&number)
    }

    pub(crate) fn number_of(&self, name: &str) -> Option<u32> {
        self.names
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, number)| *number)
    }

    /// The index of a group among the captures, without the gaps that explicit numbers leave.
    pub(crate) fn slot(&self, number: u32) -> usize {
        self.numbers.range(..number).count()
    }

    pub(crate) fn count(&self) -> usize {
        self.numbers.len()
    }
}
