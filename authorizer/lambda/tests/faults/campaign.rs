//! Breaks each service in each way under load, heals it, and looks at every answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fastrand::Rng;
use futures_util::future::join_all;
use tokio::time::sleep;

use crate::{
    certificates::Certificates,
    fault::Fault,
    harness::{Function, Outcome},
    package,
    probe::Probe,
    service::{Service, Services},
    tokens::{Issuer, SECRET_TTL},
};

/// How much is done, and from which seed.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    /// How many worlds of their own there are beside each other.
    pub lanes: usize,
    /// How many environments run all the time beside each other, in each lane.
    pub warm: usize,
    /// How many questions each of them is asked under each fault.
    pub questions: usize,
    /// Whether an environment is started under each fault of each service, and not only of those
    /// whose answers are remembered.
    pub always_cold: bool,
    /// What Lambda gives each invocation.
    pub deadline: Duration,
    /// How much later than that an answer may come: where the machine is busy with others, Lambda's
    /// stand-in here is late itself. Each answer that is late at all is printed.
    pub grace: Duration,
}

/// How long after a service is well again everybody has to be let in as before.
const RECOVERY: Duration = Duration::from_secs(20);

/// The least memory that a function can have, in kB.
const MEMORY: u64 = 128 << 10;

/// Everything a lane works with. No lane shares anything with another.
pub struct Lane {
    plan: Plan,
    issuer: Issuer,
    services: Services,
    folder: tempfile::TempDir,
    warm: Vec<Function>,
}

impl Lane {
    pub async fn start(plan: Plan) -> Self {
        let (issuer, certificates) = (Issuer::new(), Arc::new(Certificates::new()));
        let services = Services::start(&certificates, &issuer, plan.seed).await;
        let folder = tempfile::tempdir().unwrap();
        package::write(folder.path(), &services);
        certificates.write_authority(&folder.path().join("ca.pem"));
        let mut lane = Self {
            plan,
            issuer,
            services,
            folder,
            warm: Vec::new(),
        };
        for _ in 0..plan.warm {
            let environment = lane.environment().await;
            for service in Service::ALL {
                lane.recovers(&environment, service, None).await;
            }
            lane.warm.push(environment);
        }
        lane
    }

    /// Freezes an environment, closes the connections it has kept, and asks it something as it thaws.
    pub async fn thaws(&self, service: Service) {
        for environment in &self.warm {
            environment.freeze(true).await;
            let dependency = self.services.get(service);
            dependency.become_(Some(Fault::Refused)).await;
            dependency.become_(None).await;
            let rng = &mut Rng::with_seed(self.plan.seed);
            let probe = Probe::of(service, true, &self.issuer, rng);
            let asked = environment.invoke_timed(&probe.event, self.plan.deadline * 4);
            let thaw = async {
                sleep(Duration::from_millis(20)).await;
                environment.freeze(false).await;
            };
            let ((outcome, _), ()) = futures_util::future::join(asked, thaw).await;
            assert_eq!(
                outcome.verdict(),
                "Allow",
                "{service}\n{}",
                last(environment)
            );
        }
    }

    async fn environment(&self) -> Function {
        let secrets = self.services.get(Service::SecretsManager).url("");
        let ca_file = self.folder.path().join("ca.pem");
        let ttl = SECRET_TTL.as_secs().to_string();
        let variables = [
            ("OATHGATE_JWKS_SECRET", "keys"),
            ("OATHGATE_JWKS_TTL_SECONDS", ttl.as_str()),
            ("OATHGATE_CA_FILE", ca_file.to_str().unwrap()),
            ("OATHGATE_LOG_LEVEL", "debug"),
            // So that what clients forge is decided about.
            ("OATHGATE_FORGED_HEADERS", "replace"),
            ("AWS_ENDPOINT_URL", secrets.as_str()),
        ];
        Function::start(self.folder.path(), &variables).await
    }

    /// Breaks one service in one way, heals it, and gives what was answered meanwhile.
    pub async fn run(&self, service: Service, fault: Fault, rng: &mut Rng) -> Vec<Outcome> {
        self.services.get(service).become_(Some(fault)).await;
        let cold = self.plan.always_cold || service.is_remembered();
        let fresh = if cold {
            Some(self.environment().await)
        } else {
            None
        };
        let all: Vec<(&Function, bool)> = self
            .warm
            .iter()
            .map(|environment| (environment, true))
            .chain(fresh.iter().map(|environment| (environment, false)))
            .collect();
        let asking = all.iter().map(|(environment, is_warm)| {
            self.ask(environment, *is_warm, service, fault, rng.fork())
        });
        let outcomes = join_all(asking).await;
        self.services.get(service).become_(None).await;
        let healed = all
            .iter()
            .map(|(environment, _)| self.recovers(environment, service, Some(fault)));
        join_all(healed).await;
        for (environment, _) in &all {
            self.examine(environment, service, fault);
        }
        outcomes.into_iter().flatten().collect()
    }

