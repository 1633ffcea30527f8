//! `oathgate package`: writes the folder that AWS Lambda runs.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use oathgate_engine::{
    Target,
    finding::Severity,
    rules::{
        PackedError, PackedRules,
        package_files::{BOOTSTRAP, PACKED},
    },
};
use thiserror::Error;

use crate::{argument_groups::Configuration, command::CommandError, exit::Exit, project::Project};

/// The arguments of `oathgate package`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    /// The compiled program of the function
    #[arg(long, value_name = "BIN")]
    bootstrap: PathBuf,
    /// The folder to write; an earlier package in it is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Why no package was written.
#[derive(Debug, Error)]
pub(crate) enum PackageError {
    #[error("cannot read the program `{file}`: {error}", file = file.display())]
    Bootstrap { file: PathBuf, error: io::Error },
    #[error("`{out}` contains files that are not part of a package: use an empty or a new folder", out = out.display())]
    Occupied { out: PathBuf },
    #[error(transparent)]
    Packed(#[from] PackedError),
    #[error("cannot write `{file}`: {error}", file = file.display())]
    Write { file: PathBuf, error: io::Error },
}

/// The files of a package, each with its name while it is being written. The folder contains nothing else.
const CONTENT: [(&str, &str); 2] = [
    (PACKED, ".gate.packed.partial"),
    (BOOTSTRAP, ".bootstrap.partial"),
];

/// Checks the configuration and its rules, then writes the package if the check finds no error.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let project = Project::load(&arguments.configuration).await?;
    let findings = project.findings_with_key_sets(Target::ApiGateway).await;
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
        eprintln!("oathgate: no package was written because of {count} {noun}");
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
            // The file may not exist, and the error of the write is reported anyway.
            fs::remove_file(arguments.out.join(partial)).ok();
        }
    }
    written?;
    eprintln!(
        "oathgate: packaged {} rules in `{}`",
        project.rules.len(),
        arguments.out.display()
    );
    Ok(Exit::Success)
}

/// Makes the folder, or checks that an existing one contains nothing but a package.
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

/// Writes both files beside those of an earlier package, then replaces those. At every moment, a folder with a
/// `bootstrap` is a whole package: the old `bootstrap` is removed first, the new one is moved into place last.
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

/// Writes an executable file and flushes it to the disk.
fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    // A file of an interrupted run may have another mode.
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
