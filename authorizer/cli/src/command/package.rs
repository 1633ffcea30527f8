//! `oathgate package`: the folder that AWS Lambda runs.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use oathgate_engine::{
    Target,
    finding::Severity,
    rules::{
        PackedError, PackedRules,
        package_files::{BOOTSTRAP, PACKED},
    },
};
use thiserror::Error;

use crate::{arguments::Package, command::CommandError, exit::Exit, project::Project};

/// Why no package was written.
#[derive(Debug, Error)]
pub(crate) enum PackageError {
    #[error("cannot read the binary `{file}`: {error}", file = file.display())]
    Bootstrap { file: PathBuf, error: io::Error },
    #[error("`{out}` holds files that are no package: name an empty or a new folder", out = out.display())]
    Occupied { out: PathBuf },
    #[error(transparent)]
    Packed(#[from] PackedError),
    #[error("cannot write `{file}`: {error}", file = file.display())]
    Write { file: PathBuf, error: io::Error },
}

/// What a package consists of, each with its name while it is being written. Nothing else may lie in
/// the folder.
const CONTENT: [(&str, &str); 2] = [
    (PACKED, ".gate.packed.partial"),
    (BOOTSTRAP, ".bootstrap.partial"),
];

/// Checks the configuration and its rules, then writes the package. Findings that are errors stop it.
pub(crate) async fn run(arguments: &Package) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    let findings = super::rules_check::with_key_sets(&project, Target::ApiGateway).await;
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !errors.is_empty() {
        let count = errors.len();
        let noun = if count == 1 { "error" } else { "errors" };
        eprintln!("oathgate: nothing was packaged because of {count} {noun}");
        return Ok(Exit::Findings);
    }
    let bootstrap = fs::read(&arguments.bootstrap).map_err(|error| PackageError::Bootstrap {
        file: arguments.bootstrap.clone(),
        error,
    })?;
    let packed = PackedRules::pack(&project.config, &project.rules).map_err(PackageError::from)?;
    prepare(&arguments.out)?;
    let written = write(&arguments.out, &packed, &bootstrap);
    if written.is_err() {
        for (_, partial) in CONTENT {
            // It may not be there, and what went wrong is told already.
            fs::remove_file(arguments.out.join(partial)).ok();
        }
    }
    written?;
    eprintln!(
        "oathgate: packaged {} rules into `{}`",
        project.rules.len(),
        arguments.out.display()
    );
    Ok(Exit::Success)
}

/// Makes the folder; one with anything but a package in it is left alone.
fn prepare(out: &Path) -> Result<(), PackageError> {
    let failed = |error| PackageError::Write {
        file: out.to_owned(),
        error,
    };
    fs::create_dir_all(out).map_err(failed)?;
    for entry in fs::read_dir(out).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !CONTENT
            .iter()
            .any(|(own, partial)| name == *own || name == *partial)
        {
            return Err(PackageError::Occupied {
                out: out.to_owned(),
            });
        }
    }
    Ok(())
}

/// Writes both files beside those of an earlier package and puts them in their place at the end. A
/// folder with a `bootstrap` is a whole package at every moment: the old one goes first, the new one
/// comes last.
fn write(out: &Path, packed: &[u8], bootstrap: &[u8]) -> Result<(), PackageError> {
    for ((_, partial), content) in CONTENT.iter().zip([packed, bootstrap]) {
        let file = out.join(partial);
        write_through(&file, content).map_err(|error| PackageError::Write { file, error })?;
    }
    let old = out.join(BOOTSTRAP);
    match fs::remove_file(&old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(PackageError::Write { file: old, error });
        }
        _ => {}
    }
    for (name, partial) in CONTENT {
        let file = out.join(name);
        fs::rename(out.join(partial), &file)
            .map_err(|error| PackageError::Write { file, error })?;
    }
    Ok(())
}

/// Writes a file that may be run, down to the disk.
fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    // One left over may be of another mode.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    make_executable(&file)?;
    file.sync_all()
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
