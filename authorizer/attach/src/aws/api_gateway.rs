//! API Gateway's control plane: <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html>.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::{
    Client,
    types::{self, AuthorizerType, GatewayResponseType, Op, PatchOperation},
};
use serde_json::Value;

use super::{failure::Call, session::Session};
use crate::{
    api::{
        Answer, Authorization, Authorizer, AuthorizerSettings, GatewayResponse, Integration,
        Method, MethodId, Patch, RestApi, Stage,
    },
    port::{ApiGateway, ServiceError},
};

/// The largest page of resources that API Gateway returns.
const PAGE: i32 = 500;

/// One REST API of an account and region.
#[derive(Clone, Debug)]
pub struct RestApiClient {
    sdk: Client,
    id: String,
}

impl RestApiClient {
    /// The API with this id.
    #[must_use]
    pub fn new(session: &Session, id: &str) -> Self {
        Self {
            sdk: Client::new(&session.config),
            id: id.to_owned(),
        }
    }

    fn call(&self, verb: &str, below: &str) -> Call {
        Call {
            action: format!("apigateway:{verb}"),
            resource: format!("/restapis/{}{below}", self.id),
        }
    }

    fn method_call(&self, verb: &str, id: &MethodId, below: &str) -> Call {
        self.call(
            verb,
            &format!("/resources/{}/methods/{}{below}", id.resource, id.verb),
        )
    }
}

impl ApiGateway for RestApiClient {
    async fn rest_api(&self) -> Result<RestApi, ServiceError> {
        let found = self
            .sdk
            .get_rest_api()
            .rest_api_id(&self.id)
            .send()
            .await
            .map_err(|error| self.call("GET", "").failed(&error))?;
        Ok(RestApi {
            id: self.id.clone(),
            name: found.name.unwrap_or_default(),
        })
    }

    async fn stages(&self) -> Result<Vec<Stage>, ServiceError> {
        let found = self
            .sdk
            .get_stages()
            .rest_api_id(&self.id)
            .send()
            .await
            .map_err(|error| self.call("GET", "/stages").failed(&error))?;
        Ok(found
            .item
            .unwrap_or_default()
            .into_iter()
            .map(|stage| Stage {
                name: stage.stage_name.unwrap_or_default(),
                deployment_id: stage.deployment_id.unwrap_or_default(),
                canary: stage.canary_settings.is_some(),
                caches: stage.cache_cluster_enabled,
            })
            .collect())
    }

