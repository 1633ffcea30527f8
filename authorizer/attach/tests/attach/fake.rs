//! An API Gateway in memory, with a stage that serves deployments as AWS does, and faults on demand.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use oathgate_attach::{
    ApiGateway, Record, RecordError, RecordStore, ServiceError,
    api::{
        Answer, Authorization, Authorizer, AuthorizerSettings, GatewayResponse, Integration,
        Method, MethodId, Patch, RestApi, Stage,
    },
};
use serde_json::{Map, Value, json};

/// What fails, and whether the request is carried out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is not carried out.
    Before,
    /// It is carried out, and the response is lost.
    After,
}

/// The contents of an API, of which a deployment is a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) methods: BTreeMap<MethodId, Method>,
    pub(crate) authorizers: Vec<Authorizer>,
    pub(crate) responses: BTreeMap<String, GatewayResponse>,
}

impl Content {
    fn uses(&self, authorizer: &str) -> bool {
        let mut methods = self.methods.values();
        methods.any(|method| method.authorization.authorizer_id.as_deref() == Some(authorizer))
    }
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) live: Content,
    pub(crate) deployments: BTreeMap<String, Content>,
    pub(crate) stages: BTreeMap<String, String>,
    pub(crate) canary: bool,
    pub(crate) record: Option<Record>,
    /// Every request that changes something, in order.
    pub(crate) writes: Vec<String>,
    fault: Option<(usize, Fault)>,
    next: usize,
    /// A change by someone else right before the n-th write.
    meanwhile: Option<(usize, Meanwhile)>,
}

/// A change to an API by someone else.
pub(crate) type Meanwhile = fn(&mut State);

/// The API, its control plane and the storage of its record.
#[derive(Debug, Default)]
pub(crate) struct Fake {
    pub(crate) state: RefCell<State>,
}

impl Fake {
    /// An API with these methods, deployed to `prod`.
    pub(crate) fn new(methods: Vec<Method>) -> Self {
        let fake = Self::default();
        {
            let mut state = fake.state.borrow_mut();
            state.live.methods = methods
                .into_iter()
                .map(|method| (method.id.clone(), method))
                .collect();
        }
        fake.redeploy("prod");
        fake
    }

    /// Deploys the API in its present state, as its owners do.
    pub(crate) fn redeploy(&self, stage: &str) {
        let mut state = self.state.borrow_mut();
        let id = state.deploy();
        state.stages.insert(stage.to_owned(), id);
    }

    /// Makes the n-th write from now on fail, once.
    pub(crate) fn fail_at(&self, write: usize, fault: Fault) {
        let mut state = self.state.borrow_mut();
        state.writes.clear();
        state.fault = Some((write, fault));
    }

    /// Makes a change by someone else right before the n-th write from now on.
    pub(crate) fn before_write(&self, write: usize, does: Meanwhile) {
        let mut state = self.state.borrow_mut();
        state.writes.clear();
        state.meanwhile = Some((write, does));
    }

    /// What a stage serves.
    pub(crate) fn served(&self, stage: &str) -> Content {
        let state = self.state.borrow();
        state.deployments[&state.stages[stage]].clone()
    }

    fn write<T>(
        &self,
        action: &str,
        resource: String,
        does: impl FnOnce(&mut State) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let mut state = self.state.borrow_mut();
        if let Some((number, meanwhile)) = state.meanwhile
            && number == state.writes.len()
        {
            state.meanwhile = None;
            meanwhile(&mut state);
        }
        let number = state.writes.len();
        state.writes.push(format!("{action} {resource}"));
        let fault = state
            .fault
            .filter(|(at, _)| *at == number)
            .map(|(_, fault)| fault);
        let lost = || ServiceError::NoAnswer {
            action: action.to_owned(),
            resource: resource.clone(),
            reason: "the connection was cut".to_owned(),
        };
        match fault {
            Some(Fault::Before) => Err(lost()),
            Some(Fault::After) => {
                does(&mut state)?;
                Err(lost())
            }
            None => does(&mut state),
        }
    }
}

impl State {
    fn deploy(&mut self) -> String {
        self.next += 1;
        let id = format!("deployment-{}", self.next);
        let mut content = self.live.clone();
        // A deployment contains the authorizers that decide a method.
        content
            .authorizers
            .retain(|authorizer| self.live.uses(&authorizer.id));
        self.deployments.insert(id.clone(), content);
        id
    }
}

