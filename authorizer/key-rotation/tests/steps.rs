//! The four steps against a Secrets Manager that keeps versions and labels as AWS's does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

mod vault;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oathgate_credentials::generate;
use oathgate_http_client::{
    Client,
    aws::{Account, Secrets},
};
use oathgate_key_rotation::{Outcome, Policy, Rotation, RotationError, Step};
use serde_json::{Value, json};
use vault::Vault;

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf";
const FIRST: &str = "00000000-0000-0000-0000-000000000001";
const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_750_000_000 + seconds)
}

fn first() -> String {
    let keys = generate("ES256".parse().unwrap(), Some("first"), None).unwrap();
    serde_json::to_string(keys.as_json()).unwrap()
}

struct World {
    vault: Vault,
    rotation: Rotation,
}

async fn world(vault: Vault) -> World {
    let endpoint = vault.serve().await;
    let account = Account::from_variables(|name| match name {
        "AWS_REGION" => Some("eu-central-1".into()),
        "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("example".into()),
        _ => None,
    });
    let secrets = Secrets::new(&account.unwrap(), Client::default());
    let policy = Policy {
        publish_ahead: Duration::from_secs(100),
        retire_after: Duration::from_secs(50),
        algorithm: None,
    };
    World {
        vault,
        rotation: Rotation::new(secrets, policy),
    }
}

/// A secret with one key, whose rotation to `ONE` Secrets Manager has started.
async fn rotating() -> World {
    let vault = Vault::holding(FIRST, &first());
    vault.begin_rotation(ONE);
    world(vault).await
}

impl World {
    async fn step(&self, step: Step, token: &str, now: u64) -> Result<Outcome, RotationError> {
        self.rotation.step(step, ARN, token, at(now)).await
    }

    fn current_ids(&self) -> Vec<String> {
        let set: Value = serde_json::from_str(&self.vault.value("AWSCURRENT").unwrap()).unwrap();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn the_four_steps_rotate_and_each_can_be_repeated() {
    let world = rotating().await;
    let before = world.vault.value("AWSCURRENT");
    let made = world.step(Step::Create, ONE, 0).await.unwrap();
    let Outcome::Made { kid } = made else {
        panic!("{made:?}")
    };
    let pending = world.vault.value("AWSPENDING").unwrap();
    for now in [1, 2] {
        assert_eq!(world.step(Step::Create, ONE, now).await, Ok(Outcome::Kept));
        assert_eq!(world.step(Step::Set, ONE, now).await, Ok(Outcome::Nothing));
        assert_eq!(world.step(Step::Test, ONE, now).await, Ok(Outcome::Proven));
    }
    assert_eq!(
        world.vault.value("AWSCURRENT"),
        before,
        "nothing is current before the last step"
    );
    assert_eq!(
        world.vault.value("AWSPENDING").unwrap(),
        pending,
        "a repeated step creates no other key"
    );
    assert_eq!(
        world.step(Step::Finish, ONE, 3).await,
        Ok(Outcome::Finished)
    );
    assert_eq!(world.current_ids(), ["first", &kid]);
    assert_eq!(world.vault.value("AWSPREVIOUS"), before);
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        assert_eq!(world.step(step, ONE, 4).await, Ok(Outcome::WasCurrent));
    }
    assert_eq!(world.current_ids(), ["first", &kid]);

    world.vault.begin_rotation(TWO);
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        world.step(step, TWO, 5).await.unwrap();
    }
    assert_eq!(world.current_ids().len(), 3);
}

#[tokio::test]
async fn a_rotation_that_has_ended_does_not_block_a_later_one() {
    let world = rotating().await;
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        world.step(step, ONE, 0).await.unwrap();
    }
    assert_eq!(world.vault.value("AWSPENDING"), None);
    // Someone writes a set by hand: the label would stay on a version that is not current.
    world.vault.put(FIRST, &first(), "AWSCURRENT");
    assert_eq!(world.vault.value("AWSPENDING"), None);
    // A label that a finished rotation left is removed when Secrets Manager repeats the step.
    world.vault.put(TWO, &first(), "AWSCURRENT");
    world.vault.stage(TWO, "AWSPENDING");
    assert_eq!(
        world.step(Step::Finish, TWO, 0).await,
        Ok(Outcome::WasCurrent)
    );
    assert_eq!(world.vault.value("AWSPENDING"), None);
}

#[tokio::test]
async fn steps_out_of_order_change_nothing() {
    let world = rotating().await;
    let before = world.vault.versions();
    assert_eq!(world.step(Step::Set, ONE, 0).await, Ok(Outcome::Nothing));
    // How Secrets Manager tests a schedule that does not rotate immediately.
    assert_eq!(world.step(Step::Test, ONE, 0).await, Ok(Outcome::Proven));
    assert_eq!(
        world.step(Step::Finish, ONE, 0).await,
        Err(RotationError::NoValue(ONE.to_owned()))
    );
    assert_eq!(world.vault.versions(), before);
    world
        .vault
        .put(ONE, &world.vault.value("AWSCURRENT").unwrap(), "AWSPENDING");
    assert_eq!(world.step(Step::Test, ONE, 0).await, Ok(Outcome::Proven));
    assert!(matches!(
        world.step(Step::Finish, ONE, 0).await,
        Err(RotationError::Defect(_))
    ));
    assert_eq!(world.current_ids(), ["first"]);
}

