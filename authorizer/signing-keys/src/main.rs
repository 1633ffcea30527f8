//! The binary Lambda starts.

use std::{
    process::ExitCode,
    time::{Duration, UNIX_EPOCH},
};

use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use oathgate_outbound::{Client, aws::Account};
use oathgate_signing_keys::{Event, Resource};

fn main() -> ExitCode {
    // What a panic says may quote what it stumbled over, so only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        eprintln!("panicked at {}", place.unwrap_or_default());
    }));
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(lambda_runtime::Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the function cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let resource = Resource::new(Client::from_env()?, Account::from_env());
    let follow = service_fn(move |invocation: LambdaEvent<Event>| {
        let resource = resource.clone();
        async move {
            let deadline = UNIX_EPOCH + Duration::from_millis(invocation.context.deadline);
            match resource.follow(&invocation.payload, deadline).await {
                Ok(_) => Ok(()),
                Err(error_message) => {
                    println!(
                        "{}",
                        serde_json::json!({"level": "ERROR", "message": error_message})
                    );
                    let error_type = "Undelivered".to_owned();
                    Err(Diagnostic {
                        error_type,
                        error_message,
                    })
                }
            }
        }
    });
    Runtime::new(follow).run().await
}
