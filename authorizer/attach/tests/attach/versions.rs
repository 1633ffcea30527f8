use crate::world::{apply, everything, findings, options, planned};

fn authorizers(fake: &crate::fake::Fake) -> Vec<String> {
    let state = fake.state.borrow();
    let mut names: Vec<String> = state
        .live
        .authorizers
        .iter()
        .map(|found| {
            found
                .name
                .trim_start_matches("oathgate_dev_")
                .chars()
                .take(1)
                .collect()
        })
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_previous_authorizer_is_kept_until_the_next_version() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    assert_eq!(authorizers(&fake), ["1"]);
    apply(&fake, 2, &options()).await.unwrap();
    assert_eq!(authorizers(&fake), ["1", "2"]);
    assert_eq!(planned(&fake, 2, &options()).await.changes, Vec::new());
    apply(&fake, 3, &options()).await.unwrap();
    assert_eq!(authorizers(&fake), ["2", "3"]);
    assert_eq!(findings(&fake, 3).await, Vec::<String>::new());
}

#[tokio::test]
async fn going_back_uses_the_authorizer_that_still_exists() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    apply(&fake, 2, &options()).await.unwrap();
    apply(&fake, 1, &options()).await.unwrap();
    assert_eq!(authorizers(&fake), ["1", "2"]);
    assert_eq!(findings(&fake, 1).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_authorizer_that_another_stage_serves_is_not_deleted() {
    let fake = everything();
    apply(&fake, 1, &options()).await.unwrap();
    fake.redeploy("test");
    apply(&fake, 2, &options()).await.unwrap();
    apply(&fake, 3, &options()).await.unwrap();
    assert_eq!(authorizers(&fake), ["1", "2", "3"]);
}