#[tokio::test]
async fn a_version_that_is_not_pending_is_refused() {
    let world = rotating().await;
    let before = world.vault.versions();
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        assert_eq!(
            world.step(step, TWO, 0).await,
            Err(RotationError::UnknownVersion(TWO.to_owned()))
        );
    }
    assert_eq!(world.vault.versions(), before);
    world.vault.put(TWO, &first(), "SOMETHING");
    assert_eq!(
        world.step(Step::Finish, TWO, 0).await,
        Err(RotationError::NotPending(TWO.to_owned()))
    );
    assert!("createsecret".parse::<Step>().is_err());

    let vault = Vault::holding(FIRST, &first());
    vault.put(ONE, &first(), "AWSPENDING");
    let world = self::world(vault).await;
    assert_eq!(
        world.step(Step::Finish, ONE, 0).await,
        Err(RotationError::NotEnabled)
    );
}

/// A set cannot be changed once it is written: its key would sign before everyone has read it.
#[tokio::test]
async fn a_rotation_that_is_finished_too_late_is_cancelled_and_the_next_one_succeeds() {
    for late in [Step::Create, Step::Test, Step::Finish] {
        let world = rotating().await;
        world.step(Step::Create, ONE, 0).await.unwrap();
        let error = world.step(late, ONE, 101).await.unwrap_err();
        assert!(error.to_string().contains("too long ago"), "{error}");
        assert_eq!(world.current_ids(), ["first"]);
        assert_eq!(
            world.vault.value("AWSPENDING"),
            None,
            "the next rotation would not start"
        );
        world.vault.begin_rotation(TWO);
        for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
            world.step(step, TWO, 102).await.unwrap();
        }
        assert_eq!(world.current_ids().len(), 2);
    }
}

#[tokio::test]
async fn a_set_that_was_changed_meanwhile_is_not_overwritten() {
    let world = rotating().await;
    world.step(Step::Create, ONE, 0).await.unwrap();
    let revoked = world
        .rotation
        .revoke(ARN, &["first".to_owned()], at(1))
        .await
        .unwrap();
    let kid = revoked.unwrap().kid;
    assert_eq!(world.current_ids(), [kid.as_str()]);
    for step in [Step::Test, Step::Finish] {
        assert!(world.step(step, ONE, 2).await.is_err());
    }
    // Nor if the label is restored.
    world.vault.stage(ONE, "AWSPENDING");
    let error = world.step(Step::Finish, ONE, 2).await.unwrap_err();
    assert!(
        error.to_string().contains("has been changed since"),
        "{error}"
    );
    assert_eq!(world.current_ids(), [kid.as_str()]);
}

#[tokio::test]
async fn a_change_between_the_proof_and_the_move_is_not_overwritten() {
    let world = rotating().await;
    world.step(Step::Create, ONE, 0).await.unwrap();
    let other = first();
    world.vault.before_next_move(TWO, &other);
    let error = world.step(Step::Finish, ONE, 1).await.unwrap_err();
    assert!(matches!(error, RotationError::Secret(_)), "{error}");
    assert_eq!(world.vault.value("AWSCURRENT").unwrap(), other);
}

#[tokio::test]
async fn a_pending_version_that_a_failed_rotation_left_does_not_block_the_next_one() {
    let world = rotating().await;
    world.step(Step::Create, ONE, 0).await.unwrap();
    world.vault.begin_rotation(TWO);
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        world.step(step, TWO, 1).await.unwrap();
    }
    assert_eq!(world.current_ids().len(), 2);
    assert_eq!(
        world.step(Step::Finish, ONE, 2).await,
        Err(RotationError::UnknownVersion(ONE.to_owned()))
    );
}

#[tokio::test]
async fn a_secret_without_a_value_gets_a_key_that_signs_immediately() {
    let vault = Vault::default();
    vault.begin_rotation(ONE);
    let world = world(vault).await;
    assert_eq!(
        world.step(Step::Test, ONE, 0).await,
        Err(RotationError::Empty)
    );
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        world.step(step, ONE, 0).await.unwrap();
    }
    assert_eq!(world.current_ids().len(), 1);
}

#[tokio::test]
async fn a_value_that_is_not_a_key_set_is_not_replaced() {
    for text in [r#"{"password":"hunter2"}"#, "placeholder", r#"{"keys":[]}"#] {
        let vault = Vault::holding(FIRST, text);
        vault.begin_rotation(ONE);
        let world = world(vault).await;
        let before = world.vault.versions();
        for step in [Step::Create, Step::Test, Step::Finish] {
            let error = world.step(step, ONE, 0).await.unwrap_err();
            assert!(matches!(error, RotationError::Current(_)), "{error}");
            assert!(!error.to_string().contains("hunter2"));
        }
        assert!(world.rotation.at_once(ARN, at(0)).await.is_err());
        assert_eq!(world.vault.versions(), before);
    }
}

#[tokio::test]
async fn a_set_that_is_too_large_for_a_secret_is_not_written() {
    let mut set: Value = serde_json::from_str(&first()).unwrap();
    set["about"] = json!("x".repeat(65_536));
    let vault = Vault::holding(FIRST, &set.to_string());
    vault.begin_rotation(ONE);
    let world = world(vault).await;
    let error = world.step(Step::Create, ONE, 0).await.unwrap_err();
    assert!(matches!(error, RotationError::TooLarge(_)), "{error}");
}

#[tokio::test]
async fn a_secret_without_a_rotation_function_is_rotated_immediately_unless_a_rotation_is_in_progress()
 {
    let world = world(Vault::holding(FIRST, &first())).await;
    let kid = world.rotation.at_once(ARN, at(0)).await.unwrap().kid;
    assert_eq!(world.current_ids(), ["first", &kid]);
    assert_eq!(world.vault.value("AWSPENDING"), None);
    world.vault.put(ONE, &first(), "AWSPENDING");
    assert!(matches!(
        world.rotation.at_once(ARN, at(1)).await,
        Err(RotationError::UnderWay(_))
    ));
}
