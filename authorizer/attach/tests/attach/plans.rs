use crate::world::{apply, contract, everything, findings, options, planned, seen, without_health};

#[tokio::test]
async fn a_plan_lists_every_change_and_makes_none() {
    let fake = everything();
    let before = fake.state.borrow().live.clone();
    let plan = planned(&fake, 1, &without_health()).await;
    let lines = plan.lines(&seen(&fake).await, &contract(1));
    let expected = [
        "+ authorizer oathgate_dev_1_07e0f331",
        "    calls          arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:gate:1/invocations",
        "    caches results  never",
        "~ gateway response ACCESS_DENIED",
        "    418 with the API's own headers and body -> 403 with the API's own headers and body",
        "~ gateway response UNAUTHORIZED",
        "    API Gateway's own -> 401 with the API's own headers and body",
        "~ GET /health  (excluded)",
        "    X-Only-1  the client's own -> 'none'",
        "    X-User  the client's own -> 'none'",
        "~ GET /orders",
        "    authorization  NONE -> oathgate_dev_1_07e0f331",
        "    X-Only-1  the client's own -> context.authorizer.x-only-1",
        "    X-User  the client's own -> context.authorizer.x-user",
        "~ POST /orders",
        "    authorization  NONE -> oathgate_dev_1_07e0f331",
        "~ ANY /orders/{id}",
        "    authorization  NONE -> oathgate_dev_1_07e0f331",
        "    x-user  method.request.header.x-user -> the client's own",
        "    X-Only-1  the client's own -> context.authorizer.x-only-1",
        "    X-User  'somebody' -> context.authorizer.x-user",
        "+ deployment",
        "    stage prod  deployment-2 -> the new deployment, after all other changes",
        "note: POST /orders is a Lambda proxy, whose headers cannot be set: the function reads `event.requestContext.authorizer`",
    ];
    assert_eq!(lines, expected);
    assert_eq!(fake.state.borrow().live, before);
    assert_eq!(fake.state.borrow().writes, Vec::<String>::new());
}

#[tokio::test]
async fn planned_changes_are_made_and_served_and_a_second_run_changes_nothing() {
    let fake = everything();
    apply(&fake, 1, &without_health()).await.unwrap();
    assert_eq!(findings(&fake, 1).await, Vec::<String>::new());
    assert_eq!(fake.served("prod"), fake.state.borrow().live);
    let served = fake.served("prod");
    let decided = |name: &str| {
        let method = served.methods.values().find(|method| method.name() == name);
        method.unwrap().authorization.kind == "CUSTOM"
    };
    assert!(decided("GET /orders") && decided("ANY /orders/{id}") && decided("POST /orders"));
    assert!(!decided("GET /health") && !decided("OPTIONS /orders"));

    fake.state.borrow_mut().writes.clear();
    let again = planned(&fake, 1, &options()).await;
    assert_eq!(again.changes, Vec::new());
    apply(&fake, 1, &options()).await.unwrap();
    assert_eq!(fake.state.borrow().writes, Vec::<String>::new());
}

#[tokio::test]
async fn the_record_is_written_first_and_the_stage_is_changed_last() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    let writes = fake.state.borrow().writes.clone();
    assert_eq!(writes.first().unwrap(), "save record");
    let tail = &writes[writes.len() - 3..];
    assert_eq!(
        tail,
        [
            "create deployment oathgate dev version 1",
            "point stage prod",
            "save record"
        ]
    );
}

#[tokio::test]
async fn a_method_that_is_no_longer_excluded_is_decided() {
    let fake = everything();
    apply(&fake, 1, &without_health()).await.unwrap();
    let mut all = options();
    all.exclude_none = true;
    apply(&fake, 1, &all).await.unwrap();
    assert_eq!(findings(&fake, 1).await, Vec::<String>::new());
    let served = fake.served("prod");
    let health = served
        .methods
        .values()
        .find(|method| method.name() == "GET /health")
        .unwrap();
    assert_eq!(health.authorization.kind, "CUSTOM");
}
