//! Where packed rules lie.

use std::{fmt::Debug, io};

/// A file that stays open, or bytes at hand.
pub trait PackedBytes: Debug + Send + Sync {
    /// How many bytes there are.
    ///
    /// # Errors
    /// A file that cannot be asked.
    fn size(&self) -> io::Result<u64>;

    /// Reads the bytes from `offset` on that fill `into`.
    ///
    /// # Errors
    /// Fewer bytes than that, or a file that cannot be read.
    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl PackedBytes for Vec<u8> {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let part = usize::try_from(offset)
            .ok()
            .and_then(|begin| self.get(begin..begin.checked_add(into.len())?))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(part);
        Ok(())
    }
}
