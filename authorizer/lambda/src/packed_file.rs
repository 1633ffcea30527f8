//! Packed rules in a file that stays open: a rule is read from its place when it is needed.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use oathgate_engine::rules::PackedBytes;

use crate::PackageError;

/// An open file of packed rules.
#[derive(Debug)]
pub(crate) struct PackedFile(File);

impl PackedFile {
    /// Opens the file; `None` where there is none.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, PackageError> {
        match File::open(path) {
            Ok(file) => Ok(Some(Self(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(PackageError::Unreadable {
                file: PathBuf::from(path),
                error,
            }),
        }
    }
}

impl PackedBytes for PackedFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(into, offset)
    }
}
