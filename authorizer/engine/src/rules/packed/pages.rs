//! The part of packed rules that grows with their number: read and checked page by page, when a
//! request first needs it.
//!
//! Every page has a checksum, and the checksums lie in pages that have checksums of their own, the
//! roots. Whoever knows the roots to be right knows it of every page that is read, and needs to read
//! no other: a tree of sums as in Linux's
//! [dm-verity](https://docs.kernel.org/admin-guide/device-mapper/verity.html), against damage alone.

use std::{borrow::Cow, ops::Range, sync::Arc};

use oathgate_router::Sparse;

use super::{PackedBytes, PackedError, number};

/// How long a page is; the last one is shorter.
const PAGE: usize = 4096;

/// How long a checksum is.
const SUM: usize = 4;

/// The pages, and what they sum up to.
#[derive(Debug)]
pub(super) struct Pages {
    bytes: Arc<dyn PackedBytes>,
    roots: Vec<u8>,
    sums: Region,
    body: Region,
}

/// Pages that lie behind each other, kept once they were read.
#[derive(Debug)]
struct Region {
    offset: u64,
    length: usize,
    kept: Sparse<Box<[u8]>>,
}

/// What is written of pages beside them.
pub(super) struct Sums {
    /// The checksum of every page.
    pub(super) sums: Vec<u8>,
    /// The checksum of every page of checksums.
    pub(super) roots: Vec<u8>,
}

impl Sums {
    /// Sums up what is to be read in pages.
    pub(super) fn of(body: &[u8]) -> Self {
        let sum_up = |bytes: &[u8]| -> Vec<u8> {
            let pages = bytes.chunks(PAGE);
            pages
                .flat_map(|page| crc32fast::hash(page).to_le_bytes())
                .collect()
        };
        let sums = sum_up(body);
        Self {
            roots: sum_up(&sums),
            sums,
        }
    }

    /// How long checksums and roots of so many bytes are.
    pub(super) fn lengths(body: usize) -> (usize, usize) {
        let sums = body.div_ceil(PAGE) * SUM;
        (sums, sums.div_ceil(PAGE) * SUM)
    }
}

impl Pages {
    /// `length` bytes behind their checksums, which begin at `offset`.
    pub(super) fn new(
        bytes: Arc<dyn PackedBytes>,
        offset: u64,
        length: usize,
        roots: Vec<u8>,
    ) -> Self {
        let (sums, _) = Sums::lengths(length);
        Self {
            bytes,
            roots,
            sums: Region::new(offset, sums),
            body: Region::new(offset.saturating_add(sums as u64), length),
        }
    }

    /// Some of the bytes. The pages they lie in are kept.
    ///
    /// # Errors
    /// Bytes that are not there, cannot be read, or were changed.
    pub(super) fn get(&self, place: Range<usize>) -> Result<Cow<'_, [u8]>, PackedError> {
        let page = place.start / PAGE;
        let within = place.start % PAGE;
        if place.len() <= PAGE - within {
            let within = within..within + place.len();
            let page = self.kept(page)?;
            return page
                .get(within)
                .map(Cow::Borrowed)
                .ok_or(PackedError::Damaged);
        }
        self.collect(place, |page| self.kept(page).map(Cow::Borrowed))
            .map(Cow::Owned)
    }

    /// Some of the bytes, of which nothing is kept.
    ///
    /// # Errors
    /// As [`Pages::get`].
    pub(super) fn copy(&self, place: Range<usize>) -> Result<Vec<u8>, PackedError> {
        self.collect(place, |page| match self.body.kept.get(page) {
            Some(kept) => Ok(Cow::Borrowed(&**kept)),
            None => self
                .body
                .read(&*self.bytes, page, self.sum(page)?)
                .map(Cow::Owned),
        })
    }

    fn collect<'a>(
        &'a self,
        place: Range<usize>,
        page: impl Fn(usize) -> Result<Cow<'a, [u8]>, PackedError>,
    ) -> Result<Vec<u8>, PackedError> {
        if place.end > self.body.length {
            return Err(PackedError::Damaged);
        }
        let mut found = Vec::with_capacity(place.len());
        let mut at = place.start;
        while at < place.end {
            let (number, within) = (at / PAGE, at % PAGE);
            let end = PAGE.min(within + (place.end - at));
            let page = page(number)?;
            let part = page.get(within..end).ok_or(PackedError::Damaged)?;
            found.extend_from_slice(part);
            at += part.len();
        }
        Ok(found)
    }

    fn kept(&self, page: usize) -> Result<&[u8], PackedError> {
        self.body.get(&*self.bytes, page, || self.sum(page))
    }

    /// What a page sums up to.
    fn sum(&self, page: usize) -> Result<u32, PackedError> {
        let place = page.saturating_mul(SUM);
        let root = place / PAGE;
        let sums = self
            .sums
            .get(&*self.bytes, root, || sum_at(&self.roots, root * SUM))?;
        sum_at(sums, place % PAGE)
    }
}

