//! Rule files on disk and behind URLs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use oathgate_engine::{
    ports::{BoxFuture, HttpClient, HttpRequest},
    rules::{RuleFiles, RuleFilesError, RuleRepository},
};

use super::s3;

/// How long a rule file may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads rule files where the machine finds them.
#[derive(Debug)]
pub(crate) struct Files {
    /// The folder of the configuration: a relative path is looked for here first, then, as
    /// Oathkeeper does, in the working directory.
    pub(crate) beside: PathBuf,
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
                RuleRepository::Http(url) => self.fetch(url, Vec::new()).await,
                RuleRepository::S3 {
                    bucket,
                    key,
                    region,
                } => {
                    let asked = s3::get(bucket, key, region.as_deref())
                        .map_err(|error| RuleFilesError(error.to_string()))?;
                    self.fetch(&asked.url, asked.headers).await
                }
                RuleRepository::Inline(text) => Ok(text.clone().into_bytes()),
            }
        })
    }
}

impl Files {
    /// The file a relative path means.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        let beside = self.beside.join(path);
        if beside.exists() {
            beside
        } else {
            path.to_owned()
        }
    }

    async fn fetch(
        &self,
        url: &str,
        headers: Vec<(String, String)>,
    ) -> Result<Vec<u8>, RuleFilesError> {
        let answer = self
            .http
            .send(HttpRequest {
                method: "GET".to_owned(),
                url: url.to_owned(),
                headers,
                body: Bytes::new(),
                timeout: PATIENCE,
            })
            .await
            .map_err(|error| RuleFilesError(error.to_string()))?;
        if answer.status != 200 {
            return Err(RuleFilesError(format!(
                "the server answered {}",
                answer.status
            )));
        }
        Ok(answer.body.to_vec())
    }
}
