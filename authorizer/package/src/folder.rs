//! Writes a package.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::files::{BOOTSTRAP, PACKED};

/// Why no package was written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The folder has other files.
    #[error("`{folder}` contains files that are not part of a package: use an empty or a new folder", folder = folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be written.
    #[error("cannot write `{file}`: {error}", file = file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// The files of a package, each with its name while it is being written. The folder may have no others.
const CONTENT: [(&str, &str); 2] = [
    (PACKED, ".gate.packed.partial"),
    (BOOTSTRAP, ".bootstrap.partial"),
];

/// Writes a package of packed rules and the function's program, in place of an earlier package.
///
/// A folder with a `bootstrap` is a whole package at every moment: both files are written under other
/// names, the old `bootstrap` is removed first, and the new one is renamed last.
///
/// # Errors
/// A folder with other files, which is left alone, and a file that cannot be written.
pub fn write_folder(folder: &Path, packed: &[u8], bootstrap: &[u8]) -> Result<(), WriteError> {
    prepare(folder)?;
    let written = write(folder, packed, bootstrap);
    if written.is_err() {
        for (_, partial) in CONTENT {
            // It may not exist, and the error to report is the first one.
            fs::remove_file(folder.join(partial)).ok();
        }
    }
    written
}

/// Creates the folder, and refuses one that has other files than a package's.
fn prepare(folder: &Path) -> Result<(), WriteError> {
    let failed = |error| WriteError::File {
        file: folder.to_owned(),
        error,
    };
    fs::create_dir_all(folder).map_err(failed)?;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !CONTENT
            .iter()
            .any(|(own, partial)| name == *own || name == *partial)
        {
            return Err(WriteError::Occupied {
                folder: folder.to_owned(),
            });
        }
    }
    Ok(())
}

fn write(folder: &Path, packed: &[u8], bootstrap: &[u8]) -> Result<(), WriteError> {
    let failed = |file, error| WriteError::File { file, error };
    for ((_, partial), content) in CONTENT.iter().zip([packed, bootstrap]) {
        let file = folder.join(partial);
        write_through(&file, content).map_err(|error| failed(file, error))?;
    }
    let old = folder.join(BOOTSTRAP);
    remove_if_present(&old).map_err(|error| failed(old, error))?;
    for (name, partial) in CONTENT {
        let file = folder.join(name);
        fs::rename(folder.join(partial), &file).map_err(|error| failed(file, error))?;
    }
    Ok(())
}

/// Writes an executable file, down to the disk.
fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    // One that was left over may have another mode.
    remove_if_present(path)?;
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    make_executable(&file)?;
    file.sync_all()
}

fn remove_if_present(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}
