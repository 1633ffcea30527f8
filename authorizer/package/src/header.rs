//! The layout of packed rules, and the header that describes it.
//!
//! Every number has four bytes, little-endian:
//!
//! | part | contents |
//! |---|---|
//! | `OATHGATE` | eight bytes |
//! | layout version | |
//! | six lengths | program version, configuration, manifest; table, routes, rules |
//! | checksum | CRC-32 of everything above and of the next four parts |
//! | program version | text |
//! | configuration | JSON |
//! | manifest | JSON |
//! | roots | CRC-32 of every page of checksums |
//! | checksums | CRC-32 of every page of what follows |
//! | table | for each rule, where it ends among the rules |
//! | routes | as `oathgate-router` lays them out |
//! | rules | JSON, one after the other |
//!
//! What grows with the number of rules comes after the roots, and is read and checked when a request
//! first needs it: a start costs the same for ten rules and for ten thousand.

use std::fmt;

use crate::{PackedBytes, PackedError};

const MAGIC: &[u8; 8] = b"OATHGATE";
const LAYOUT: u32 = 4;
/// The length of magic, layout version and lengths.
const FIXED: usize = 8 + 4 + 6 * NUMBER;
/// The length of a number.
pub(crate) const NUMBER: usize = 4;
/// The version of this program.
pub(crate) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The lengths of the parts, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) program: usize,
    pub(crate) config: usize,
    pub(crate) manifest: usize,
    pub(crate) table: usize,
    pub(crate) routes: usize,
    pub(crate) rules: usize,
}

/// A header that was read, with the checksum that it names.
pub(crate) struct Header {
    bytes: [u8; FIXED],
    checksum: u32,
    pub(crate) lengths: Lengths,
}

impl Header {
    /// The length of the header with its checksum.
    pub(crate) const SIZE: usize = FIXED + NUMBER;

    /// The header of parts of these lengths, of which `first` are those before the checksums.
    ///
    /// # Errors
    /// A part of more than four gibibytes.
    pub(crate) fn write(lengths: Lengths, first: &[u8]) -> Result<Vec<u8>, PackedError> {
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&LAYOUT.to_le_bytes());
        let Lengths {
            program,
            config,
            manifest,
            table,
            routes,
            rules,
        } = lengths;
        for length in [program, config, manifest, table, routes, rules] {
            header.extend_from_slice(&number_of(length)?);
        }
        let checksum = checksum(&header, first);
        header.extend_from_slice(&checksum.to_le_bytes());
        Ok(header)
    }

    /// Reads the header.
    ///
    /// # Errors
    /// Bytes of something else or of another layout, and bytes that cannot be read.
    pub(crate) fn read(bytes: &dyn PackedBytes, size: u64) -> Result<Self, PackedError> {
        let mut header = [0; Self::SIZE];
        if size < Self::SIZE as u64 {
            return Err(PackedError::Foreign);
        }
        bytes.read(0, &mut header)?;
        if !header.starts_with(MAGIC) {
            return Err(PackedError::Foreign);
        }
        let mut numbers = header
            .chunks_exact(NUMBER)
            .skip(MAGIC.len() / NUMBER)
            .map(number);
        let mut next = || numbers.next().unwrap_or_default();
        let layout = next();
        if layout != LAYOUT {
            let found = format!("layout {layout}");
            return Err(PackedError::Version { found });
        }
        let mut length = || usize::try_from(next()).map_err(|_| PackedError::TooLarge);
        let lengths = Lengths {
            program: length()?,
            config: length()?,
            manifest: length()?,
            table: length()?,
            routes: length()?,
            rules: length()?,
        };
        let checksum = next();
        let bytes = header.first_chunk().copied().ok_or(PackedError::Foreign)?;
        Ok(Self {
            bytes,
            checksum,
            lengths,
        })
    }

    /// Whether the checksum is that of the header and the parts up to the checksums.
    pub(crate) fn fits(&self, first: &[u8]) -> bool {
        checksum(&self.bytes, first) == self.checksum
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lengths.fmt(f)
    }
}

/// The checksum of two parts, one after the other.
fn checksum(header: &[u8], first: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(header);
    sum.update(first);
    sum.finalize()
}

/// A length as it is written.
///
/// # Errors
/// More than four gibibytes.
pub(crate) fn number_of(length: usize) -> Result<[u8; NUMBER], PackedError> {
    Ok(u32::try_from(length)
        .map_err(|_| PackedError::TooLarge)?
        .to_le_bytes())
}

/// A number as it was written.
pub(crate) fn number(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}
