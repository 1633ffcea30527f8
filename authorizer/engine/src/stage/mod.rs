//! The settings of a stage that change decisions: one definition for everything that decides.
//!
//! A stage file (`config/stages/<stage>.yml`) holds them under its keys, a function's environment under
//! `OATHGATE_*` variables. Everything else in a stage file is the deployment's.

mod base_path;
mod settings;

use serde_json::Value;
use thiserror::Error;

use crate::{
    Request,
    config::nearest,
    document::{self, Syntax},
    safety::{PathPolicy, UnsafePath, VouchedHeaderOptions},
};

pub use base_path::{BasePath, is_own_host};
pub use settings::{STAGE_OPTIONS, StageOption};

/// The settings of a stage that change decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageOptions {
    /// The kind of API that requests come through.
    pub api: ApiKind,
    /// The host that rules name, whichever host was requested.
    pub public_host: Option<String>,
    /// Where a custom domain has the API, if not at its root.
    pub base_path: Option<BasePath>,
    /// Which paths are refused.
    pub paths: PathPolicy,
    /// What the stage says of vouched headers.
    pub vouched: VouchedHeaderOptions,
}

/// The kind of API that a stage has, as its file names it. The function tells it by the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiKind {
    /// `rest`
    #[default]
    Rest,
    /// `http`
    Http,
    /// `websocket`
    WebSocket,
}

/// Settings that cannot be used, all of them at once.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", .0.join("; "))]
pub struct StageError(pub Vec<String>);

impl StageOptions {
    /// Lays the settings of a stage file over these options. Keys that do not change decisions are ignored,
    /// unless they look like a mistyped one that does.
    ///
    /// # Errors
    /// A text that is not valid YAML, and every setting that cannot be used.
    pub fn read_file(&mut self, text: &str) -> Result<(), StageError> {
        let document = document::parse(text, Syntax::Yaml)
            .map_err(|error| StageError(vec![format!("not valid YAML: {error}")]))?;
        let Value::Object(settings) = document else {
            return Err(StageError(vec![
                "a stage file is a map of settings".to_owned(),
            ]));
        };
        let mut wrong = Vec::new();
        // Settings inside of maps are left out: `backendUrl` is not a mistyped `backend`.
        let keys = || STAGE_OPTIONS.iter().map(|option| option.key);
        let top_level = || keys().filter(|key| !key.contains('.'));
        for key in settings.keys() {
            if !top_level().any(|known| known == key)
                && let Some(meant) = nearest(key, top_level())
            {
                wrong.push(format!(
                    "there is no setting `{key}`; did you mean `{meant}`?"
                ));
            }
        }
        for option in &STAGE_OPTIONS {
            let Some(text) = option.find_in(&settings) else {
                continue;
            };
            if let Err(advice) = option.set(self, &text) {
                wrong.push(format!("`{}` is `{text}`: {advice}", option.key));
            }
        }
        none_wrong(wrong)
    }

    /// Lays the settings of variables over these options. An empty variable counts as not set.
    ///
    /// # Errors
    /// Every variable that cannot be used.
    pub fn read_variables(
        &mut self,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<(), StageError> {
        let mut wrong = Vec::new();
        for option in &STAGE_OPTIONS {
            if let Some(name) = option.variable
                && let Some(text) = variable(name).filter(|text| !text.is_empty())
                && let Err(advice) = option.set(self, &text)
            {
                wrong.push(format!("`{name}` is `{text}`: {advice}"));
            }
        }
        none_wrong(wrong)
    }

    /// Puts a request where the stage's rules expect it: at the public host, and below the base path where
    /// it was sent to API Gateway's own host name, which has none.
    ///
    /// # Errors
    /// A path that the stage's custom domain leads to another API.
    pub fn place(&self, request: &mut Request) -> Result<(), UnsafePath> {
        if let Some(base) = &self.base_path {
            if is_own_host(&request.url.host) {
                request.url.path = base.join(&request.url.path);
                request.request_uri = base.join(&request.request_uri);
            } else if !base.leads_to(&request.url.path) {
                return Err(UnsafePath::OutsideBasePath);
            }
        }
        if let Some(host) = &self.public_host {
            request.url.host.clone_from(host);
            request.host.clone_from(host);
        }
        Ok(())
    }
}

fn none_wrong(wrong: Vec<String>) -> Result<(), StageError> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(StageError(wrong))
    }
}

#[cfg(test)]
mod tests;
