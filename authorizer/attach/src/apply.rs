//! Carries a plan out, one change at a time, and stops if the API is not in the state that the plan was made from.

use std::{collections::BTreeMap, time::Duration};

use thiserror::Error;

use crate::{
    api::{Answer, Authorization, Authorizer, AuthorizerSettings, Integration, Method, MethodId},
    change::Change,
    plan::{Plan, RecordChange},
    port::{ApiGateway, RecordError, RecordStore, ServiceError},
    record::Record,
    seen::{Seen, by_id},
    steps::{Step, steps},
    target::{Decider, Target},
};

/// Why a plan was not completed. The changes that were made remain, and another run continues from there.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A request to API Gateway failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The record could not be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The API is not in the state that the plan was made from.
    #[error(
        "{what} was changed by someone else meanwhile: {seen}. Nothing more was changed: run this again to make a new plan"
    )]
    Changed {
        /// What was changed.
        what: String,
        /// Its present state.
        seen: String,
    },
    /// A method needs an authorizer that the plan does not create.
    #[error("the plan has no authorizer")]
    NoAuthorizer,
}

/// The ports and settings for carrying out a plan.
#[derive(Debug)]
pub struct Work<'a, A, R> {
    /// The API.
    pub api: &'a A,
    /// Stores the record.
    pub records: &'a mut R,
    /// How long to wait before an authorizer is deleted that the stage served until now: a deployment takes a moment to
    /// propagate.
    pub drain: Duration,
}