    async fn methods(&self) -> Result<Vec<Method>, ServiceError> {
        let mut pages = self
            .sdk
            .get_resources()
            .rest_api_id(&self.id)
            .limit(PAGE)
            .embed("methods")
            .into_paginator()
            .send();
        let mut methods = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.call("GET", "/resources").failed(&error))?;
            for resource in page.items.unwrap_or_default() {
                let path = resource.path.unwrap_or_default();
                let id = resource.id.unwrap_or_default();
                for (verb, method) in resource.resource_methods.unwrap_or_default() {
                    let id = MethodId {
                        resource: id.clone(),
                        verb,
                    };
                    methods.push(read_method(id, &path, method));
                }
            }
        }
        Ok(methods)
    }

    async fn method(&self, id: &MethodId, path: &str) -> Result<Option<Method>, ServiceError> {
        let found = self
            .sdk
            .get_method()
            .rest_api_id(&self.id)
            .resource_id(&id.resource)
            .http_method(&id.verb)
            .send()
            .await;
        match found {
            Ok(found) => {
                let method = types::Method::builder()
                    .set_authorization_type(found.authorization_type)
                    .set_authorizer_id(found.authorizer_id)
                    .set_authorization_scopes(found.authorization_scopes)
                    .set_method_integration(found.method_integration)
                    .build();
                Ok(Some(read_method(id.clone(), path, method)))
            }
            Err(error) => match self.method_call("GET", id, "").failed(&error) {
                ServiceError::NotThere { .. } => Ok(None),
                other => Err(other),
            },
        }
    }

    async fn authorizers(&self) -> Result<Vec<Authorizer>, ServiceError> {
        let mut authorizers = Vec::new();
        let mut position = None;
        loop {
            let page = self
                .sdk
                .get_authorizers()
                .rest_api_id(&self.id)
                .limit(PAGE)
                .set_position(position)
                .send()
                .await
                .map_err(|error| self.call("GET", "/authorizers").failed(&error))?;
            authorizers.extend(page.items.unwrap_or_default().into_iter().map(|found| {
                Authorizer {
                    id: found.id.unwrap_or_default(),
                    name: found.name.unwrap_or_default(),
                    settings: AuthorizerSettings {
                        kind: found
                            .r#type
                            .map(|kind| kind.as_str().to_owned())
                            .unwrap_or_default(),
                        uri: found.authorizer_uri,
                        ttl: found.authorizer_result_ttl_in_seconds,
                        identity_source: found.identity_source.unwrap_or_default(),
                    },
                }
            }));
            position = page.position;
            if position.is_none() {
                return Ok(authorizers);
            }
        }
    }

    async fn gateway_responses(&self) -> Result<BTreeMap<String, Answer>, ServiceError> {
        let mut responses = BTreeMap::new();
        let mut position = None;
        loop {
            let page = self
                .sdk
                .get_gateway_responses()
                .rest_api_id(&self.id)
                .limit(PAGE)
                .set_position(position)
                .send()
                .await
                .map_err(|error| self.call("GET", "/gatewayresponses").failed(&error))?;
            for found in page.items.unwrap_or_default() {
                let Some(response_type) = found.response_type else {
                    continue;
                };
                let answer = answer(
                    found.default_response,
                    found.status_code,
                    found.response_parameters,
                    found.response_templates,
                );
                responses.insert(response_type.as_str().to_owned(), answer);
            }
            position = page.position;
            if position.is_none() {
                return Ok(responses);
            }
        }
    }

    async fn gateway_response(&self, response_type: &str) -> Result<Answer, ServiceError> {
        let found = self
            .sdk
            .get_gateway_response()
            .rest_api_id(&self.id)
            .response_type(GatewayResponseType::from(response_type))
            .send()
            .await
            .map_err(|error| {
                self.call("GET", &format!("/gatewayresponses/{response_type}"))
                    .failed(&error)
            })?;
        Ok(answer(
            found.default_response,
            found.status_code,
            found.response_parameters,
            found.response_templates,
        ))
    }

    async fn export(&self, stage: &str) -> Result<Value, ServiceError> {
        let call = || self.call("GET", &format!("/stages/{stage}/exports/oas30"));
        let found = self
            .sdk
            .get_export()
            .rest_api_id(&self.id)
            .stage_name(stage)
            .export_type("oas30")
            .parameters("extensions", "integrations,authorizers")
            .accepts("application/json")
            .send()
            .await
            .map_err(|error| call().failed(&error))?;
        let body = found
            .body
            .unwrap_or_else(|| aws_sdk_apigateway::primitives::Blob::new([]));
        serde_json::from_slice(body.as_ref())
            .map_err(|error| call().unanswered(format!("its response is not valid JSON: {error}")))
    }

    async fn create_authorizer(
        &self,
        name: &str,
        settings: &AuthorizerSettings,
    ) -> Result<String, ServiceError> {
        let identity_source =
            Some(settings.identity_source.clone()).filter(|text| !text.is_empty());
        let made = self
            .sdk
            .create_authorizer()
            .rest_api_id(&self.id)
            .name(name)
            .r#type(AuthorizerType::from(settings.kind.as_str()))
            .set_authorizer_uri(settings.uri.clone())
            .set_authorizer_result_ttl_in_seconds(settings.ttl)
            .set_identity_source(identity_source)
            .send()
            .await
            .map_err(|error| self.call("POST", "/authorizers").failed(&error))?;
        Ok(made.id.unwrap_or_default())
    }

    async fn delete_authorizer(&self, id: &str) -> Result<(), ServiceError> {
        let done = self
            .sdk
            .delete_authorizer()
            .rest_api_id(&self.id)
            .authorizer_id(id)
            .send()
            .await;
        done.map(drop).or_else(|error| {
            gone_is_fine(
                self.call("DELETE", &format!("/authorizers/{id}"))
                    .failed(&error),
            )
        })
    }

    async fn patch_method(&self, id: &MethodId, changes: &[Patch]) -> Result<(), ServiceError> {
        self.sdk
            .update_method()
            .rest_api_id(&self.id)
            .resource_id(&id.resource)
            .http_method(&id.verb)
            .set_patch_operations(Some(operations(changes)))
            .send()
            .await
            .map_err(|error| self.method_call("PATCH", id, "").failed(&error))?;
        Ok(())
    }

    async fn patch_integration(
        &self,
        id: &MethodId,
        changes: &[Patch],
    ) -> Result<(), ServiceError> {
        self.sdk
            .update_integration()
            .rest_api_id(&self.id)
            .resource_id(&id.resource)
            .http_method(&id.verb)
            .set_patch_operations(Some(operations(changes)))
            .send()
            .await
            .map_err(|error| self.method_call("PATCH", id, "/integration").failed(&error))?;
        Ok(())
    }

    async fn put_gateway_response(
        &self,
        response_type: &str,
        response: &GatewayResponse,
    ) -> Result<(), ServiceError> {
        self.sdk
            .put_gateway_response()
            .rest_api_id(&self.id)
            .response_type(GatewayResponseType::from(response_type))
            .set_status_code(response.status_code.clone())
            .set_response_parameters(Some(unsorted(&response.response_parameters)))
            .set_response_templates(Some(unsorted(&response.response_templates)))
            .send()
            .await
            .map_err(|error| {
                self.call("PUT", &format!("/gatewayresponses/{response_type}"))
                    .failed(&error)
            })?;
        Ok(())
    }

    async fn delete_gateway_response(&self, response_type: &str) -> Result<(), ServiceError> {
        let done = self
            .sdk
            .delete_gateway_response()
            .rest_api_id(&self.id)
            .response_type(GatewayResponseType::from(response_type))
            .send()
            .await;
        done.map(drop).or_else(|error| {
            gone_is_fine(
                self.call("DELETE", &format!("/gatewayresponses/{response_type}"))
                    .failed(&error),
            )
        })
    }

    async fn create_deployment(&self, description: &str) -> Result<String, ServiceError> {
        let made = self
            .sdk
            .create_deployment()
            .rest_api_id(&self.id)
            .description(description)
            .send()
            .await
            .map_err(|error| self.call("POST", "/deployments").failed(&error))?;
        Ok(made.id.unwrap_or_default())
    }

    async fn delete_deployment(&self, id: &str) -> Result<(), ServiceError> {
        self.sdk
            .delete_deployment()
            .rest_api_id(&self.id)
            .deployment_id(id)
            .send()
            .await
            .map_err(|error| {
                self.call("DELETE", &format!("/deployments/{id}"))
                    .failed(&error)
            })?;
        Ok(())
    }

    async fn point_stage(&self, stage: &str, deployment_id: &str) -> Result<(), ServiceError> {
        let change = Patch::Replace("/deploymentId".to_owned(), deployment_id.to_owned());
        self.sdk
            .update_stage()
            .rest_api_id(&self.id)
            .stage_name(stage)
            .set_patch_operations(Some(operations(&[change])))
            .send()
            .await
            .map_err(|error| {
                self.call("PATCH", &format!("/stages/{stage}"))
                    .failed(&error)
            })?;
        Ok(())
    }
}

