//! The bytes of packed rules.

#[cfg(unix)]
use std::fs::File;
use std::{fmt::Debug, io, path::Path, sync::Arc};

/// A file that stays open, or bytes in memory.
pub trait PackedBytes: Debug + Send + Sync {
    /// How many bytes there are.
    ///
    /// # Errors
    /// A file whose size cannot be read.
    fn size(&self) -> io::Result<u64>;

    /// Fills `into` with the bytes from `offset` on.
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

/// A file that stays open: a rule is read when it is needed.
#[cfg(unix)]
impl PackedBytes for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, into, offset)
    }
}

/// Opens a file of packed rules; `None` where there is none.
///
/// # Errors
/// A file that exists and cannot be opened.
pub(crate) fn open(path: &Path) -> io::Result<Option<Arc<dyn PackedBytes>>> {
    #[cfg(unix)]
    let opened = File::open(path);
    // Elsewhere no file is read at an offset without a lock.
    #[cfg(not(unix))]
    let opened = std::fs::read(path);
    match opened {
        Ok(bytes) => Ok(Some(Arc::new(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
