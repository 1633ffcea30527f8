//! The place of a key set: a file, standard input, or a secret.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use clap::Args;
use oathgate_http_client::{
    Client,
    aws::{Account, Secrets},
};

use super::KeySetError;
use crate::command::CommandError;

/// A key set in a file or in AWS Secrets Manager.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(super) struct KeySetPlace {
    /// The file with the key set [default: standard input]
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The name or ARN of a secret of AWS Secrets Manager, which is read with the credentials of the environment
    #[arg(long, value_name = "ID")]
    pub(super) secret: Option<String>,
}

/// How long reading a secret may take.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// The place's name for messages, and the text of the key set there.
pub(super) async fn read(place: &KeySetPlace) -> Result<(String, Bytes), CommandError> {
    if let Some(id) = &place.secret {
        let text = secrets()?
            .read(id, READ_TIMEOUT)
            .await
            .map_err(KeySetError::from)?;
        return Ok((id.clone(), text));
    }
    let (name, text) = match &place.file {
        Some(file) => (file.display().to_string(), fs::read(file)),
        None => {
            let mut text = Vec::new();
            let read = std::io::stdin().read_to_end(&mut text);
            ("standard input".to_owned(), read.map(|_| text))
        }
    };
    match text {
        Ok(text) => Ok((name, text.into())),
        Err(error) => Err(KeySetError::Read(name, error).into()),
    }
}

/// Replaces a file atomically and keeps its permissions.
pub(super) fn replace(file: &Path, text: &str) -> Result<(), KeySetError> {
    let failed = |error| KeySetError::Write(file.display().to_string(), error);
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let write = || {
        let permissions = fs::metadata(file)?.permissions();
        let mut new = fs::OpenOptions::new();
        let mut new = new.write(true).create_new(true).open(beside)?;
        new.set_permissions(permissions)?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(beside, file)
    };
    write().map_err(failed)
}

/// Secrets Manager, with the region and credentials of the environment.
pub(super) fn secrets() -> Result<Secrets, CommandError> {
    let account = Account::from_env().map_err(KeySetError::from)?;
    Ok(Secrets::new(&account, Client::from_env()?))
}
