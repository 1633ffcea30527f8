use oathgate_attach::{Contract, api::Authorization, attach};

use crate::{
    fake::method,
    world::{apply, contract, everything, options, planned, planned_detach, seen},
};

#[tokio::test]
async fn another_authorizer_is_replaced_only_on_request() {
    let fake = everything();
    for found in fake.state.borrow_mut().live.methods.values_mut() {
        if found.name() == "GET /orders" {
            found.authorization = Authorization::by("theirs");
        }
    }
    fake.redeploy("prod");
    let plan = planned(&fake, 1, &options()).await;
    assert_eq!(
        plan.refusals,
        [
            "the authorizer `theirs` decides GET /orders: exclude it with --exclude 'GET /orders', or replace its authorizer with --replace-authorizers"
        ]
    );
    let mut excluding = options();
    excluding.exclude = vec!["get /orders".to_owned()];
    apply(&fake, 1, &excluding).await.unwrap();
    let state = fake.state.borrow();
    let orders = state
        .live
        .methods
        .values()
        .find(|found| found.name() == "GET /orders")
        .unwrap();
    assert_eq!(orders.authorization, Authorization::by("theirs"));
    assert_eq!(
        orders.integration.as_ref().unwrap().parameters["integration.request.header.X-User"],
        "'none'"
    );
}

#[tokio::test]
async fn an_unknown_method_to_exclude_is_reported_with_a_suggestion() {
    let fake = everything();
    let mut excluding = options();
    excluding.exclude = vec!["GET /helth".to_owned()];
    let plan = planned(&fake, 1, &excluding).await;
    assert_eq!(
        plan.refusals,
        ["the API has no method `GET /helth` to exclude; did you mean `GET /health`?"]
    );
}

#[tokio::test]
async fn changes_that_others_have_not_deployed_are_deployed_only_on_request() {
    let fake = everything();
    {
        let mut state = fake.state.borrow_mut();
        state
            .live
            .methods
            .retain(|_, found| found.name() != "POST /orders");
        let new = method("GET /new", "HTTP_PROXY", &[]);
        state.live.methods.insert(new.id.clone(), new);
        for found in state.live.methods.values_mut() {
            if found.name() == "GET /orders" {
                found.integration.as_mut().unwrap().uri =
                    Some("https://other.example.com".to_owned());
            }
        }
    }
    let plan = planned(&fake, 1, &options()).await;
    assert_eq!(
        plan.refusals,
        [
            "the API was changed since its stage `prod` was deployed, and a deployment would include these changes (GET /new is new, GET /orders has another backend, POST /orders was deleted): deploy the API first, or pass --deploy-pending"
        ]
    );
}

#[tokio::test]
async fn a_lambda_proxy_is_refused_where_forged_headers_are_only_replaced() {
    let fake = everything();
    let mut contract = contract(1);
    contract.replaces_forged_headers = true;
    let plan = attach::plan(&seen(&fake).await, &contract, None, &options());
    assert_eq!(
        plan.refusals,
        [
            "POST /orders passes the client's headers on unchanged, and the gate's stage has `forgedHeaders: replace`, so forged ones would reach the backend: exclude the method, or set `forgedHeaders: refuse`"
        ]
    );
}

#[tokio::test]
async fn a_method_without_an_integration_is_refused() {
    let fake = everything();
    for found in fake.state.borrow_mut().live.methods.values_mut() {
        if found.name() == "GET /orders" {
            found.integration = None;
        }
    }
    fake.redeploy("prod");
    let plan = planned(&fake, 1, &options()).await;
    assert_eq!(
        plan.refusals,
        [
            "GET /orders has no integration, and API Gateway does not deploy an API with such a method: add one, or delete the method"
        ]
    );
}

#[tokio::test]
async fn a_stage_with_a_canary_is_refused() {
    let fake = everything();
    fake.state.borrow_mut().canary = true;
    let plan = planned(&fake, 1, &options()).await;
    assert!(
        plan.refusals[0].starts_with("stage `prod` serves a canary"),
        "{:?}",
        plan.refusals
    );
}

#[tokio::test]
async fn without_the_record_neither_attaching_nor_detaching_guesses_the_former_state() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    fake.state.borrow_mut().record = None;
    for plan in [
        planned(&fake, 1, &options()).await,
        planned_detach(&fake, 1).await,
    ] {
        assert_eq!(plan.refusals.len(), 1);
        assert!(plan.refusals[0].contains("the record of the API's former state is missing"));
    }
}

#[tokio::test]
async fn another_stage_that_serves_the_gate_keeps_its_authorizer() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    fake.redeploy("test");
    let plan = planned_detach(&fake, 1).await;
    assert!(
        plan.refusals[0].starts_with("stage `test` of the API also serves the gate's authorizer"),
        "{:?}",
        plan.refusals
    );
}

#[test]
fn a_contract_that_would_leave_a_header_to_clients_is_refused() {
    let good = serde_json::to_value(crate::world::contract(1)).unwrap();
    let with = |pointer: &str, value: &str| {
        let mut contract = good.clone();
        *contract.pointer_mut(pointer).unwrap() = value.into();
        Contract::parse(&contract.to_string())
            .unwrap_err()
            .to_string()
    };
    for (pointer, value, message) in [
        (
            "/headers/X-User",
            "method.request.header.x-user",
            "`headers.X-User` must come from `context.authorizer.…`",
        ),
        (
            "/placeholders/X-User",
            "''",
            "`placeholders.X-User` must be a non-empty string in single quotes",
        ),
        (
            "/functionArn",
            "arn:aws:lambda:eu-west-1:123456789012:function:gate",
            "`functionArn` must be the ARN of a published version of a function: `arn:aws:lambda:…:function:name:7`",
        ),
        (
            "/functionArn",
            "arn:aws:lambda:eu-west-1:123456789012:function:gate:$LATEST",
            "`functionArn` must be the ARN of a published version of a function: `arn:aws:lambda:…:function:name:7`",
        ),
        (
            "/gate",
            "a_b",
            "`gate` must be the name of the gate's stage",
        ),
    ] {
        assert_eq!(with(pointer, value), message);
    }
    let mut other = good.clone();
    other["format"] = 2.into();
    assert!(
        Contract::parse(&other.to_string())
            .unwrap_err()
            .to_string()
            .contains("its format is 2")
    );
}