impl Region {
    fn new(offset: u64, length: usize) -> Self {
        Self {
            offset,
            length,
            kept: Sparse::new(length.div_ceil(PAGE)),
        }
    }

    /// A page that is known to be right, read unless it was before.
    fn get(
        &self,
        bytes: &dyn PackedBytes,
        page: usize,
        sum: impl FnOnce() -> Result<u32, PackedError>,
    ) -> Result<&[u8], PackedError> {
        let read = || self.read(bytes, page, sum()?).map(Vec::into_boxed_slice);
        let kept = self.kept.get_or_try_make(page, read)?;
        kept.map(|kept| &**kept).ok_or(PackedError::Damaged)
    }

    fn read(&self, bytes: &dyn PackedBytes, page: usize, sum: u32) -> Result<Vec<u8>, PackedError> {
        let begin = page.saturating_mul(PAGE);
        let mut read = vec![0; self.length.saturating_sub(begin).min(PAGE)];
        bytes.read(self.offset.saturating_add(begin as u64), &mut read)?;
        if crc32fast::hash(&read) == sum {
            Ok(read)
        } else {
            Err(PackedError::Damaged)
        }
    }
}

fn sum_at(sums: &[u8], at: usize) -> Result<u32, PackedError> {
    let sum = sums.get(at..).and_then(|rest| rest.first_chunk::<SUM>());
    sum.map(|sum| number(sum)).ok_or(PackedError::Damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at * 31 % 251) as u8).collect()
    }

    /// Pages behind eight bytes of something else, with `flipped` changed.
    fn pages(body: &[u8], flipped: Option<usize>) -> Pages {
        let Sums { sums, roots } = Sums::of(body);
        let mut bytes = [&[7; 8], &*sums, body].concat();
        if let Some(at) = flipped {
            bytes[8 + at] ^= 1;
        }
        Pages::new(Arc::new(bytes), 8, body.len(), roots)
    }

    proptest! {
        #[test]
        fn it_gives_what_lies_in_one_page_and_across_several(
            length in prop::sample::select(vec![0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 5]),
            from in 0..4 * PAGE,
            count in 0..3 * PAGE,
        ) {
            let body = body(length);
            let pages = pages(&body, None);
            let place = from..from + count;
            match body.get(place.clone()) {
                // An empty piece behind the last page has nothing to be read from.
                Some([]) => {}
                Some(expected) => {
                    prop_assert_eq!(&*pages.get(place.clone()).unwrap(), expected);
                    prop_assert_eq!(pages.copy(place).unwrap(), expected);
                }
                None => {
                    prop_assert!(pages.get(place.clone()).is_err());
                    prop_assert!(pages.copy(place).is_err());
                }
            }
        }
    }

    #[test]
    fn a_changed_byte_is_found_out_with_the_pages_it_concerns_and_no_others() {
        // More pages than one page of sums has room for.
        let body = body((PAGE / SUM + 2) * PAGE);
        let is_damaged = |pages: &Pages, page: usize| {
            let place = page * PAGE..page * PAGE + 3;
            let copied = pages.copy(place.clone());
            let found = pages.get(place);
            assert_eq!(found.is_err(), copied.is_err());
            matches!(found, Err(PackedError::Damaged))
        };
        let (sums, _) = Sums::lengths(body.len());
        let last = PAGE / SUM + 1;
        for (flipped, damaged) in [
            (None, [false, false, false]),
            (Some(sums + PAGE), [false, true, false]),
            (Some(SUM), [true, true, false]),
            (Some(PAGE), [false, false, true]),
        ] {
            let pages = pages(&body, flipped);
            assert_eq!(
                [0, 1, last].map(|page| is_damaged(&pages, page)),
                damaged,
                "{flipped:?}"
            );
        }
    }
}