impl ApiGateway for &Fake {
    async fn rest_api(&self) -> Result<RestApi, ServiceError> {
        Ok(RestApi {
            id: "abc123".to_owned(),
            name: "orders".to_owned(),
        })
    }

    async fn stages(&self) -> Result<Vec<Stage>, ServiceError> {
        let state = self.state.borrow();
        let stages = state.stages.iter();
        Ok(stages
            .map(|(name, deployment)| Stage {
                name: name.clone(),
                deployment_id: deployment.clone(),
                canary: state.canary,
                caches: false,
            })
            .collect())
    }

    async fn methods(&self) -> Result<Vec<Method>, ServiceError> {
        Ok(self.state.borrow().live.methods.values().cloned().collect())
    }

    async fn method(&self, id: &MethodId, _path: &str) -> Result<Option<Method>, ServiceError> {
        Ok(self.state.borrow().live.methods.get(id).cloned())
    }

    async fn authorizers(&self) -> Result<Vec<Authorizer>, ServiceError> {
        Ok(self.state.borrow().live.authorizers.clone())
    }

    async fn gateway_responses(&self) -> Result<BTreeMap<String, Answer>, ServiceError> {
        let state = self.state.borrow();
        let own = state.live.responses.iter();
        Ok(["UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED"]
            .into_iter()
            .map(|name| (name.to_owned(), Answer::Default))
            .chain(own.map(|(name, response)| (name.clone(), Answer::Own(response.clone()))))
            .collect())
    }

    async fn gateway_response(&self, response_type: &str) -> Result<Answer, ServiceError> {
        let own = self
            .state
            .borrow()
            .live
            .responses
            .get(response_type)
            .cloned();
        Ok(own.map_or(Answer::Default, Answer::Own))
    }

    async fn export(&self, stage: &str) -> Result<Value, ServiceError> {
        Ok(exported(&self.served(stage)))
    }

    async fn create_authorizer(
        &self,
        name: &str,
        settings: &AuthorizerSettings,
    ) -> Result<String, ServiceError> {
        self.write("create authorizer", name.to_owned(), |state| {
            state.next += 1;
            let id = format!("authorizer-{}", state.next);
            state.live.authorizers.push(Authorizer {
                id: id.clone(),
                name: name.to_owned(),
                settings: settings.clone(),
            });
            Ok(id)
        })
    }

    async fn delete_authorizer(&self, id: &str) -> Result<(), ServiceError> {
        self.write("delete authorizer", id.to_owned(), |state| {
            if state.live.uses(id) {
                return Err(ServiceError::Refused {
                    action: "apigateway:DELETE".to_owned(),
                    resource: id.to_owned(),
                    code: "ConflictException".to_owned(),
                    message: "Cannot delete authorizer, is referenced in method".to_owned(),
                });
            }
            state
                .live
                .authorizers
                .retain(|authorizer| authorizer.id != id);
            Ok(())
        })
    }

    async fn patch_method(&self, id: &MethodId, changes: &[Patch]) -> Result<(), ServiceError> {
        self.write("patch method", format!("{id:?}"), |state| {
            let method = state.live.methods.get_mut(id).expect("the method is there");
            let authorization = &mut method.authorization;
            for change in changes {
                match change {
                    Patch::Replace(path, value) if path == "/authorizationType" => {
                        authorization.kind.clone_from(value);
                    }
                    Patch::Replace(path, value) if path == "/authorizerId" => {
                        authorization.authorizer_id =
                            Some(value.clone()).filter(|id| !id.is_empty());
                    }
                    Patch::Add(path, value) if path == "/authorizationScopes" => {
                        authorization.scopes.push(value.clone());
                    }
                    Patch::RemoveValue(path, value) if path == "/authorizationScopes" => {
                        authorization.scopes.retain(|scope| scope != value);
                    }
                    other => panic!("API Gateway takes no such change of a method: {other:?}"),
                }
            }
            Ok(())
        })
    }

    async fn patch_integration(
        &self,
        id: &MethodId,
        changes: &[Patch],
    ) -> Result<(), ServiceError> {
        self.write("patch integration", format!("{id:?}"), |state| {
            let method = state.live.methods.get_mut(id).expect("the method is there");
            let integration = method.integration.as_mut().expect("it has an integration");
            for change in changes {
                match change {
                    Patch::Add(path, value) | Patch::Replace(path, value) => {
                        let name = parameter(path);
                        integration.parameters.insert(name, value.clone());
                    }
                    Patch::Remove(path) => {
                        integration
                            .parameters
                            .remove(&parameter(path))
                            .expect("it is there");
                    }
                    other => {
                        panic!("API Gateway takes no such change of an integration: {other:?}")
                    }
                }
            }
            Ok(())
        })
    }

