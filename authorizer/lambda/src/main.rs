//! The bootstrap: the program that Lambda starts.

use std::{
    env,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use oathgate_apigateway::AuthorizerError;
use oathgate_engine::{
    Ports,
    ports::{Clock, HttpRequest, SystemClock},
};
use oathgate_http_client::{
    Client, UrlKeys,
    aws::{Account, Secrets},
};
use oathgate_lambda::{
    BackendSecret, Invocation, LambdaAuthorizer, Level, Log, Record, SecretKeys, ServiceCalls,
    Settings,
};
use oathgate_package::Package;
use serde_json::value::RawValue;
use tokio::sync::mpsc::{UnboundedReceiver, error::SendError, unbounded_channel};

type Broken = Box<dyn std::error::Error + Send + Sync>;

const CANNOT_START: &str = "the gate cannot start";

/// How many requests a minute for unknown key ids one environment sends to each issuer. The first of them finds a
/// new key.
const KEY_REQUESTS_PER_MINUTE: u32 = 20;

/// Variables that the runtime requires and that only Lambda sets, with values for other environments: there,
/// `LAMBDA_TASK_ROOT` and `AWS_LAMBDA_RUNTIME_API` are enough to run the function.
const SET_BY_LAMBDA: [(&str, &str); 3] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "oathgate"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
];

fn main() -> ExitCode {
    if SET_BY_LAMBDA
        .iter()
        .any(|(name, _)| env::var_os(name).is_none())
    {
        return restart_with_missing_variables();
    }
    // A panic's message may contain request data, so only its location is logged.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        Log::to_stdout(Level::Error).event(Level::Error, "panicked", place.as_deref());
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let (message, error) = match runtime {
        Err(error) => (CANNOT_START, error.into()),
        Ok(runtime) => match runtime.block_on(load_or_report()) {
            Err(error) => (CANNOT_START, error),
            Ok(authorizer) => match runtime.block_on(serve(Arc::new(authorizer))) {
                Err(error) => ("the Runtime API does not respond", error),
                Ok(()) => return ExitCode::SUCCESS,
            },
        },
    };
    Log::to_stdout(Level::Error).event(Level::Error, message, Some(&error.to_string()));
    ExitCode::FAILURE
}

/// Replaces this process with a new one of the same program that has the missing variables: a process cannot
/// safely change its own environment.
fn restart_with_missing_variables() -> ExitCode {
    let missing = SET_BY_LAMBDA
        .iter()
        .filter(|(name, _)| env::var_os(name).is_none())
        .copied();
    let error = match env::current_exe() {
        Ok(program) => Command::new(program)
            .args(env::args_os().skip(1))
            .envs(missing)
            .exec(),
        Err(error) => error,
    };
    let cause = error.to_string();
    Log::to_stdout(Level::Error).event(Level::Error, CANNOT_START, Some(&cause));
    ExitCode::FAILURE
}

async fn load_or_report() -> Result<LambdaAuthorizer, Broken> {
    let loaded = load().await;
    if let Err(error) = &loaded {
        report_init_error(&error.to_string()).await;
    }
    loaded
}

/// The error as Lambda passes it to API Gateway.
fn diagnostic(error: AuthorizerError) -> Diagnostic {
    Diagnostic {
        error_type: error.kind().to_owned(),
        error_message: error.to_string(),
    }
}

/// Responds to events until the connection to the Runtime API ends.
async fn serve(authorizer: Arc<LambdaAuthorizer>) -> Result<(), Broken> {
    let (records, to_write) = unbounded_channel();
    let writing = tokio::spawn(write_records(Arc::clone(&authorizer), to_write));
    let answer = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (authorizer, records) = (Arc::clone(&authorizer), records.clone());
        // The runtime moves this future through many layers: a pointer is cheaper to move than a decision.
        Box::pin(async move {
            let invocation = Invocation {
                deadline: deadline(event.context.deadline),
                request_id: event.context.request_id,
                trace: event.context.xray_trace_id,
            };
            let (answer, record) = authorizer.answer(event.payload.get(), &invocation).await;
            if let Err(SendError(record)) = records.send(record) {
                authorizer.write(&record);
            }
            answer.map_err(diagnostic)
        })
    });
    let outcome = Runtime::new(answer).run().await;
    // The runtime has ended, and with it the senders of records: the remaining ones are written.
    writing.await?;
    outcome
}

