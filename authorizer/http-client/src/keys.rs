//! Reads key sets by URL.

use std::{path::Path, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use oathgate_engine::{
    ServiceRequest,
    ports::{BoxFuture, HttpClient, HttpError, KeySource, KeySourceError},
};
use oathgate_gostd::Url;

/// Key sets from `file://` paths, `http(s)://` services and `inline://` base64, as Oathkeeper reads
/// them. Nothing is cached: the caller decides how long a set is used.
#[derive(Clone, Debug)]
pub struct UrlKeys {
    http: Arc<dyn HttpClient>,
}

impl UrlKeys {
    /// Sends requests through `http`.
    #[must_use]
    pub fn new(http: impl HttpClient + 'static) -> Self {
        Self {
            http: Arc::new(http),
        }
    }

    /// Follows redirects and accepts every status that is not an error, as Oathkeeper's key fetcher does.
    async fn fetch(&self, url: &str, timeout: Duration) -> Result<Bytes, KeySourceError> {
        let url = Url::parse(url).map_err(|error| {
            KeySourceError::Unreadable(format!("the key set's URL is not valid: {}", error.reason))
        })?;
        let answer = ServiceRequest::new("GET", url, timeout)
            .send(&*self.http)
            .await
            .map_err(|error| match error {
                HttpError::Connect(_) | HttpError::Timeout | HttpError::Broken(_) => {
                    KeySourceError::Unavailable(error.to_string())
                }
                _ => KeySourceError::Unreadable(error.to_string()),
            })?;
        let reason = || format!("the service answered with status {}", answer.status);
        match answer.status {
            200..400 => Ok(answer.body),
            // A later request may succeed: too many requests, and the failures of the server except 501.
            429 | 500 | 502.. => Err(KeySourceError::Unavailable(reason())),
            400..=501 => Err(KeySourceError::Unreadable(reason())),
            _ => Err(KeySourceError::Unavailable(reason())),
        }
    }
}

impl KeySource for UrlKeys {
    fn read(&self, url: &str, timeout: Duration) -> BoxFuture<'_, Result<Bytes, KeySourceError>> {
        let url = url.to_owned();
        Box::pin(async move {
            let Some((scheme, rest)) = url.split_once("://") else {
                return Err(unknown_scheme());
            };
            match scheme.to_ascii_lowercase().as_str() {
                "file" => file(rest),
                "inline" => inline(rest),
                "http" | "https" => self.fetch(&url, timeout).await,
                _ => Err(unknown_scheme()),
            }
        })
    }
}

fn unknown_scheme() -> KeySourceError {
    KeySourceError::Unreadable(
        "the key set's URL must begin with file://, http://, https:// or inline://".to_owned(),
    )
}

/// The text after `file://` is a path with escapes, relative to the working folder unless it begins
/// with a slash; a query or fragment is ignored.
fn file(path: &str) -> Result<Bytes, KeySourceError> {
    let url = Url::parse(path).map_err(|error| {
        KeySourceError::Unreadable(format!("the key set's path is not valid: {}", error.reason))
    })?;
    std::fs::read(Path::new(&url.path))
        .map(Bytes::from)
        .map_err(|error| {
            KeySourceError::Unreadable(format!(
                "the key set's file cannot be read: {}",
                error.kind()
            ))
        })
}

fn inline(text: &str) -> Result<Bytes, KeySourceError> {
    STANDARD
        .decode(text)
        .map(Bytes::from)
        .map_err(|_| KeySourceError::Unreadable("the inline key set is not base64".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Client;

    #[tokio::test]
    async fn a_file_is_found_by_its_url() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key set.json"), "{}").unwrap();
        let keys = UrlKeys::new(Client::default());
        let folder = folder.path().display();
        for (url, found) in [
            (format!("file://{folder}/key%20set.json"), true),
            (format!("FILE://{folder}/key set.json?v=1#x"), true),
            (format!("file://{folder}/other.json"), false),
            (format!("file://{folder}/key%zz.json"), false),
            (format!("file://{folder}/"), false),
            (format!("{folder}/key set.json"), false),
            (format!("ftp://{folder}/key set.json"), false),
        ] {
            let read = keys.read(&url, Duration::from_secs(1)).await;
            assert_eq!(read.is_ok(), found, "{url}");
        }
    }
}