fn read_method(id: MethodId, path: &str, found: types::Method) -> Method {
    let kind = found
        .authorization_type
        .unwrap_or_else(|| "NONE".to_owned());
    // AWS does not document whether the id remains where no authorizer decides any more: it is meaningless there.
    let decides = matches!(kind.as_str(), "CUSTOM" | "COGNITO_USER_POOLS");
    Method {
        id,
        path: path.to_owned(),
        authorization: Authorization {
            authorizer_id: found.authorizer_id.filter(|id| decides && !id.is_empty()),
            scopes: found.authorization_scopes.unwrap_or_default(),
            kind,
        },
        integration: found.method_integration.map(|integration| Integration {
            kind: integration
                .r#type
                .map(|kind| kind.as_str().to_owned())
                .unwrap_or_default(),
            uri: integration.uri,
            parameters: sorted(integration.request_parameters),
        }),
    }
}

fn answer(
    is_default: bool,
    status_code: Option<String>,
    parameters: Option<HashMap<String, String>>,
    templates: Option<HashMap<String, String>>,
) -> Answer {
    if is_default {
        return Answer::Default;
    }
    Answer::Own(GatewayResponse {
        status_code,
        response_parameters: sorted(parameters),
        response_templates: sorted(templates),
    })
}

fn sorted(map: Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    map.unwrap_or_default().into_iter().collect()
}

fn unsorted(map: &BTreeMap<String, String>) -> HashMap<String, String> {
    map.clone().into_iter().collect()
}

fn operations(changes: &[Patch]) -> Vec<PatchOperation> {
    changes
        .iter()
        .map(|change| {
            let (op, path, value) = match change {
                Patch::Add(path, value) => (Op::Add, path, Some(value)),
                Patch::Replace(path, value) => (Op::Replace, path, Some(value)),
                Patch::Remove(path) => (Op::Remove, path, None),
                Patch::RemoveValue(path, value) => (Op::Remove, path, Some(value)),
            };
            PatchOperation::builder()
                .op(op)
                .path(path)
                .set_value(value.cloned())
                .build()
        })
        .collect()
}

fn gone_is_fine(error: ServiceError) -> Result<(), ServiceError> {
    match error {
        ServiceError::NotThere { .. } => Ok(()),
        other => Err(other),
    }
}