    /// Asks what needs the broken service, and in between what needs another one.
    async fn ask(
        &self,
        environment: &Function,
        is_warm: bool,
        service: Service,
        fault: Fault,
        mut rng: Rng,
    ) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for number in 0..self.plan.questions {
            let good = rng.bool();
            let probe = Probe::of(service, good, &self.issuer, &mut rng);
            let outcome = self.invoke(environment, &probe, service, fault).await;
            let allowed = outcome.verdict() == "Allow";
            let remembers = is_warm && service.is_remembered();
            let may = remembers || service.may_be_trusted_under(fault);
            assert!(
                !allowed || may,
                "{service}, {fault}: let in\n{outcome:?}\n{}",
                last(environment)
            );
            let signs_on = is_warm && service == Service::SecretsManager && good;
            assert!(
                !signs_on || allowed,
                "{fault}: the old keys sign no longer: {outcome:?}\n{}",
                last(environment)
            );
            outcomes.push(outcome);
            if number % 4 == 0 {
                let others: Vec<_> = Service::ALL
                    .into_iter()
                    .filter(|other| !other.needs(service))
                    .collect();
                let other = others[rng.usize(..others.len())];
                let probe = Probe::of(other, true, &self.issuer, &mut rng);
                let outcome = self.invoke(environment, &probe, service, fault).await;
                assert_eq!(
                    outcome.verdict(),
                    "Allow",
                    "{service}, {fault}: {other} is well\n{}",
                    last(environment)
                );
            }
        }
        outcomes
    }

    async fn invoke(
        &self,
        environment: &Function,
        probe: &Probe,
        service: Service,
        fault: Fault,
    ) -> Outcome {
        let (outcome, late) = environment
            .invoke_timed(&probe.event, self.plan.deadline)
            .await;
        assert!(
            late <= self.plan.grace,
            "{service}, {fault}: {late:?} late\n{}",
            last(environment)
        );
        if !late.is_zero() {
            println!("{service}, {fault}: {late:?} late");
        }
        let flaw = probe.flaw(&outcome, &self.issuer);
        assert_eq!(flaw, None, "{service}, {fault}: {outcome:?}");
        outcome
    }

    /// Waits until the environment lets in whom the service knows.
    async fn recovers(&self, environment: &Function, service: Service, after: Option<Fault>) {
        let healed = Instant::now();
        loop {
            let probe = Probe::of(service, true, &self.issuer, &mut Rng::with_seed(1));
            let (outcome, _) = environment
                .invoke_timed(&probe.event, self.plan.deadline)
                .await;
            assert_eq!(probe.flaw(&outcome, &self.issuer), None, "{outcome:?}");
            if outcome.verdict() == "Allow" {
                return;
            }
            assert!(
                healed.elapsed() < RECOVERY,
                "{service}: no recovery from {after:?}: {outcome:?}\n{}",
                last(environment)
            );
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// What an environment printed: lines of JSON, no panic, no secret. And what it took of memory.
    fn examine(&self, environment: &Function, service: Service, fault: Fault) {
        let peak = environment.peak_memory().unwrap_or_default();
        assert!(peak < MEMORY, "{service}, {fault}: {peak} kB of memory");
        let printed = environment.printed();
        for line in printed.lines() {
            let line: serde_json::Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{service}, {fault}: {error}: {line}"));
            assert_ne!(line["message"], "panicked", "{service}, {fault}: {line}");
        }
        let given = [
            "valid-alice",
            "stolen",
            "mallory",
            "of-the-gate",
            "example-secret",
            "eyJ",
        ];
        let given = given
            .map(str::to_owned)
            .into_iter()
            .chain(self.issuer.secrets());
        for secret in given {
            assert!(
                !printed.contains(&secret),
                "{service}, {fault}: `{secret}` is printed"
            );
        }
    }
}

/// The last lines an environment printed.
fn last(environment: &Function) -> String {
    let printed = environment.printed();
    let lines: Vec<_> = printed.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
