//! Breaks every service the gate depends on, in every way, under load: nobody is let in who should
//! not be, nothing panics, every answer comes before the deadline, and everything is as before once
//! the service is well again.
//!
//! `make test` runs a share of it. `make faults` sets `OATHGATE_FAULTS` to the number of requests that
//! are to meet a fault, and `OATHGATE_FAULTS_TABLE` to the file whose end becomes the table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests may fail loudly"
)]

mod campaign;
mod certificates;
mod dependency;
mod fault;
#[path = "../harness/mod.rs"]
mod harness;
mod message;
mod misbehaviour;
mod package;
mod probe;
mod service;
mod table;
mod tokens;

use std::time::Duration;

use campaign::{Lane, Plan};
use fastrand::Rng;
use fault::Fault;
use service::Service;
use table::Table;

/// What the table is written behind.
const MARK: &str = "<!-- Written by `make faults`. -->";

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

fn plan(requests: Option<usize>) -> Plan {
    let seed = variable("OATHGATE_FAULTS_SEED").unwrap_or(1);
    let Some(requests) = requests else {
        return Plan {
            seed,
            lanes: 24,
            warm: 1,
            questions: 1,
            always_cold: false,
            deadline: Duration::from_secs(3),
            grace: Duration::from_secs(4),
        };
    };
    let warm = 3;
    let places = Service::ALL.len() * Fault::ALL.len() * (warm + 1);
    Plan {
        seed,
        lanes: 8,
        warm,
        questions: requests.div_ceil(places),
        always_cold: true,
        deadline: Duration::from_millis(2500),
        grace: Duration::from_secs(1),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_lets_anybody_in_or_stays() {
    let plan = plan(variable("OATHGATE_FAULTS"));
    let places: Vec<_> = Fault::ALL
        .into_iter()
        .flat_map(|fault| Service::ALL.map(|service| (service, fault)))
        .collect();
    let mut lanes = tokio::task::JoinSet::new();
    for number in 0..plan.lanes {
        let places: Vec<_> = places
            .iter()
            .copied()
            .skip(number)
            .step_by(plan.lanes)
            .collect();
        lanes.spawn(async move {
            let seed = plan.seed.wrapping_add(u64::try_from(number).unwrap() << 48);
            let lane = Lane::start(Plan { seed, ..plan }).await;
            let (mut rng, mut table) = (Rng::with_seed(seed), Table::default());
            for (service, fault) in places {
                for outcome in lane.run(service, fault, &mut rng).await {
                    table.at(service, fault).add(&outcome);
                }
            }
            table
        });
    }
    let mut table = Table::default();
    while let Some(lane) = lanes.join_next().await {
        table.join(lane.expect("a lane without a flaw"));
    }
    if let Ok(file) = std::env::var("OATHGATE_FAULTS_TABLE") {
        let text = std::fs::read_to_string(&file).unwrap();
        let (before, _) = text.split_once(MARK).expect("the mark in the file");
        std::fs::write(file, format!("{before}{MARK}\n\n{}", table.markdown())).unwrap();
    }
    println!("{} requests met a fault", table.requests());
}

/// Services close connections that nobody uses; a frozen environment finds that out when it thaws.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_thaws_asks_on_new_connections() {
    let lane = Lane::start(plan(None)).await;
    for _ in 0..4 {
        for service in Service::ALL {
            lane.thaws(service).await;
        }
    }
}
