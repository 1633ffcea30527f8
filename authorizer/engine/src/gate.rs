//! The gate: everything needed to decide, validated once and immutable.

mod published_keys;

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

use oathgate_gostd::Header;
use oathgate_router::{CheckedRoutes, Found, RouteEntry, Router, Sparse};

use crate::{
    Decision, DecisionTrace, Failure, Grant, Outcome, Ports, ReasonCode, Request, Session, Step,
    config::Config,
    handlers::{
        SessionCacheLimits, Shared,
        authenticators::{Authentication, Authenticator},
        authorizers::Authorizer,
        errors::{self, ErrorHandler},
        mutators::Mutator,
    },
    rules::{RuleDefinition, RuleStore, RuleStoreError},
    safety::{self, Forgery, PathPolicy, UnsafePath, VouchedHeaders},
    session::MatchContext,
};

pub use published_keys::NoPublishedKeys;

/// Decides requests. Cheap to share behind an [`Arc`]; never changes once built.
#[derive(Debug)]
pub struct Gate {
    config: Config,
    router: Router,
    rules: Box<dyn RuleStore>,
    built: Sparse<Box<Rule>>,
    fallback: Vec<ErrorHandler>,
    shared: Arc<Shared>,
    ports: Ports,
    path_policy: PathPolicy,
    vouched: Option<VouchedHeaders>,
}

/// A rule that is ready to run.
#[derive(Debug)]
pub struct Rule {
    /// The rule's name.
    pub id: Arc<str>,
    /// Called in order until one is responsible.
    pub authenticators: Vec<Authenticator>,
    /// Called once.
    pub authorizer: Authorizer,
    /// Run in order.
    pub mutators: Vec<Mutator>,
    /// Tried before the gate's fallback handlers.
    pub errors: Vec<ErrorHandler>,
}

impl Rule {
    /// Builds every handler a rule names. One that cannot be run becomes `Misconfigured` and answers
    /// 500 when it is reached.
    #[must_use]
    pub fn build(definition: &RuleDefinition, config: &Config, shared: &Arc<Shared>) -> Self {
        Self {
            id: Arc::from(definition.id.as_str()),
            authenticators: definition
                .authenticators
                .iter()
                .map(|reference| Authenticator::build(reference, config, shared))
                .collect(),
            authorizer: Authorizer::build(&definition.authorizer, config, shared),
            mutators: definition
                .mutators
                .iter()
                .map(|reference| Mutator::build(reference, config, shared))
                .collect(),
            errors: definition
                .errors
                .iter()
                .map(|reference| ErrorHandler::build(reference, config, shared))
                .collect(),
        }
    }
}

impl Gate {
    /// Builds a gate. Rules are matched in the order given; each one's handlers are built when a
    /// request first needs them, so that the cost does not grow with the number of rules.
    #[must_use]
    pub fn build(config: Config, definitions: Vec<RuleDefinition>, ports: Ports) -> Self {
        let router = Router::build(
            config.access_rules.matching_strategy,
            definitions.iter().map(RouteEntry::from),
        );
        Self::assemble(config, router, Box::new(definitions), ports)
    }

    /// Builds a gate from rules in a store and the index made of them, without looking at any rule.
    ///
    /// # Errors
    /// An index that is not of these rules.
    pub fn open(
        config: Config,
        routes: CheckedRoutes,
        rules: Box<dyn RuleStore>,
        ports: Ports,
    ) -> Result<Self, RuleStoreError> {
        let router = Router::load(routes);
        if router.len() != rules.len() {
            return Err(RuleStoreError::Mismatch {
                routes: router.len(),
                rules: rules.len(),
            });
        }
        Ok(Self::assemble(config, router, rules, ports))
    }

    fn assemble(config: Config, router: Router, rules: Box<dyn RuleStore>, ports: Ports) -> Self {
        let shared = Arc::new(Shared::default());
        let fallback = errors::fallback(&config, &shared);
        let built = Sparse::new(rules.len());
        Self {
            config,
            router,
            rules,
            built,
            fallback,
            shared,
            ports,
            path_policy: PathPolicy::default(),
            vouched: None,
        }
    }

    /// The same gate with another policy for paths that can be read in more than one way. Without this,
    /// every such path is refused.
    #[must_use]
    pub fn with_path_policy(mut self, policy: PathPolicy) -> Self {
        self.path_policy = policy;
        self
    }

    /// The same gate, which answers for its vouched headers itself: it refuses clients that send one, and
    /// says on every grant what the backend receives in each. Without this, it decides as Oathkeeper does,
    /// whatever headers a request brings.
    #[must_use]
    pub fn with_vouched_headers(mut self, vouched: VouchedHeaders) -> Self {
        self.vouched = Some(vouched);
        self
    }

