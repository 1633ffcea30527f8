//! The floor: a bootstrap that does nothing but answer, with the runtime Oathgate uses. With
//! `FLOOR_ASKS` it asks that URL once for each event, as a gate asks a session service.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let asks = std::env::var("FLOOR_ASKS")
        .ok()
        .map(|url| url.parse())
        .transpose()?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async {
        if let Some(url) = asks.clone() {
            client.get(url).await?.into_body().collect().await?;
        }
        Ok::<_, Error>(json!({"principalId": "nobody"}))
    }))
    .await
}
