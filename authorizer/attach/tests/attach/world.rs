//! Contracts of two versions, an API with every kind of method, and an invariant of both.

use std::{collections::BTreeSet, time::Duration};

use oathgate_attach::{
    ApplyError, Contract, Options, Plan, RecordStore as _, Seen, Work, api::Method, attach, detach,
    verify,
};
use serde_json::json;

use crate::fake::{Content, Fake, Kept, method};

/// The contract of a version: each sets `X-User` and one more header of its own.
pub(crate) fn contract(version: u32) -> Contract {
    let header = format!("X-Only-{version}");
    let key = header.to_lowercase();
    let text = json!({
        "format": 1,
        "gate": "dev",
        "restApiId": "abc123",
        "stage": "prod",
        "functionArn": format!("arn:aws:lambda:eu-west-1:123456789012:function:gate:{version}"),
        "headers": { "X-User": "context.authorizer.x-user", header.clone(): format!("context.authorizer.{key}") },
        "placeholders": { "X-User": "'none'", header: "'none'" },
        "gatewayResponses": {
            "UNAUTHORIZED": { "statusCode": "401", "responseTemplates": { "application/json": "{}" } },
            "ACCESS_DENIED": {
                "statusCode": "403",
                "responseParameters": { "gatewayresponse.header.X-Version": format!("'{version}'") },
            },
        },
    });
    Contract::parse(&text.to_string()).expect("a contract")
}

/// An API with every kind of method.
pub(crate) fn everything() -> Fake {
    let fake = Fake::new(vec![
        method("GET /orders", "HTTP_PROXY", &[]),
        method(
            "ANY /orders/{id}",
            "HTTP_PROXY",
            &[
                ("integration.request.path.id", "method.request.path.id"),
                ("integration.request.header.X-User", "'somebody'"),
                (
                    "integration.request.header.x-user",
                    "method.request.header.x-user",
                ),
            ],
        ),
        method("POST /orders", "AWS_PROXY", &[]),
        method("GET /health", "HTTP", &[]),
        method("OPTIONS /orders", "MOCK", &[]),
    ]);
    let own = serde_json::from_value(json!({
        "statusCode": "418",
        "responseTemplates": { "text/plain": "no" },
    }));
    let own = own.expect("a response");
    fake.state
        .borrow_mut()
        .live
        .responses
        .insert("ACCESS_DENIED".to_owned(), own);
    fake.redeploy("prod");
    fake
}

pub(crate) fn options() -> Options {
    Options::default()
}

pub(crate) fn without_health() -> Options {
    Options {
        exclude: vec!["GET /health".to_owned()],
        ..Options::default()
    }
}

pub(crate) async fn seen(fake: &Fake) -> Seen {
    Seen::read(&fake, "abc123", "prod")
        .await
        .expect("it can be read")
}

pub(crate) async fn planned(fake: &Fake, version: u32, options: &Options) -> Plan {
    let record = Kept(fake).load().await.expect("a record");
    attach::plan(
        &seen(fake).await,
        &contract(version),
        record.as_ref(),
        options,
    )
}

pub(crate) async fn carry_out(fake: &Fake, plan: &Plan) -> Result<(), ApplyError> {
    assert_eq!(plan.refusals, Vec::<String>::new());
    let seen = seen(fake).await;
    let mut work = Work {
        api: &fake,
        records: &mut Kept(fake),
        drain: Duration::ZERO,
    };
    work.apply(plan, &seen).await
}

pub(crate) async fn apply(fake: &Fake, version: u32, options: &Options) -> Result<(), ApplyError> {
    let plan = planned(fake, version, options).await;
    carry_out(fake, &plan).await
}

pub(crate) async fn planned_detach(fake: &Fake, version: u32) -> Plan {
    let record = Kept(fake).load().await.expect("a record");
    detach::plan(
        &seen(fake).await,
        &contract(version),
        record.as_ref(),
        &options(),
    )
}

pub(crate) async fn take_off(fake: &Fake, version: u32) -> Result<(), ApplyError> {
    let plan = planned_detach(fake, version).await;
    carry_out(fake, &plan).await
}

pub(crate) async fn findings(fake: &Fake, version: u32) -> Vec<String> {
    let record = Kept(fake).load().await.expect("a record");
    verify::findings(
        &seen(fake).await,
        &contract(version),
        record.as_ref(),
        &options(),
    )
}

/// The headers that are mapped from an authorizer's context and not set by the authorizer that is called: a client could set them.
pub(crate) fn open_headers(content: &Content) -> Vec<String> {
    let mut open = Vec::new();
    for method in content.methods.values() {
        let set = set_by_authorizer(content, method);
        let parameters = method
            .integration
            .iter()
            .flat_map(|found| &found.parameters);
        for (name, source) in parameters {
            if source.starts_with("context.authorizer.") && !set.contains(source.as_str()) {
                open.push(format!("{}: {name}", method.name()));
            }
        }
    }
    open
}

fn set_by_authorizer(content: &Content, method: &Method) -> BTreeSet<&'static str> {
    let id = method.authorization.authorizer_id.as_ref();
    let uri = content
        .authorizers
        .iter()
        .find(|found| Some(&found.id) == id)
        .and_then(|found| found.settings.uri.clone())
        .unwrap_or_default();
    if uri.ends_with(":1/invocations") {
        ["context.authorizer.x-user", "context.authorizer.x-only-1"].into()
    } else if uri.ends_with(":2/invocations") {
        ["context.authorizer.x-user", "context.authorizer.x-only-2"].into()
    } else {
        BTreeSet::new()
    }
}
