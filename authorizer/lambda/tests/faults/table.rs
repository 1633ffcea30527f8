//! What came of it, as a table.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{fault::Fault, harness::Outcome, service::Service};

/// How many questions were answered how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers {
    allowed: u32,
    unauthorized: u32,
    denied: u32,
    undecided: u32,
}

impl Answers {
    pub fn add(&mut self, outcome: &Outcome) {
        let count = match outcome.verdict().as_str() {
            "Allow" => &mut self.allowed,
            "Deny" => &mut self.denied,
            "Unauthorized" => &mut self.unauthorized,
            "the request could not be decided" => &mut self.undecided,
            other => panic!("`{other}` is none of the answers there are"),
        };
        *count += 1;
    }

    fn all(self) -> u32 {
        self.allowed + self.unauthorized + self.denied + self.undecided
    }
}

/// The answers by service and fault.
#[derive(Debug, Default)]
pub struct Table(BTreeMap<(Service, Fault), Answers>);

impl Table {
    pub fn at(&mut self, service: Service, fault: Fault) -> &mut Answers {
        self.0.entry((service, fault)).or_default()
    }

    pub fn join(&mut self, other: Self) {
        for (place, more) in other.0 {
            let answers = self.0.entry(place).or_default();
            answers.allowed += more.allowed;
            answers.unauthorized += more.unauthorized;
            answers.denied += more.denied;
            answers.undecided += more.undecided;
        }
    }

    /// How many requests met a fault.
    pub fn requests(&self) -> u32 {
        self.0.values().map(|answers| answers.all()).sum()
    }

    /// The rows in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "| service | fault | requests | allowed, rightly | 401 | 403 | 500 |\n|---|---|--:|--:|--:|--:|--:|\n",
        );
        for ((service, fault), answers) in &self.0 {
            let Answers {
                allowed,
                unauthorized,
                denied,
                undecided,
            } = answers;
            let all = answers.all();
            writeln!(
                text,
                "| {service} | {fault} | {all} | {allowed} | {unauthorized} | {denied} | {undecided} |"
            )
            .unwrap();
        }
        text
    }
}
