//! Where a key set is: a file, standard input, or a secret.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    time::Duration,
};

use bytes::Bytes;
use oathgate_http_client::{
    Client,
    aws::{Account, Secrets},
};

use super::KeySetError;
use crate::{arguments::KeySetPlace, command::CommandError};

/// How long reading a secret may take.
const READ_LIMIT: Duration = Duration::from_secs(20);

/// What a place is called, and what is there.
pub(super) async fn read(place: &KeySetPlace) -> Result<(String, Bytes), CommandError> {
    if let Some(id) = &place.secret {
        let text = secrets()?
            .read(id, READ_LIMIT)
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

/// Replaces a file at once, so that nobody reads half of it; who may read it stays as it is.
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

/// Secrets Manager, as the environment says.
pub(super) fn secrets() -> Result<Secrets, CommandError> {
    let account = Account::from_env().map_err(KeySetError::from)?;
    Ok(Secrets::new(&account, Client::from_env()?))
}
