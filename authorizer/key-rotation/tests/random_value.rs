//! The four steps for a random value, against a Secrets Manager that keeps versions and labels as AWS's does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod vault;

use oathgate_http_client::{
    Client,
    aws::{Account, Secrets},
};
use oathgate_key_rotation::{Outcome, RandomValue, RotationError, Step};
use vault::Vault;

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gate-AbCdEf";
const FIRST: &str = "00000000-0000-0000-0000-000000000001";
const NEXT: &str = "11111111-1111-1111-1111-111111111111";
const VALUE: &str = "first-0123456789abcdefghijklmnopqrstuv";

struct World {
    vault: Vault,
    rotated: RandomValue,
}

/// A secret with a value, whose rotation to `NEXT` Secrets Manager has started.
async fn rotating() -> World {
    let vault = Vault::holding(FIRST, VALUE);
    vault.begin_rotation(NEXT);
    let endpoint = vault.serve().await;
    let account = Account::from_variables(|name| match name {
        "AWS_REGION" => Some("eu-central-1".into()),
        "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("example".into()),
        _ => None,
    });
    let secrets = Secrets::new(&account.unwrap(), Client::default());
    World {
        vault,
        rotated: RandomValue::new(secrets),
    }
}

impl World {
    async fn step(&self, step: Step) -> Result<Outcome, RotationError> {
        self.rotated.step(step, ARN, NEXT).await
    }
}

#[tokio::test]
async fn a_new_value_becomes_current_and_the_previous_one_stays_readable() {
    let world = rotating().await;
    assert_eq!(world.step(Step::Create).await, Ok(Outcome::MadeValue));
    let made = world.vault.value("AWSPENDING").unwrap();
    assert_eq!(made.len(), 64);
    assert_eq!(world.vault.value("AWSCURRENT").unwrap(), VALUE);
    assert_eq!(world.step(Step::Set).await, Ok(Outcome::Nothing));
    assert_eq!(world.step(Step::Test).await, Ok(Outcome::Proven));
    assert_eq!(world.step(Step::Finish).await, Ok(Outcome::Finished));
    assert_eq!(world.vault.value("AWSCURRENT").unwrap(), made);
    assert_eq!(world.vault.value("AWSPREVIOUS").unwrap(), VALUE);
}

#[tokio::test]
async fn each_step_can_be_repeated() {
    let world = rotating().await;
    world.step(Step::Create).await.unwrap();
    let made = world.vault.value("AWSPENDING");
    assert_eq!(world.step(Step::Create).await, Ok(Outcome::Kept));
    assert_eq!(world.vault.value("AWSPENDING"), made);
    world.step(Step::Test).await.unwrap();
    world.step(Step::Test).await.unwrap();
    world.step(Step::Finish).await.unwrap();
    assert_eq!(world.step(Step::Finish).await, Ok(Outcome::WasCurrent));
    assert_eq!(world.vault.value("AWSCURRENT"), made);
    assert_eq!(world.vault.value("AWSPREVIOUS").unwrap(), VALUE);
}

#[tokio::test]
async fn the_test_of_a_schedule_creates_no_value() {
    let world = rotating().await;
    assert_eq!(world.step(Step::Test).await, Ok(Outcome::Proven));
    assert_eq!(
        world.step(Step::Finish).await,
        Err(RotationError::NoValue(NEXT.to_owned()))
    );
    assert_eq!(world.vault.value("AWSCURRENT").unwrap(), VALUE);
}

#[tokio::test]
async fn a_value_that_the_authorizer_cannot_send_never_becomes_current() {
    for step in [Step::Create, Step::Test, Step::Finish] {
        let world = rotating().await;
        world.vault.put(NEXT, "too short", "AWSPENDING");
        let refused = world.step(step).await.unwrap_err();
        assert_eq!(refused, RotationError::UnfitValue(NEXT.to_owned()));
        assert!(!refused.to_string().contains("too short"));
        assert_eq!(world.vault.value("AWSCURRENT").unwrap(), VALUE);
        assert_eq!(
            world.vault.value("AWSPENDING"),
            None,
            "another rotation can start"
        );
    }
}

#[tokio::test]
async fn a_version_that_is_not_pending_is_not_changed() {
    let world = rotating().await;
    for step in [Step::Create, Step::Test, Step::Finish] {
        let refused = world.rotated.step(step, ARN, "unknown").await;
        assert_eq!(
            refused,
            Err(RotationError::UnknownVersion("unknown".to_owned()))
        );
    }
    assert_eq!(world.vault.value("AWSCURRENT").unwrap(), VALUE);
}
