//! What is measured: a packaged folder and its environment.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{BenchError, rules, services::Services};

/// A bootstrap, ready to start.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) bootstrap: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
    /// How many rules decide; none for a floor, whose answers are not looked at.
    pub(crate) rules: Option<usize>,
    /// What was packaged for the measurement, gone after it.
    _workspace: Option<TempDir>,
}

impl Subject {
    pub(crate) fn floor(bootstrap: &Path) -> Self {
        Self {
            name: "the floor".to_owned(),
            bootstrap: bootstrap.to_owned(),
            folder: bootstrap.parent().map(Path::to_owned).unwrap_or_default(),
            environment: Vec::new(),
            rules: None,
            _workspace: None,
        }
    }

    pub(crate) fn asking_floor(bootstrap: &Path, services: &Services) -> Self {
        let asks = (
            "FLOOR_ASKS".to_owned(),
            format!("{}/sessions/whoami", services.url),
        );
        Self {
            environment: vec![asks],
            ..Self::floor(bootstrap)
        }
    }

    /// Packages a rule set of `count` rules and measures the result.
    pub(crate) fn packaged(
        oathgate: &Path,
        bootstrap: &Path,
        count: usize,
        services: &Services,
    ) -> Result<Self, BenchError> {
        let workspace = tempfile::tempdir().map_err(BenchError::io("no temporary folder"))?;
        let source = workspace.path();
        let folder = source.join("package");
        let failed = |error| BenchError::Io {
            what: format!("`{}`", source.display()),
            error,
        };
        let config = source.join("config.json");
        fs::write(&config, rules::config(&services.url).to_string()).map_err(failed)?;
        fs::write(source.join("rules.json"), rules::rules(count).to_string()).map_err(failed)?;
        let done = Command::new(oathgate)
            .arg("package")
            .args(["--config".as_ref(), config.as_os_str()])
            .args(["--bootstrap".as_ref(), bootstrap.as_os_str()])
            .args(["--out".as_ref(), folder.as_os_str()])
            .output()
            .map_err(failed)?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            return Err(BenchError::Package(config.display().to_string(), said));
        }
        Ok(Self {
            rules: Some(count),
            _workspace: Some(workspace),
            ..Self::folder("oathgate", &folder, services)
        })
    }

    /// A folder that is packaged already.
    pub(crate) fn folder(name: &str, folder: &Path, services: &Services) -> Self {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            name: name.to_owned(),
            bootstrap: folder.join("bootstrap"),
            folder: folder.to_owned(),
            environment: vec![
                pair(
                    "OATHGATE_JWKS_SECRET",
                    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys",
                ),
                pair("AWS_ENDPOINT_URL", &services.url),
                pair("SESSION_URL", &services.url),
            ],
            rules: Some(0),
            _workspace: None,
        }
    }
}
