//! The program that Lambda starts.

use std::{
    env,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lambda_runtime::{Diagnostic, Error, LambdaEvent, Runtime, service_fn};
use oathgate_http_client::{Client, aws::Account};
use oathgate_signing_keys::{
    Endpoint, Event, Request, Resource, RotationEvent, Rotator, Settings, Task,
};

fn main() -> ExitCode {
    // A panic's message may quote secret values, so only its place is logged.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        eprintln!("panicked at {}", place.unwrap_or_default());
    }));
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the function cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let (client, account) = (Client::from_env()?, Account::from_env());
    match settings.task {
        Task::FirstKey => make_first_keys(Resource::new(client, account)).await,
        Task::Rotation(policy) => rotate(Rotator::of_key_set(client, account, policy)?).await,
        Task::RandomValue => rotate(Rotator::of_random_value(client, account)?).await,
        Task::Endpoint(settings) => publish(Endpoint::new(client, account, settings)?).await,
    }
}

async fn make_first_keys(resource: Resource) -> Result<(), Error> {
    let handler = service_fn(move |invocation: LambdaEvent<Event>| {
        let resource = resource.clone();
        async move {
            let deadline = UNIX_EPOCH + Duration::from_millis(invocation.context.deadline);
            match resource.handle(&invocation.payload, deadline).await {
                Ok(_) => Ok(()),
                Err(error_message) => {
                    println!(
                        "{}",
                        serde_json::json!({"level": "ERROR", "message": error_message})
                    );
                    Err(failed("Undelivered", error_message))
                }
            }
        }
    });
    Runtime::new(handler).run().await
}

async fn rotate(rotator: Rotator) -> Result<(), Error> {
    let handler = service_fn(move |invocation: LambdaEvent<RotationEvent>| {
        let rotator = rotator.clone();
        async move {
            rotator
                .handle(&invocation.payload, SystemTime::now())
                .await
                .map_err(|message| failed("NotRotated", message))
        }
    });
    Runtime::new(handler).run().await
}

async fn publish(endpoint: Endpoint) -> Result<(), Error> {
    let answer = service_fn(move |invocation: LambdaEvent<Request>| {
        let endpoint = endpoint.clone();
        async move {
            let answer = endpoint
                .answer(&invocation.payload, SystemTime::now())
                .await;
            Ok::<_, Diagnostic>(answer)
        }
    });
    Runtime::new(answer).run().await
}

fn failed(kind: &str, error_message: String) -> Diagnostic {
    Diagnostic {
        error_type: kind.to_owned(),
        error_message,
    }
}
