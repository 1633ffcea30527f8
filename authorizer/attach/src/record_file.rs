//! The record in a file, for use without the right to write parameters.

use std::{io::ErrorKind, path::PathBuf};

use crate::{
    port::{RecordError, RecordStore},
    record::Record,
};

/// A record in a file of its own.
#[derive(Debug)]
pub struct FileRecord {
    path: PathBuf,
}

impl FileRecord {
    /// The record in this file, which need not exist yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn failed(&self, error: std::io::Error) -> RecordError {
        RecordError::File {
            path: self.place(),
            error,
        }
    }

    fn damaged(&self, reason: &str) -> RecordError {
        RecordError::Damaged {
            place: self.place(),
            reason: reason.to_owned(),
        }
    }
}

impl RecordStore for FileRecord {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    async fn load(&mut self) -> Result<Option<Record>, RecordError> {
        let text = match tokio::fs::read_to_string(&self.path).await {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        Record::parse(&text)
            .map(Some)
            .map_err(|reason| self.damaged(&reason))
    }

    async fn save(&mut self, record: &Record) -> Result<(), RecordError> {
        let text = serde_json::to_string_pretty(record)
            .map_err(|error| self.damaged(&error.to_string()))?;
        // Written to another file and renamed, so that a reader never finds half of it.
        let beside = self.path.with_extension("new");
        tokio::fs::write(&beside, text)
            .await
            .map_err(|error| self.failed(error))?;
        tokio::fs::rename(&beside, &self.path)
            .await
            .map_err(|error| self.failed(error))
    }

    async fn remove(&mut self) -> Result<(), RecordError> {
        match tokio::fs::remove_file(&self.path).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.failed(error)),
            _ => Ok(()),
        }
    }
}
