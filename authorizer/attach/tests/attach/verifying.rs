use oathgate_attach::api::Authorization;

use crate::{
    fake::{Fake, State, method},
    world::{apply, everything, findings, options, without_health},
};

const FINE: [&str; 0] = [];

async fn attached() -> Fake {
    let fake = everything();
    apply(&fake, 1, &without_health()).await.unwrap();
    fake
}

#[tokio::test]
async fn an_api_without_the_gate_lacks_everything() {
    let message = findings(&everything(), 1).await;
    for line in [
        "the API has no authorizer that calls version 1 of the gate `dev`",
        "GET /orders has no authorizer",
        "GET /orders does not set X-User from context.authorizer.x-user",
        "ANY /orders/{id} sets X-User from 'somebody' instead of context.authorizer.x-user",
        "ANY /orders/{id} still sets x-user, which the gate does not set",
        "gateway response UNAUTHORIZED is not the gate's: it is API Gateway's own",
        "stage `prod` (deployment deployment-2) serves GET /orders without an authorizer",
    ] {
        assert!(
            message.iter().any(|found| found == line),
            "{line} is not among {message:#?}"
        );
    }
}

#[tokio::test]
async fn each_change_by_others_is_reported_and_repaired_by_another_run() {
    let with = |state: &mut State, change: fn(&mut oathgate_attach::api::Method)| {
        let found = state
            .live
            .methods
            .values_mut()
            .find(|found| found.name() == "GET /orders");
        change(found.unwrap());
    };
    type Break = (
        fn(&mut State, &dyn Fn(&mut State, fn(&mut oathgate_attach::api::Method))),
        &'static str,
    );
    let breaks: [Break; 7] = [
        (
            |state, with| with(state, |found| found.authorization = Authorization::none()),
            "GET /orders has no authorizer",
        ),
        (
            |state, with| {
                with(state, |found| {
                    found.integration.as_mut().unwrap().parameters.clear()
                })
            },
            "GET /orders does not set X-User from context.authorizer.x-user",
        ),
        (
            |state, with| {
                with(state, |found| {
                    let parameters = &mut found.integration.as_mut().unwrap().parameters;
                    parameters.insert(
                        "integration.request.header.X-User".to_owned(),
                        "method.request.header.X-User".to_owned(),
                    );
                });
            },
            "GET /orders sets X-User from method.request.header.X-User instead of context.authorizer.x-user",
        ),
        (
            |state, _| {
                state.live.responses.remove("UNAUTHORIZED");
            },
            "gateway response UNAUTHORIZED is not the gate's: it is API Gateway's own",
        ),
        (
            |state, _| state.live.authorizers[0].settings.ttl = Some(300),
            "the authorizer `oathgate_dev_1_07e0f331` was changed: it caches results for 300 seconds and requires ``, but it must cache none and require nothing",
        ),
        (
            |state, _| {
                let new = method("GET /new", "HTTP_PROXY", &[]);
                state.live.methods.insert(new.id.clone(), new);
            },
            "GET /new has no authorizer",
        ),
        (
            |state, _| {
                let health = state
                    .live
                    .methods
                    .values_mut()
                    .find(|found| found.name() == "GET /health");
                health
                    .unwrap()
                    .integration
                    .as_mut()
                    .unwrap()
                    .parameters
                    .clear();
            },
            "GET /health does not set X-User from 'none'",
        ),
    ];
    for (damage, line) in breaks {
        for deployed in [false, true] {
            let fake = attached().await;
            damage(&mut fake.state.borrow_mut(), &with);
            if deployed {
                fake.redeploy("prod");
            }
            let message = findings(&fake, 1).await;
            assert!(
                message.iter().any(|found| found == line),
                "{line} is not among {message:#?}"
            );
            let mut mend = options();
            mend.deploy_pending = true;
            apply(&fake, 1, &mend).await.unwrap();
            assert_eq!(findings(&fake, 1).await, FINE, "{line}");
        }
    }
}

#[tokio::test]
async fn a_stage_with_an_earlier_deployment_is_stale() {
    let fake = attached().await;
    fake.state
        .borrow_mut()
        .stages
        .insert("prod".to_owned(), "deployment-2".to_owned());
    let message = findings(&fake, 1).await;
    assert!(
        message.contains(
            &"stage `prod` (deployment deployment-2) serves GET /orders without an authorizer"
                .to_owned()
        ),
        "{message:#?}"
    );
    assert!(
        message
            .iter()
            .all(|found| found.starts_with("stage `prod`")),
        "{message:#?}"
    );
    apply(&fake, 1, &options()).await.unwrap();
    assert_eq!(findings(&fake, 1).await, FINE);
}

#[tokio::test]
async fn another_version_than_the_attached_one_is_reported() {
    let fake = attached().await;
    let message = findings(&fake, 2).await;
    assert!(
        message.contains(
            &"GET /orders is decided by the authorizer `oathgate_dev_1_07e0f331`".to_owned()
        ),
        "{message:#?}"
    );
    assert!(
        message
            .contains(&"GET /orders still sets X-Only-1, which the gate does not set".to_owned()),
        "{message:#?}"
    );
}
