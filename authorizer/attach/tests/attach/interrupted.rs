//! Runs that are interrupted at any request: no header is open after them, and the next run continues.

use crate::{
    fake::{Fake, Fault},
    world::{apply, everything, findings, open_headers, options, take_off, without_health},
};

fn nothing_is_open(fake: &Fake, when: &str) {
    let live = fake.state.borrow().live.clone();
    assert_eq!(
        open_headers(&live),
        Vec::<String>::new(),
        "in the API, {when}"
    );
    assert_eq!(
        open_headers(&fake.served("prod")),
        Vec::<String>::new(),
        "as served, {when}"
    );
}

#[tokio::test]
async fn attaching_continues_after_a_failure_of_any_request() {
    for fault in [Fault::Before, Fault::After] {
        for number in 0.. {
            let fake = everything();
            let (before, served) = (fake.state.borrow().live.clone(), fake.served("prod"));
            fake.fail_at(number, fault);
            let done = apply(&fake, 1, &without_health()).await;
            let when = format!("{fault:?} request {number}");
            nothing_is_open(&fake, &when);
            let pointed = fake
                .state
                .borrow()
                .writes
                .iter()
                .any(|write| write.starts_with("point"));
            if !pointed {
                assert_eq!(fake.served("prod"), served, "{when}");
            }
            if done.is_ok() {
                assert!(number > 12, "a run has as many requests");
                break;
            }
            if number % 2 == 0 {
                apply(&fake, 1, &without_health()).await.unwrap();
                assert_eq!(findings(&fake, 1).await, Vec::<String>::new(), "{when}");
            }
            take_off(&fake, 1).await.unwrap();
            assert_eq!(fake.state.borrow().live, before, "{when}");
            assert_eq!(fake.served("prod"), before, "{when}");
        }
    }
}

#[tokio::test]
async fn another_version_continues_after_a_failure_of_any_request() {
    for fault in [Fault::Before, Fault::After] {
        for number in 0.. {
            let fake = everything();
            let before = fake.state.borrow().live.clone();
            apply(&fake, 1, &without_health()).await.unwrap();
            fake.fail_at(number, fault);
            let done = apply(&fake, 2, &options()).await;
            let when = format!("{fault:?} request {number}");
            nothing_is_open(&fake, &when);
            if done.is_ok() {
                assert!(number > 10, "a run has as many requests");
                break;
            }
            let next = if number % 2 == 0 { 2 } else { 1 };
            apply(&fake, next, &options()).await.unwrap();
            nothing_is_open(&fake, &when);
            assert_eq!(findings(&fake, next).await, Vec::<String>::new(), "{when}");
            take_off(&fake, next).await.unwrap();
            assert_eq!(fake.state.borrow().live, before, "{when}");
        }
    }
}

#[tokio::test]
async fn detaching_continues_after_a_failure_of_any_request() {
    for fault in [Fault::Before, Fault::After] {
        for number in 0.. {
            let fake = everything();
            let before = fake.state.borrow().live.clone();
            apply(&fake, 1, &without_health()).await.unwrap();
            fake.fail_at(number, fault);
            let done = take_off(&fake, 1).await;
            let when = format!("{fault:?} request {number}");
            nothing_is_open(&fake, &when);
            if done.is_ok() {
                assert!(number > 10, "a run has as many requests");
                break;
            }
            take_off(&fake, 1).await.unwrap();
            assert_eq!(fake.state.borrow().live, before, "{when}");
            assert_eq!(fake.served("prod"), before, "{when}");
            assert_eq!(fake.state.borrow().record, None, "{when}");
        }
    }
}

#[tokio::test]
async fn no_header_is_open_whatever_others_deploy_meanwhile() {
    for (from, to) in [(None, 1), (Some(1), 2), (Some(2), 1)] {
        for number in 0..40 {
            let fake = everything();
            if let Some(version) = from {
                apply(&fake, version, &options()).await.unwrap();
            }
            fake.before_write(number, |state| {
                let live = state.live.clone();
                state.deployments.insert("theirs".to_owned(), live);
                state.stages.insert("prod".to_owned(), "theirs".to_owned());
            });
            drop(apply(&fake, to, &options()).await);
            nothing_is_open(
                &fake,
                &format!("from {from:?} to {to} before request {number}"),
            );
            apply(&fake, to, &options()).await.unwrap();
            assert_eq!(findings(&fake, to).await, Vec::<String>::new());
        }
    }
}
