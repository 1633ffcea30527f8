//! A change by others between a plan and its changes stops the run, which reports that change.

use oathgate_attach::api::Authorization;

use crate::{
    fake::{State, method},
    world::{apply, carry_out, everything, findings, options, planned},
};

fn orders(state: &mut State) -> &mut oathgate_attach::api::Method {
    let found = state
        .live
        .methods
        .values_mut()
        .find(|found| found.name() == "GET /orders");
    found.expect("GET /orders")
}

#[tokio::test]
async fn a_method_that_was_changed_since_the_plan_is_not_touched() {
    let fake = everything();
    let plan = planned(&fake, 1, &options()).await;
    orders(&mut fake.state.borrow_mut()).authorization = Authorization {
        kind: "AWS_IAM".to_owned(),
        authorizer_id: None,
        scopes: Vec::new(),
    };
    let error = carry_out(&fake, &plan).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /orders was changed by someone else meanwhile: its authorization is AWS_IAM, and its integration maps nothing. Nothing more was changed: run this again to make a new plan"
    );
    assert_eq!(
        orders(&mut fake.state.borrow_mut()).authorization.kind,
        "AWS_IAM"
    );
    assert!(
        !fake
            .state
            .borrow()
            .writes
            .iter()
            .any(|write| write.starts_with("point"))
    );
}

#[tokio::test]
async fn a_method_that_was_added_meanwhile_is_not_deployed_unplanned() {
    let fake = everything();
    fake.before_write(6, |state| {
        let new = method("GET /new", "HTTP_PROXY", &[]);
        state.live.methods.insert(new.id.clone(), new);
    });
    let served = fake.served("prod");
    let error = apply(&fake, 1, &options()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("GET /new was changed by someone else meanwhile"),
        "{error}"
    );
    assert_eq!(fake.served("prod"), served);
    // The deployment that was created is deleted again.
    assert_eq!(fake.state.borrow().deployments.len(), 2);
    let refused = planned(&fake, 1, &options()).await.refusals;
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0].contains("GET /new is new") && refused[0].contains("--deploy-pending"),
        "{refused:?}"
    );
    let mut along = options();
    along.deploy_pending = true;
    apply(&fake, 1, &along).await.unwrap();
    assert_eq!(findings(&fake, 1).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stage_that_others_have_deployed_to_is_not_changed() {
    let fake = everything();
    let plan = planned(&fake, 1, &options()).await;
    {
        let mut state = fake.state.borrow_mut();
        let live = state.live.clone();
        state.deployments.insert("theirs".to_owned(), live);
    }
    fake.before_write(4, |state| {
        state.stages.insert("prod".to_owned(), "theirs".to_owned());
    });
    let error = carry_out(&fake, &plan).await.unwrap_err();
    assert!(
        error.to_string().contains("stage `prod` was changed by someone else meanwhile: it serves deployment theirs instead of deployment-2"),
        "{error}"
    );
    assert_eq!(fake.state.borrow().stages["prod"], "theirs");
}

#[tokio::test]
async fn a_gateway_response_or_an_authorizer_that_was_added_meanwhile_stops_the_run() {
    let fake = everything();
    let plan = planned(&fake, 1, &options()).await;
    let own = fake.state.borrow().live.responses["ACCESS_DENIED"].clone();
    fake.state
        .borrow_mut()
        .live
        .responses
        .insert("UNAUTHORIZED".to_owned(), own);
    let error = carry_out(&fake, &plan).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("gateway response UNAUTHORIZED was changed"),
        "{error}"
    );
}
