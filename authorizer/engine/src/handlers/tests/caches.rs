//! Nothing that one rule made the gate keep decides for another: whatever option of a handler and
//! whatever part of a request differs, the second rule decides as if the gate had just begun.

mod handlers;
mod world;

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use self::{
    handlers::{Circumstances, Subject, subjects},
    world::{Run, World},
};
use crate::config::Shape;

/// Every option of a shape, with those of the objects inside it by their paths.
fn options(shape: &Shape, prefix: &str, into: &mut BTreeSet<String>) {
    for field in shape.fields() {
        let path = format!("{prefix}{}", field.name);
        if field.shape.fields().is_empty() {
            into.insert(path);
        } else {
            options(&field.shape, &format!("{path}."), into);
        }
    }
}

/// A configuration with one option replaced, or with an object of one member in its place.
fn with(base: &Json, option: &str, value: &Json) -> Json {
    let mut config = base.clone();
    let mut place = &mut config;
    for name in option.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[name];
    }
    *place = value.clone();
    config
}

/// Everything a subject is tried with: its base, and whatever differs from it in one thing.
fn runs(subject: &Subject) -> Vec<Run> {
    let run = |what: &str, config: &Json, given: &Circumstances| Run {
        what: format!("{}: {what}", subject.handler),
        kind: subject.kind,
        handler: subject.handler,
        config: config.clone(),
        given: given.clone(),
    };
    let mut runs = vec![run("as it is", &subject.config, &subject.given)];
    for (option, value) in &subject.options {
        let config = with(&subject.config, option, value);
        runs.push(run(option, &config, &subject.given));
    }
    for (what, change) in &subject.changes {
        let mut given = subject.given.clone();
        change(&mut given);
        runs.push(run(what, &subject.config, &given));
    }
    runs
}

#[test]
fn every_option_of_every_handler_that_keeps_something_is_tried() {
    for subject in subjects() {
        let known = subject.kind.handler(subject.handler).unwrap();
        let shape = known.options.shape().unwrap();
        let mut known = BTreeSet::new();
        options(shape, "", &mut known);
        let tried: BTreeSet<_> = subject
            .options
            .iter()
            .map(|(option, _)| (*option).to_owned())
            .collect();
        assert_eq!(tried, known, "{}", subject.handler);
    }
}

#[tokio::test]
async fn what_is_kept_is_used_again_where_all_is_the_same() {
    for subject in subjects() {
        let base = runs(&subject).remove(0);
        let world = World::accepting_all();
        let first = world.run(&base).await;
        assert!(first.is_granted, "{}: {first:?}", base.what);
        let requests = world.requests();
        assert!(!requests.is_empty(), "{}", base.what);
        assert_eq!(world.run(&base).await, first, "{}", base.what);
        assert_eq!(world.requests(), requests, "{}", base.what);
    }
}

#[tokio::test]
async fn a_rule_decides_as_if_nothing_had_been_kept_for_another() {
    for subject in subjects() {
        let runs = runs(&subject);
        for first in &runs {
            let learning = World::accepting_all();
            learning.run(first).await;
            let of_first = learning.requests();
            let worlds: [&dyn Fn() -> World; 2] =
                [&|| World::accepting_only(&of_first), &World::accepting_all];
            for second in &runs {
                for new in worlds {
                    let alone = new().run(second).await;
                    let world = new();
                    world.run(first).await;
                    let behind = world.run(second).await;
                    assert_eq!(behind, alone, "`{}` behind `{}`", second.what, first.what);
                }
            }
        }
    }
}
