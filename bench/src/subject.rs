//! What is measured: a packaged folder and its environment.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use oathgate_bench::rules;
use tempfile::TempDir;

use crate::{BenchError, event::COOKIE, services::Services};

/// A bootstrap, ready to start.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) bootstrap: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
    /// How many rules decide; none for a floor, whose answers are not looked at.
    pub(crate) rules: Option<usize>,
    /// Whether a wrong answer ends the run. Where not, it is counted, and the right one waited for.
    pub(crate) must_be_right: bool,
    /// What was packaged for the measurement, gone after it.
    _workspace: Option<TempDir>,
}

impl Subject {
    /// A bootstrap that does nothing, or nothing but ask `services` once for each event.
    pub(crate) fn floor(bootstrap: &Path, services: Option<&Services>) -> Result<Self, BenchError> {
        let workspace = tempfile::tempdir().map_err(BenchError::io("no temporary folder"))?;
        let mut environment = Vec::new();
        if let Some(services) = services {
            environment.extend(trusting(services, workspace.path(), "FLOOR_CA_FILE")?);
            let url = format!("{}/sessions/whoami", services.url);
            environment.push(("FLOOR_ASKS".to_owned(), url));
            environment.push(("FLOOR_COOKIE".to_owned(), COOKIE.to_owned()));
        }
        Ok(Self {
            name: "floor".to_owned(),
            bootstrap: bootstrap.to_owned(),
            folder: workspace.path().to_owned(),
            environment,
            rules: None,
            must_be_right: true,
            _workspace: Some(workspace),
        })
    }

    /// Packages a rule set of `count` rules and measures the result.
    pub(crate) fn packaged(
        name: &str,
        oathgate: &Path,
        bootstrap: &Path,
        count: usize,
        services: &Services,
    ) -> Result<Self, BenchError> {
        let workspace = sources(count, services)?;
        let folder = workspace.path().join("package");
        let config = workspace.path().join("config.json");
        let failed = || BenchError::io(format!("`{}`", oathgate.display()));
        let done = Command::new(oathgate)
            .arg("package")
            .args(["--config".as_ref(), config.as_os_str()])
            .args(["--bootstrap".as_ref(), bootstrap.as_os_str()])
            .args(["--out".as_ref(), folder.as_os_str()])
            .output()
            .map_err(failed())?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            return Err(BenchError::Package(config.display().to_string(), said));
        }
        let mut environment = aws(services);
        environment.extend(trusting(services, workspace.path(), "OATHGATE_CA_FILE")?);
        environment.push(("OATHGATE_JWKS_SECRET".to_owned(), SECRET.to_owned()));
        Ok(Self {
            name: name.to_owned(),
            bootstrap: folder.join("bootstrap"),
            folder,
            environment,
            rules: Some(count),
            must_be_right: true,
            _workspace: Some(workspace),
        })
    }

    /// The Lambda of the recipe over the same rules: `bench/peer`.
    pub(crate) fn peer(
        bootstrap: &Path,
        count: usize,
        services: &Services,
    ) -> Result<Self, BenchError> {
        let workspace = sources(count, services)?;
        let mut environment = aws(services);
        environment.push(("JWKS_SECRET".to_owned(), SECRET.to_owned()));
        Ok(Self {
            name: "Oathkeeper in Go".to_owned(),
            bootstrap: bootstrap.to_owned(),
            folder: workspace.path().to_owned(),
            environment,
            rules: Some(count),
            must_be_right: false,
            _workspace: Some(workspace),
        })
    }
}

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys";

fn aws(services: &Services) -> Vec<(String, String)> {
    vec![("AWS_ENDPOINT_URL".to_owned(), services.url.clone())]
}

/// The variable that names the services' certificate, written to a file, where they have one.
fn trusting(
    services: &Services,
    folder: &Path,
    variable: &str,
) -> Result<Option<(String, String)>, BenchError> {
    let Some(certificate) = &services.certificate else {
        return Ok(None);
    };
    let file = folder.join("ca.pem");
    let path = file.display().to_string();
    fs::write(&file, certificate).map_err(BenchError::io(format!("`{path}`")))?;
    Ok(Some((variable.to_owned(), path)))
}

/// A folder with `count` rules and their configuration.
fn sources(count: usize, services: &Services) -> Result<TempDir, BenchError> {
    let workspace = tempfile::tempdir().map_err(BenchError::io("no temporary folder"))?;
    let config = rules::config(&services.url).to_string();
    let rules = rules::rules(count).to_string();
    for (name, text) in [("config.json", config), ("rules.json", rules)] {
        let file = workspace.path().join(name);
        fs::write(&file, text).map_err(BenchError::io(format!("`{}`", file.display())))?;
    }
    Ok(workspace)
}