/// Writes the log line of each event while the response is being sent to Lambda, and before the next event is
/// requested: until then, Lambda does not freeze the environment.
async fn write_records(authorizer: Arc<LambdaAuthorizer>, mut records: UnboundedReceiver<Record>) {
    while let Some(record) = records.recv().await {
        // The only thread returns here when every other task waits, which is when the response has been sent.
        tokio::task::yield_now().await;
        authorizer.write(&record);
    }
}

/// Loads settings, package and secrets, before the first event is requested.
async fn load() -> Result<LambdaAuthorizer, Broken> {
    let settings = Settings::from_env()?;
    let package = Package::load(&task_root()?)?;
    let level = settings.log_level;
    let level = level.unwrap_or_else(|| Level::from(package.config().log.level));
    let log = Log::to_stdout(level);
    let client = Client::from_env()?;
    let calls = Arc::new(ServiceCalls::new(client.clone(), log.clone()));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let signing_secret = match (&settings.jwks_secret, package.signing_keys_url()) {
        (Some(id), Some(url)) if package.signs() => Some((id.clone(), url)),
        _ => None,
    };
    let secrets = match (&signing_secret, &settings.backend_secret) {
        (None, None) => None,
        _ => Some(Secrets::new(&Account::from_env()?, client)),
    };
    let mut keys = SecretKeys::by_url(UrlKeys::new(Arc::clone(&calls)));
    if let (Some((id, url)), Some(secrets)) = (signing_secret, &secrets) {
        let ttl = Duration::from_secs(settings.jwks_ttl_seconds);
        let (secrets, clock) = (secrets.clone(), Arc::clone(&clock));
        keys = keys.with_secret(url, id, secrets, ttl, clock, log.clone());
    }
    let backend_secret = settings.backend_secret.as_ref().zip(secrets.clone());
    let backend_secret = backend_secret.map(|(named, secrets)| {
        BackendSecret::new(named, secrets, Arc::clone(&clock), log.clone())
    });
    let prefetch = secrets.map(|_| {
        let (keys, backend_secret) = (keys.clone(), backend_secret.clone());
        tokio::spawn(async move {
            let backend = async {
                if let Some(secret) = backend_secret {
                    secret.prefetch().await;
                }
            };
            tokio::join!(keys.prefetch(), backend);
        })
    });
    // The requests for secrets are sent before loading the rules occupies this thread.
    tokio::task::yield_now().await;
    let manifest = package.manifest().clone();
    let ports = Ports {
        http: Arc::clone(&calls) as _,
        keys: Arc::new(keys),
        clock,
    };
    let gate = package.into_gate(ports)?;
    gate.limit_key_set_requests(KEY_REQUESTS_PER_MINUTE);
    if let Some(limits) = settings.session_cache {
        gate.keep_sessions(limits);
    }
    if let Some(prefetch) = prefetch {
        prefetch.await?;
    }
    let authorizer = LambdaAuthorizer::new(gate, &manifest, settings, calls, log)?;
    Ok(match backend_secret {
        Some(secret) => authorizer.with_backend_secret(secret),
        None => authorizer,
    })
}

/// Reports to Lambda why the function does not start, through the
/// [initialization error](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror)
/// of its Runtime API. The process ends in any case, so an error of this request is ignored.
async fn report_init_error(cause: &str) {
    let Ok(api) = env::var("AWS_LAMBDA_RUNTIME_API") else {
        return;
    };
    let kind = "Oathgate.CannotStart";
    let body = serde_json::json!({"errorMessage": cause, "errorType": kind, "stackTrace": []});
    let request = HttpRequest {
        method: "POST".to_owned(),
        url: format!("http://{api}/2018-06-01/runtime/init/error"),
        headers: vec![(
            "Lambda-Runtime-Function-Error-Type".to_owned(),
            kind.to_owned(),
        )],
        body: body.to_string().into(),
        timeout: Duration::from_secs(1),
    };
    let _ = Client::default().fetch(request).await;
}

fn task_root() -> Result<PathBuf, Broken> {
    let root = env::var_os("LAMBDA_TASK_ROOT").ok_or(
        "the environment variable `LAMBDA_TASK_ROOT` is not set: set it to the package's folder",
    )?;
    Ok(PathBuf::from(root))
}

fn deadline(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds)
}