    /// The vouched headers that the gate answers for, if it does.
    #[must_use]
    pub fn vouched_headers(&self) -> Option<&VouchedHeaders> {
        self.vouched.as_ref()
    }

    /// Limits how many requests a minute the gate sends to each URL of a key set because a token names an
    /// unknown key, so that made-up tokens cannot flood an issuer. Requests because a set has become old
    /// are sent all the same.
    pub fn limit_key_set_requests(&self, per_minute: u32) {
        self.shared.key_sets.limit_requests(per_minute);
    }

    /// Keeps responses of session services for a while, for operators who accept responses that are that
    /// old. Without this, every session check sends a request, as in Oathkeeper. Only the first call
    /// counts.
    pub fn keep_sessions(&self, limits: SessionCacheLimits) {
        self.shared.sessions.turn_on(limits);
    }

    /// The configuration the gate was built from.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rules as they were written, in matching order.
    pub fn definitions(&self) -> impl Iterator<Item = Cow<'_, RuleDefinition>> {
        (0..self.len()).filter_map(|index| self.rules.definition(index).ok())
    }

    /// Decides one request: route, authenticate, authorise, mutate; any failure goes through the
    /// error handlers.
    pub async fn decide(&self, mut request: Request) -> Decision {
        let mut trace = DecisionTrace::default();
        let begun = Instant::now();
        let routed = self
            .check_client(&request)
            .map_err(Failure::from)
            .and_then(|()| self.route(&request, &mut trace));
        trace.took.route = begun.elapsed();
        let (index, rule) = match routed {
            Ok(found) => found,
            Err(failure) => return self.refuse(None, &request, &failure, trace),
        };
        match self.run(index, rule, &mut request, &mut trace).await {
            Ok(grant) => {
                trace.step = Step::Granted;
                trace.status = 200;
                trace.code = ReasonCode::Granted;
                Decision {
                    outcome: Outcome::Granted(grant),
                    trace,
                }
            }
            Err(failure) => self.refuse(Some(rule), &request, &failure, trace),
        }
    }

    /// Refuses a request whose path can be read in more than one way, before any rule is looked for.
    #[must_use]
    pub fn refuse_path(&self, request: &Request, why: UnsafePath) -> Decision {
        let failure = match self.check_client(request) {
            Ok(()) => why.into(),
            Err(forgery) => forgery.into(),
        };
        self.refuse(None, request, &failure, DecisionTrace::default())
    }

    fn check_client(&self, request: &Request) -> Result<(), Forgery> {
        match &self.vouched {
            Some(vouched) => vouched.check_client(request),
            None => Ok(()),
        }
    }

    fn rule(&self, index: usize) -> Result<&Rule, Failure> {
        let build = || {
            let definition = self.rules.definition(index)?;
            Ok(Box::new(Rule::build(
                &definition,
                &self.config,
                &self.shared,
            )))
        };
        let built = self.built.get_or_try_make(index, build);
        built
            .and_then(|rule| rule.ok_or(RuleStoreError::NoRule(index)))
            .map(|rule| &**rule)
            .map_err(|error| Failure::internal().with_cause(error.to_string()))
    }

    fn route(
        &self,
        request: &Request,
        trace: &mut DecisionTrace,
    ) -> Result<(usize, &Rule), Failure> {
        let requested = safety::requested_path(request, self.path_policy)?;
        safety::one_authorization(request)?;
        match self.router.find(&request.method, &request.match_url()) {
            Found::One(index) => {
                safety::leads_to_one_rule(&requested, request, index, &self.router)?;
                safety::overrides_lead_to_one_rule(request, index, &self.router, self.path_policy)?;
                let rule = self.rule(index)?;
                trace.rule = Some(Arc::clone(&rule.id));
                Ok((index, rule))
            }
            Found::None => Err(Failure::no_rule()),
            Found::Many(indices) => {
                for index in indices {
                    trace.overlapping.push(Arc::clone(&self.rule(index)?.id));
                }
                Err(Failure::many_rules()
                    .with_cause(format!("rules {:?} all match", trace.overlapping)))
            }
            Found::Broken { index, reason } => {
                trace.overlapping.push(Arc::clone(&self.rule(index)?.id));
                Err(Failure::plain(reason).because(ReasonCode::Misconfigured))
            }
            Found::Unreadable(error) => Err(Failure::internal().with_cause(error.to_string())),
        }
    }

    async fn run(
        &self,
        index: usize,
        rule: &Rule,
        request: &mut Request,
        trace: &mut DecisionTrace,
    ) -> Result<Grant, Failure> {
        // Mutators may change the request.
        let client = self.vouched.as_ref().map(|_| request.header.clone());
        let mut session = self.open_session(index, request)?;

        let mut begun = Instant::now();
        trace.step = Step::Authenticate;
        let authenticated = self.authenticate(rule, request, &mut session, trace).await;
        trace.took.authenticate = lap(&mut begun);
        trace.cache_hits = session.cache_hits;
        trace.worked_around.clone_from(&session.worked_around);
        authenticated?;
        trace.subject.clone_from(&session.subject);

        trace.step = Step::Authorize;
        trace.handler = Some(rule.authorizer.name());
        let authorized = rule
            .authorizer
            .authorize(request, &mut session, &self.ports)
            .await;
        trace.took.authorize = lap(&mut begun);
        authorized?;

        trace.step = Step::Mutate;
        let mutated = self.mutate(rule, request, &mut session, trace).await;
        trace.took.mutate = lap(&mut begun);
        trace.cache_hits = session.cache_hits;
        trace.worked_around = session.worked_around.take();
        mutated?;
        let header = std::mem::take(&mut session.header).as_found();
        safety::check_handed_on(&session, &header)?;
        let mut grant = Grant {
            header,
            vouched: session.vouched,
            for_backend: None,
        };
        if let (Some(vouched), Some(client)) = (&self.vouched, client) {
            vouched.check_unlisted(&grant, &client)?;
            grant.for_backend = Some(vouched.for_backend(&grant, &client)?);
        }
        Ok(grant)
    }

    /// Oathkeeper cleans the path before anything reads it, and hands the rule's capture groups on.
    fn open_session(&self, index: usize, request: &mut Request) -> Result<Session, Failure> {
        if !request.url.path.is_empty() {
            request.url.path = oathgate_router::clean_path(&request.url.path).into_owned();
        }
        let regexp_capture_groups = self
            .router
            .captures(index, &request.match_url())
            .map_err(|error| Failure::plain(error.to_string()))?;
        Ok(Session {
            subject: String::new(),
            extra: None,
            header: Header::default(),
            vouched: Vec::new(),
            shares_request_header: false,
            match_context: Arc::new(MatchContext {
                regexp_capture_groups: Some(regexp_capture_groups),
                url: Some(request.url.clone()),
                method: request.method.clone(),
                header: request.header.clone(),
            }),
            cache_hits: 0,
            worked_around: None,
        })
    }

    async fn authenticate(
        &self,
        rule: &Rule,
        request: &Request,
        session: &mut Session,
        trace: &mut DecisionTrace,
    ) -> Result<(), Failure> {
        if rule.authenticators.is_empty() {
            return Err(
                Failure::told("No authentication handler was set in the rule")
                    .because(ReasonCode::Misconfigured),
            );
        }
        for authenticator in &rule.authenticators {
            trace.handler = Some(authenticator.name());
            match authenticator
                .authenticate(request, session, &self.ports)
                .await?
            {
                Authentication::Authenticated => {
                    trace.empty_subject =
                        authenticator.names_subject() && session.subject.is_empty();
                    return Ok(());
                }
                Authentication::NotResponsible => {
                    trace.passed_over.push(authenticator.name());
                }
            }
        }
        trace.handler = None;
        Err(Failure::unauthorized()
            .because(ReasonCode::NoCredentials)
            .with_cause("no authenticator was responsible"))
    }

    async fn mutate(
        &self,
        rule: &Rule,
        request: &mut Request,
        session: &mut Session,
        trace: &mut DecisionTrace,
    ) -> Result<(), Failure> {
        if rule.mutators.is_empty() {
            return Err(Failure::told("No mutation handler was set in the rule")
                .because(ReasonCode::Misconfigured));
        }
        for mutator in &rule.mutators {
            trace.handler = Some(mutator.name());
            mutator.mutate(request, session, &self.ports).await?;
        }
        Ok(())
    }

    fn refuse(
        &self,
        rule: Option<&Rule>,
        request: &Request,
        failure: &Failure,
        mut trace: DecisionTrace,
    ) -> Decision {
        trace.status = failure.status();
        trace.code = failure.code;
        trace.message = failure.message.to_string();
        trace.cause.clone_from(&failure.cause);
        let of_rule = rule.map_or(&[][..], |rule| &rule.errors);
        let answered = errors::refuse(of_rule, &self.fallback, request, failure);
        trace.error_handler = answered.handler.map(Arc::from);
        if let Some(complaint) = answered.complaint {
            trace.cause = format!("{}; answering it: {}", trace.cause, complaint.cause);
        }
        Decision {
            outcome: Outcome::Refused(answered.refusal),
            trace,
        }
    }
}

/// The time since a moment, which becomes now.
fn lap(since: &mut Instant) -> Duration {
    let now = Instant::now();
    now.saturating_duration_since(std::mem::replace(since, now))
}
