//! The floor: a bootstrap that does nothing but answer, with the runtime Oathgate uses. With
//! `FLOOR_ASKS` it asks that URL once for each event, with `FLOOR_COOKIE`, as a gate asks a session
//! service.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    Request, Uri,
    header::{self, HeaderValue},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let asks = std::env::var("FLOOR_ASKS")
        .ok()
        .map(|url| url.parse::<Uri>())
        .transpose()?;
    let cookie = std::env::var("FLOOR_COOKIE")
        .ok()
        .map(|cookie| cookie.parse::<HeaderValue>())
        .transpose()?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async {
        if let Some(url) = asks.clone() {
            let mut question = Request::get(url).body(Empty::new())?;
            if let Some(cookie) = cookie.clone() {
                question.headers_mut().insert(header::COOKIE, cookie);
            }
            client
                .request(question)
                .await?
                .into_body()
                .collect()
                .await?;
        }
        Ok::<_, Error>(json!({"principalId": "nobody"}))
    }))
    .await
}
