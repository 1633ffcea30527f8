use oathgate_attach::api::Authorization;

use crate::{
    fake::method,
    world::{apply, everything, options, planned_detach, take_off, without_health},
};

#[tokio::test]
async fn detaching_restores_everything_and_serves_it() {
    let fake = everything();
    let (live, served) = (fake.state.borrow().live.clone(), fake.served("prod"));
    for version in [1, 2, 1] {
        apply(&fake, version, &without_health()).await.unwrap();
    }
    take_off(&fake, 1).await.unwrap();
    assert_eq!(fake.state.borrow().live, live);
    assert_eq!(fake.served("prod"), served);
    assert_eq!(fake.state.borrow().record, None);
}

#[tokio::test]
async fn a_replaced_authorizer_is_restored_with_its_scopes() {
    let fake = everything();
    let cognito = Authorization {
        kind: "COGNITO_USER_POOLS".to_owned(),
        authorizer_id: Some("pool".to_owned()),
        scopes: vec!["orders.read".to_owned(), "orders.write".to_owned()],
    };
    {
        let mut state = fake.state.borrow_mut();
        state
            .live
            .authorizers
            .push(oathgate_attach::api::Authorizer {
                id: "pool".to_owned(),
                name: "users".to_owned(),
                settings: oathgate_attach::api::AuthorizerSettings {
                    kind: "COGNITO_USER_POOLS".to_owned(),
                    uri: None,
                    ttl: Some(300),
                    identity_source: "method.request.header.Authorization".to_owned(),
                },
            });
        for found in state.live.methods.values_mut() {
            if found.name() == "GET /orders" {
                found.authorization = cognito.clone();
            }
        }
    }
    fake.redeploy("prod");
    let live = fake.state.borrow().live.clone();
    let mut replace = options();
    replace.replace_authorizers = true;
    apply(&fake, 1, &replace).await.unwrap();
    assert_ne!(fake.state.borrow().live, live);
    take_off(&fake, 1).await.unwrap();
    assert_eq!(fake.state.borrow().live, live);
}

#[tokio::test]
async fn changes_by_others_are_kept_and_reported() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    {
        let mut state = fake.state.borrow_mut();
        for found in state.live.methods.values_mut() {
            if found.name() == "GET /orders" {
                found.authorization.kind = "AWS_IAM".to_owned();
                found.authorization.authorizer_id = None;
            }
        }
        state
            .live
            .responses
            .get_mut("UNAUTHORIZED")
            .unwrap()
            .status_code = Some("403".to_owned());
    }
    fake.redeploy("prod");
    let plan = planned_detach(&fake, 1).await;
    assert_eq!(
        plan.notes,
        [
            "the authorization of GET /orders was changed by someone else and is left unchanged: AWS_IAM",
            "gateway response UNAUTHORIZED was changed by someone else and is left unchanged: 403 with the API's own headers and body",
        ]
    );
    take_off(&fake, 1).await.unwrap();
    let state = fake.state.borrow();
    let orders = state
        .live
        .methods
        .values()
        .find(|found| found.name() == "GET /orders")
        .unwrap();
    assert_eq!(orders.authorization.kind, "AWS_IAM");
    assert!(orders.integration.as_ref().unwrap().parameters.is_empty());
    assert_eq!(
        state.live.responses["UNAUTHORIZED"].status_code.as_deref(),
        Some("403")
    );
}

#[tokio::test]
async fn a_deleted_method_is_skipped_and_an_added_one_is_not_changed() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    {
        let mut state = fake.state.borrow_mut();
        state
            .live
            .methods
            .retain(|_, found| found.name() != "GET /orders");
        let new = method("GET /new", "HTTP_PROXY", &[]);
        state.live.methods.insert(new.id.clone(), new);
    }
    fake.redeploy("prod");
    take_off(&fake, 1).await.unwrap();
    assert!(fake.state.borrow().live.authorizers.is_empty());
}

#[tokio::test]
async fn an_api_without_the_gate_is_not_changed() {
    let fake = everything();
    take_off(&fake, 1).await.unwrap();
    assert_eq!(fake.state.borrow().writes, Vec::<String>::new());
}
