//! Rule files on disk, at URLs and in Amazon S3.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use oathgate_engine::{
    ServiceRequest,
    ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse},
    rules::{RuleFiles, RuleFilesError, RuleRepository},
};
use oathgate_gostd::Url;

use super::s3;

/// How long fetching a rule file may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

/// Reads rule files.
#[derive(Debug)]
pub(crate) struct Files {
    /// The folders of the configuration: a relative path is searched here first, then, as Oathkeeper does, in
    /// the working directory.
    pub(crate) beside: Vec<PathBuf>,
    pub(crate) http: Arc<dyn HttpClient>,
}

impl RuleFiles for Files {
    fn read<'a>(
        &'a self,
        repository: &'a RuleRepository,
    ) -> BoxFuture<'a, Result<Vec<u8>, RuleFilesError>> {
        Box::pin(async move {
            match repository {
                RuleRepository::File(path) => std::fs::read(self.locate(Path::new(path)))
                    .map_err(|error| RuleFilesError(error.to_string())),
                RuleRepository::Http(url) => self.fetch(url).await,
                RuleRepository::S3 {
                    bucket,
                    key,
                    region,
                } => {
                    let request = s3::get(bucket, key, region.as_deref())
                        .map_err(|error| RuleFilesError(error.to_string()))?;
                    self.fetch_object(request).await
                }
                RuleRepository::Inline(text) => Ok(text.clone().into_bytes()),
            }
        })
    }
}

impl Files {
    /// The file of a relative path.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        let mut beside = self.beside.iter().map(|folder| folder.join(path));
        beside
            .find(|file| file.exists())
            .unwrap_or_else(|| path.to_owned())
    }

    /// Fetches a file from a URL and follows redirects.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, RuleFilesError> {
        let url = Url::parse(url).map_err(|_| RuleFilesError("the URL is not valid".to_owned()))?;
        let request = ServiceRequest::new("GET", url, FETCH_TIMEOUT);
        content(request.send(&*self.http).await)
    }

    async fn fetch_object(&self, signed: s3::SignedRequest) -> Result<Vec<u8>, RuleFilesError> {
        let request = HttpRequest {
            method: "GET".to_owned(),
            url: signed.url,
            headers: signed.headers,
            body: Bytes::new(),
            timeout: FETCH_TIMEOUT,
        };
        content(self.http.send(request).await)
    }
}

fn content(response: Result<HttpResponse, HttpError>) -> Result<Vec<u8>, RuleFilesError> {
    let response = response.map_err(|error| RuleFilesError(error.to_string()))?;
    if response.status != 200 {
        return Err(RuleFilesError(format!(
            "the server responds with {}",
            response.status
        )));
    }
    Ok(response.body.to_vec())
}