    async fn put_gateway_response(
        &self,
        response_type: &str,
        response: &GatewayResponse,
    ) -> Result<(), ServiceError> {
        self.write("put response", response_type.to_owned(), |state| {
            state
                .live
                .responses
                .insert(response_type.to_owned(), response.clone());
            Ok(())
        })
    }

    async fn delete_gateway_response(&self, response_type: &str) -> Result<(), ServiceError> {
        self.write("delete response", response_type.to_owned(), |state| {
            state.live.responses.remove(response_type);
            Ok(())
        })
    }

    async fn create_deployment(&self, description: &str) -> Result<String, ServiceError> {
        self.write("create deployment", description.to_owned(), |state| {
            Ok(state.deploy())
        })
    }

    async fn delete_deployment(&self, id: &str) -> Result<(), ServiceError> {
        self.write("delete deployment", id.to_owned(), |state| {
            state.deployments.remove(id);
            Ok(())
        })
    }

    async fn point_stage(&self, stage: &str, deployment_id: &str) -> Result<(), ServiceError> {
        self.write("point stage", stage.to_owned(), |state| {
            state
                .stages
                .insert(stage.to_owned(), deployment_id.to_owned());
            Ok(())
        })
    }
}

/// The record of an API, stored beside it.
#[derive(Debug)]
pub(crate) struct Kept<'a>(pub &'a Fake);

impl RecordStore for Kept<'_> {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    async fn load(&mut self) -> Result<Option<Record>, RecordError> {
        // As text, so that the format is tested too.
        let text = serde_json::to_string(&self.0.state.borrow().record).expect("it can be written");
        Ok(serde_json::from_str(&text).expect("it can be read"))
    }

    async fn save(&mut self, record: &Record) -> Result<(), RecordError> {
        Ok(self.0.write("save", "record".to_owned(), |state| {
            state.record = Some(record.clone());
            Ok(())
        })?)
    }

    async fn remove(&mut self) -> Result<(), RecordError> {
        Ok(self.0.write("remove", "record".to_owned(), |state| {
            state.record = None;
            Ok(())
        })?)
    }
}

fn parameter(path: &str) -> String {
    path.strip_prefix("/requestParameters/")
        .expect("a parameter's path")
        .replace("~1", "/")
        .replace("~0", "~")
}

/// A deployment as API Gateway exports it.
fn exported(content: &Content) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemes = Map::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for method in content.methods.values() {
        let mut operation = Map::new();
        if let Some(id) = &method.authorization.authorizer_id
            && let Some(found) = content.authorizers.iter().find(|found| found.id == *id)
        {
            used.insert(&found.name);
            operation.insert("security".to_owned(), json!([{ found.name.clone(): [] }]));
            let scheme = json!({
                "type": "apiKey",
                "name": "Unused",
                "in": "header",
                "x-amazon-apigateway-authtype": "custom",
                "x-amazon-apigateway-authorizer": {
                    "authorizerUri": found.settings.uri,
                    "authorizerResultTtlInSeconds": found.settings.ttl,
                    "type": "request",
                },
            });
            schemes.insert(found.name.clone(), scheme);
        }
        if let Some(integration) = &method.integration {
            let integration = json!({
                "type": integration.kind.to_lowercase(),
                "uri": integration.uri,
                "requestParameters": integration.parameters,
            });
            operation.insert("x-amazon-apigateway-integration".to_owned(), integration);
        }
        let key = match method.id.verb.as_str() {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            verb => verb.to_lowercase(),
        };
        let item = paths.entry(&method.path).or_default();
        item.insert(key, Value::Object(operation));
    }
    json!({ "openapi": "3.0.1", "paths": paths, "components": { "securitySchemes": schemes } })
}

/// A method without authorization.
pub(crate) fn method(name: &str, kind: &str, parameters: &[(&str, &str)]) -> Method {
    let (verb, path) = name.split_once(' ').expect("a verb and a path");
    let backend = format!("https://backend.example.com{path}");
    Method {
        id: MethodId {
            resource: format!("id-of{}", path.replace('/', "-")),
            verb: verb.to_owned(),
        },
        path: path.to_owned(),
        authorization: Authorization::none(),
        integration: Some(Integration {
            kind: kind.to_owned(),
            uri: Some(backend).filter(|_| kind != "MOCK"),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }),
    }
}
