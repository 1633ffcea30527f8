//! The parts of packed rules that grow with the number of rules: read and checked page by page, when a
//! request first needs them.
//!
//! Every page has a checksum, and the checksums are in pages that have checksums of their own, the
//! roots. With the roots known to be right, a page can be verified without reading any other page of
//! rules: a hash tree as in Linux's
//! [dm-verity](https://docs.kernel.org/admin-guide/device-mapper/verity.html), but only against damage.

use std::{borrow::Cow, ops::Range, sync::Arc};

use oathgate_router::Sparse;

use crate::{PackedBytes, PackedError, header::number};

/// The length of a page; the last one may be shorter.
const PAGE: usize = 4096;

/// The length of a checksum.
const CHECKSUM: usize = 4;

/// The pages and their checksums.
#[derive(Debug)]
pub(crate) struct Pages {
    bytes: Arc<dyn PackedBytes>,
    roots: Vec<u8>,
    checksums: Region,
    body: Region,
}

/// Consecutive pages, kept once they were read.
#[derive(Debug)]
struct Region {
    offset: u64,
    length: usize,
    kept: Sparse<Box<[u8]>>,
}

/// What is written along with the pages.
pub(crate) struct Checksums {
    /// The checksum of every page.
    pub(crate) checksums: Vec<u8>,
    /// The checksum of every page of checksums.
    pub(crate) roots: Vec<u8>,
}

impl Checksums {
    /// The checksums of what is read in pages.
    pub(crate) fn of(body: &[u8]) -> Self {
        let checksums_of = |bytes: &[u8]| -> Vec<u8> {
            let pages = bytes.chunks(PAGE);
            pages
                .flat_map(|page| crc32fast::hash(page).to_le_bytes())
                .collect()
        };
        let checksums = checksums_of(body);
        Self {
            roots: checksums_of(&checksums),
            checksums,
        }
    }

    /// The lengths of the checksums and of the roots of so many bytes.
    pub(crate) fn lengths(body: usize) -> (usize, usize) {
        let checksums = body.div_ceil(PAGE) * CHECKSUM;
        (checksums, checksums.div_ceil(PAGE) * CHECKSUM)
    }
}

impl Pages {
    /// `length` bytes that follow their checksums, which start at `offset`.
    pub(crate) fn new(
        bytes: Arc<dyn PackedBytes>,
        offset: u64,
        length: usize,
        roots: Vec<u8>,
    ) -> Self {
        let (checksums, _) = Checksums::lengths(length);
        Self {
            bytes,
            roots,
            checksums: Region::new(offset, checksums),
            body: Region::new(offset.saturating_add(checksums as u64), length),
        }
    }

    /// A range of the bytes. Its pages are kept.
    ///
    /// # Errors
    /// Bytes that do not exist, cannot be read, or were changed.
    pub(crate) fn get(&self, range: Range<usize>) -> Result<Cow<'_, [u8]>, PackedError> {
        let page = range.start / PAGE;
        let within = range.start % PAGE;
        if range.len() <= PAGE - within {
            let within = within..within + range.len();
            let page = self.kept(page)?;
            return page
                .get(within)
                .map(Cow::Borrowed)
                .ok_or(PackedError::Damaged);
        }
        self.collect(range, |page| self.kept(page).map(Cow::Borrowed))
            .map(Cow::Owned)
    }

    /// A range of the bytes. Pages that are read for it are not kept.
    ///
    /// # Errors
    /// As [`Pages::get`].
    pub(crate) fn copy(&self, range: Range<usize>) -> Result<Vec<u8>, PackedError> {
        self.collect(range, |page| match self.body.kept.get(page) {
            Some(kept) => Ok(Cow::Borrowed(&**kept)),
            None => self
                .body
                .read(&*self.bytes, page, self.checksum(page)?)
                .map(Cow::Owned),
        })
    }

    fn collect<'a>(
        &'a self,
        range: Range<usize>,
        page: impl Fn(usize) -> Result<Cow<'a, [u8]>, PackedError>,
    ) -> Result<Vec<u8>, PackedError> {
        if range.end > self.body.length {
            return Err(PackedError::Damaged);
        }
        let mut found = Vec::with_capacity(range.len());
        let mut at = range.start;
        while at < range.end {
            let (number, within) = (at / PAGE, at % PAGE);
            let end = PAGE.min(within + (range.end - at));
            let page = page(number)?;
            let part = page.get(within..end).ok_or(PackedError::Damaged)?;
            found.extend_from_slice(part);
            at += part.len();
        }
        Ok(found)
    }

    fn kept(&self, page: usize) -> Result<&[u8], PackedError> {
        self.body.get(&*self.bytes, page, || self.checksum(page))
    }

    /// The checksum that a page must have.
    fn checksum(&self, page: usize) -> Result<u32, PackedError> {
        let offset = page.saturating_mul(CHECKSUM);
        let root = offset / PAGE;
        let checksums = self.checksums.get(&*self.bytes, root, || {
            checksum_at(&self.roots, root * CHECKSUM)
        })?;
        checksum_at(checksums, offset % PAGE)
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

    /// A verified page, read unless it is kept.
    fn get(
        &self,
        bytes: &dyn PackedBytes,
        page: usize,
        checksum: impl FnOnce() -> Result<u32, PackedError>,
    ) -> Result<&[u8], PackedError> {
        let read = || {
            self.read(bytes, page, checksum()?)
                .map(Vec::into_boxed_slice)
        };
        let kept = self.kept.get_or_try_make(page, read)?;
        kept.map(|kept| &**kept).ok_or(PackedError::Damaged)
    }

    fn read(
        &self,
        bytes: &dyn PackedBytes,
        page: usize,
        checksum: u32,
    ) -> Result<Vec<u8>, PackedError> {
        let begin = page.saturating_mul(PAGE);
        let mut read = vec![0; self.length.saturating_sub(begin).min(PAGE)];
        bytes.read(self.offset.saturating_add(begin as u64), &mut read)?;
        if crc32fast::hash(&read) == checksum {
            Ok(read)
        } else {
            Err(PackedError::Damaged)
        }
    }
}

fn checksum_at(checksums: &[u8], at: usize) -> Result<u32, PackedError> {
    let bytes = checksums
        .get(at..)
        .and_then(|rest| rest.first_chunk::<CHECKSUM>());
    bytes.map(|bytes| number(bytes)).ok_or(PackedError::Damaged)
}

#[cfg(test)]
mod tests;
