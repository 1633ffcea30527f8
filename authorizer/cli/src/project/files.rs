//! Rule files on disk and behind URLs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use oathgate_engine::{
    ServiceRequest,
    go::Url,
    ports::{BoxFuture, HttpClient, HttpError, HttpRequest, HttpResponse},
    rules::{RuleFiles, RuleFilesError, RuleRepository},
};

use super::s3;

/// How long a rule file may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads rule files where the machine finds them.
#[derive(Debug)]
pub(crate) struct Files {
    /// The folders of the configuration: a relative path is looked for here first, then, as
    /// Oathkeeper does, in the working directory.
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
                    let asked = s3::get(bucket, key, region.as_deref())
                        .map_err(|error| RuleFilesError(error.to_string()))?;
                    self.fetch_object(asked).await
                }
                RuleRepository::Inline(text) => Ok(text.clone().into_bytes()),
            }
        })
    }
}

impl Files {
    /// The file a relative path means.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        let mut beside = self.beside.iter().map(|folder| folder.join(path));
        beside
            .find(|file| file.exists())
            .unwrap_or_else(|| path.to_owned())
    }

    /// Asks for a file as a browser does: a redirect is followed.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, RuleFilesError> {
        let url = Url::parse(url).map_err(|_| RuleFilesError("this is no address".to_owned()))?;
        let asked = ServiceRequest::new("GET", url, PATIENCE);
        content(asked.send(&*self.http).await)
    }

    async fn fetch_object(&self, asked: s3::Asked) -> Result<Vec<u8>, RuleFilesError> {
        let request = HttpRequest {
            method: "GET".to_owned(),
            url: asked.url,
            headers: asked.headers,
            body: Bytes::new(),
            timeout: PATIENCE,
        };
        content(self.http.send(request).await)
    }
}

fn content(answer: Result<HttpResponse, HttpError>) -> Result<Vec<u8>, RuleFilesError> {
    let answer = answer.map_err(|error| RuleFilesError(error.to_string()))?;
    if answer.status != 200 {
        return Err(RuleFilesError(format!(
            "the server answered {}",
            answer.status
        )));
    }
    Ok(answer.body.to_vec())
}