impl<A: ApiGateway, R: RecordStore> Work<'_, A, R> {
    /// Carries a plan out.
    ///
    /// # Errors
    /// Why it stopped. The changes until then remain.
    pub async fn apply(&mut self, plan: &Plan, seen: &Seen) -> Result<(), ApplyError> {
        let mut record = match &plan.record {
            RecordChange::Keep => None,
            RecordChange::Save(record) | RecordChange::Remove(record) => {
                Some(Record::clone(record))
            }
        };
        let deploys = plan
            .changes
            .iter()
            .any(|change| matches!(change, Change::Deploy { .. }));
        if let Some(record) = &mut record {
            record.pending = deploys;
            self.records.save(record).await?;
        }
        let mut expected = seen.methods.clone();
        let mut authorizer = plan.authorizer.clone();
        let mut drained = false;
        for change in &plan.changes {
            match change {
                Change::CreateAuthorizer { name, settings } => {
                    authorizer = Some(self.create_authorizer(name, settings, seen).await?);
                }
                Change::GatewayResponse {
                    response_type,
                    seen,
                    target,
                } => self.set_response(response_type, seen, target).await?,
                Change::Method { seen, target, .. } => {
                    let changed = self
                        .change_method(seen, target, authorizer.as_deref())
                        .await?;
                    expected.insert(changed.id.clone(), changed);
                }
                Change::Deploy { description } => {
                    self.deploy(description, seen, &expected).await?;
                }
                Change::DeleteAuthorizer { id, name } => {
                    if !drained && seen.served.authorizers().any(|served| served == name) {
                        tokio::time::sleep(self.drain).await;
                        drained = true;
                    }
                    self.api.delete_authorizer(id).await?;
                }
            }
        }
        match (&plan.record, record) {
            (RecordChange::Save(_), Some(mut record)) if deploys => {
                record.pending = false;
                self.records.save(&record).await?;
            }
            (RecordChange::Remove(_), _) => self.records.remove().await?,
            _ => {}
        }
        Ok(())
    }

    async fn create_authorizer(
        &self,
        name: &str,
        settings: &AuthorizerSettings,
        seen: &Seen,
    ) -> Result<String, ApplyError> {
        let found = self.api.authorizers().await?;
        if found != seen.authorizers {
            let names: Vec<&str> = found
                .iter()
                .map(|authorizer: &Authorizer| authorizer.name.as_str())
                .collect();
            return Err(ApplyError::Changed {
                what: "the list of the API's authorizers".to_owned(),
                seen: format!("it has {}", names.join(", ")),
            });
        }
        Ok(self.api.create_authorizer(name, settings).await?)
    }

    async fn set_response(
        &self,
        response_type: &str,
        seen: &Answer,
        target: &Answer,
    ) -> Result<(), ApplyError> {
        let found = self.api.gateway_response(response_type).await?;
        if found != *seen {
            return Err(ApplyError::Changed {
                what: format!("gateway response {response_type}"),
                seen: format!("it is {found}"),
            });
        }
        match target {
            Answer::Default => self.api.delete_gateway_response(response_type).await?,
            Answer::Own(response) => {
                self.api
                    .put_gateway_response(response_type, response)
                    .await?;
            }
        }
        Ok(())
    }

    /// Changes one method and returns its new state.
    async fn change_method(
        &self,
        seen: &Method,
        target: &Target,
        authorizer: Option<&str>,
    ) -> Result<Method, ApplyError> {
        let found = self.api.method(&seen.id, &seen.path).await?;
        if found.as_ref() != Some(seen) {
            return Err(ApplyError::Changed {
                what: seen.name(),
                seen: found.map_or_else(
                    || "it no longer exists".to_owned(),
                    |found| described(&found),
                ),
            });
        }
        let authorization = match (&target.decider, authorizer) {
            (Decider::Gate, Some(id)) => Authorization::by(id),
            (Decider::Gate, None) => return Err(ApplyError::NoAuthorizer),
            (Decider::As(authorization), _) => authorization.clone(),
        };
        for step in steps(seen, target, authorizer.unwrap_or_default()) {
            match step {
                Step::Method(patches) => self.api.patch_method(&seen.id, &patches).await?,
                Step::Integration(patches) => {
                    self.api.patch_integration(&seen.id, &patches).await?;
                }
            }
        }
        Ok(Method {
            authorization,
            integration: seen.integration.clone().map(|integration| Integration {
                parameters: target.parameters.clone(),
                ..integration
            }),
            ..seen.clone()
        })
    }

    /// Creates a deployment, checks that it contains exactly what was planned, and points the stage to it.
    async fn deploy(
        &self,
        description: &str,
        seen: &Seen,
        expected: &BTreeMap<MethodId, Method>,
    ) -> Result<(), ApplyError> {
        self.still_serves(seen).await?;
        let deployment = self.api.create_deployment(description).await?;
        let found = by_id(self.api.methods().await?);
        let other = expected
            .iter()
            .find(|(id, method)| found.get(*id) != Some(*method))
            .map(|(_, method)| method)
            .or_else(|| {
                found
                    .values()
                    .find(|method| !expected.contains_key(&method.id))
            });
        if let Some(method) = other {
            let now = found.get(&method.id);
            let error = ApplyError::Changed {
                what: method.name(),
                seen: now.map_or_else(|| "it no longer exists".to_owned(), described),
            };
            // No stage serves it: it is harmless if it cannot be deleted.
            drop(self.api.delete_deployment(&deployment).await);
            return Err(error);
        }
        self.still_serves(seen).await?;
        Ok(self.api.point_stage(&seen.stage.name, &deployment).await?)
    }

    async fn still_serves(&self, seen: &Seen) -> Result<(), ApplyError> {
        let stages = self.api.stages().await?;
        let found = stages.iter().find(|stage| stage.name == seen.stage.name);
        if found == Some(&seen.stage) {
            return Ok(());
        }
        Err(ApplyError::Changed {
            what: format!("stage `{}`", seen.stage.name),
            seen: found.map_or_else(
                || "it no longer exists".to_owned(),
                |stage| {
                    format!(
                        "it serves deployment {} instead of {}",
                        stage.deployment_id, seen.stage.deployment_id
                    )
                },
            ),
        })
    }
}

/// The state of a method as text, as far as attaching changes it.
fn described(method: &Method) -> String {
    let authorization = match &method.authorization.authorizer_id {
        Some(id) => format!("its authorizer is {id}"),
        None => format!("its authorization is {}", method.authorization.kind),
    };
    let Some(integration) = &method.integration else {
        return format!("{authorization}, and it has no integration");
    };
    let parameters: Vec<String> = integration
        .parameters
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if parameters.is_empty() {
        format!("{authorization}, and its integration maps nothing")
    } else {
        format!(
            "{authorization}, and its integration maps {}",
            parameters.join(", ")
        )
    }
}
