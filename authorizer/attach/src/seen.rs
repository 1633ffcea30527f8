//! The present state of an API, and what its stage serves.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::{
    api::{Answer, Authorizer, Method, MethodId, RestApi, Stage},
    port::{ApiGateway, ServiceError},
    served::{Served, UnreadableExport},
};

/// The state that a plan is made from.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The API.
    pub api: RestApi,
    /// The stage that the gate is for.
    pub stage: Stage,
    /// What the API's other stages serve, by the stage's name.
    pub other_stages: BTreeMap<String, Served>,
    /// Every method.
    pub methods: BTreeMap<MethodId, Method>,
    /// Every authorizer.
    pub authorizers: Vec<Authorizer>,
    /// Every gateway response by its type.
    pub gateway_responses: BTreeMap<String, Answer>,
    /// What the stage serves.
    pub served: Served,
}

/// Why an API could not be read.
#[derive(Debug, Error)]
pub enum SeeError {
    /// A request to API Gateway failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The API does not exist.
    #[error(
        "there is no REST API `{id}` in this account and region: {message}. The gate cannot be attached to HTTP APIs and WebSocket APIs"
    )]
    NoApi {
        /// The id.
        id: String,
        /// What API Gateway message.
        message: String,
    },
    /// The API has no such stage.
    #[error("the REST API has no stage `{name}`; {known}")]
    NoStage {
        /// The name.
        name: String,
        /// The API's stages, as a sentence.
        known: String,
    },
    /// The export of the stage cannot be read.
    #[error(transparent)]
    Export(#[from] UnreadableExport),
}

impl Seen {
    /// Reads an API, and what one of its stages serves.
    ///
    /// # Errors
    /// Why it could not be read.
    pub async fn read(api: &impl ApiGateway, id: &str, stage: &str) -> Result<Self, SeeError> {
        let found = api.rest_api().await.map_err(|error| match error {
            ServiceError::NotThere { message, .. } => SeeError::NoApi {
                id: id.to_owned(),
                message,
            },
            other => other.into(),
        })?;
        let stages = api.stages().await?;
        let names: Vec<String> = stages.iter().map(|stage| stage.name.clone()).collect();
        let Some(here) = stages.into_iter().find(|found| found.name == stage) else {
            return Err(SeeError::NoStage {
                name: stage.to_owned(),
                known: if names.is_empty() {
                    "it has none: deploy the API first".to_owned()
                } else {
                    format!("its stages are {}", names.join(", "))
                },
            });
        };
        let methods = api.methods().await?;
        let mut other_stages = BTreeMap::new();
        for name in names.into_iter().filter(|name| name != stage) {
            let served = Served::parse(&api.export(&name).await?)?;
            other_stages.insert(name, served);
        }
        Ok(Self {
            api: found,
            stage: here,
            other_stages,
            methods: by_id(methods),
            authorizers: api.authorizers().await?,
            gateway_responses: api.gateway_responses().await?,
            served: Served::parse(&api.export(stage).await?)?,
        })
    }

    /// The names of the authorizers that some stage of the API serves.
    #[must_use]
    pub fn served_authorizers(&self) -> BTreeSet<&str> {
        self.other_stages
            .values()
            .chain([&self.served])
            .flat_map(Served::authorizers)
            .collect()
    }

    /// The gateway response of a type.
    #[must_use]
    pub fn gateway_response(&self, response_type: &str) -> &Answer {
        self.gateway_responses
            .get(response_type)
            .unwrap_or(&Answer::Default)
    }

    /// The name of an authorizer, for messages.
    #[must_use]
    pub fn authorizer_name(&self, id: &str) -> String {
        self.authorizers
            .iter()
            .find(|authorizer| authorizer.id == id)
            .map_or_else(|| id.to_owned(), |authorizer| authorizer.name.clone())
    }
}

/// Methods by their keys.
#[must_use]
pub(crate) fn by_id(methods: Vec<Method>) -> BTreeMap<MethodId, Method> {
    methods
        .into_iter()
        .map(|method| (method.id.clone(), method))
        .collect()
}
