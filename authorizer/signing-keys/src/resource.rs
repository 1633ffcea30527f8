//! Follows one request of CloudFormation's, and answers it whatever happens.

use std::time::{Duration, SystemTime};

use oathgate_http_client::{
    Client,
    aws::{Account, AccountError, Secrets},
};
use serde_json::json;

use crate::{
    Event, EventError, Status,
    answer::Answer,
    event::Properties,
    fill::{self, Filled, Patience},
};

/// How much of the function's time is left for the answer.
const TIME_TO_ANSWER: Duration = Duration::from_secs(15);

/// How long one call of Secrets Manager may take.
const CALL: Duration = Duration::from_secs(10);

/// How long is waited for the rights of the function's role, which is as new as its secret.
const RIGHTS: Duration = Duration::from_secs(30);

/// The resource, ready for requests.
#[derive(Clone, Debug)]
pub struct Resource {
    client: Client,
    account: Result<Account, AccountError>,
}

impl Resource {
    /// Asks Secrets Manager as `account`; without one, every request but `Delete` fails.
    #[must_use]
    pub fn new(client: Client, account: Result<Account, AccountError>) -> Self {
        Self { client, account }
    }

    /// Follows a request and answers CloudFormation before `deadline`.
    ///
    /// # Errors
    /// An answer that CloudFormation did not take; Lambda then hands the request over once more.
    pub async fn follow(&self, event: &Event, deadline: SystemTime) -> Result<Status, String> {
        let left = deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        // A short-lived function still keeps half of its time for the answer.
        let time_to_answer = TIME_TO_ANSWER.min(left / 2);
        let time_to_work = left.saturating_sub(time_to_answer);
        let patience = Patience {
            call: CALL,
            // Rights that never come are to be named as what is missing, not as a lack of time.
            rights: RIGHTS.min(time_to_work / 2),
        };
        // Work in a task of its own, so that a panic of it is answered too.
        let work = tokio::spawn(Self::work(self.clone(), event.clone(), patience));
        let outcome = match tokio::time::timeout(time_to_work, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("the function panicked".to_owned()),
            Err(_) => Err("the function's time ran out".to_owned()),
        };
        let properties = event.properties().ok();
        let secret = properties
            .as_ref()
            .filter(|_| event.request_type != "Delete")
            .map(|properties| properties.secret.as_str());
        let answer = match &outcome {
            Ok(Done { said, ids }) => {
                Answer::new(event, Status::Success, said, secret).with_keys(ids)
            }
            Err(cause) => Answer::new(event, Status::Failed, cause, secret),
        };
        log(event, &answer);
        answer
            .deliver(&self.client, &event.response_url, time_to_answer)
            .await
            .map_err(|error| error.to_string())?;
        Ok(answer.status)
    }

    async fn work(self, event: Event, patience: Patience) -> Result<Done, String> {
        match event.request_type.as_str() {
            "Delete" => Ok(Done::nothing()),
            "Create" | "Update" => {
                let properties = event.properties().map_err(|error| error.to_string())?;
                self.fill(&properties, &event.request_id, patience).await
            }
            other => Err(EventError::RequestType(other.to_owned()).to_string()),
        }
    }

    async fn fill(
        &self,
        properties: &Properties,
        request_id: &str,
        patience: Patience,
    ) -> Result<Done, String> {
        let account = self.account.as_ref().map_err(ToString::to_string)?;
        let secrets = Secrets::new(account, self.client.clone());
        let filled = fill::fill(&secrets, properties, request_id, patience)
            .await
            .map_err(|error| error.to_string())?;
        Ok(match filled {
            Filled::Fresh(ids) => Done {
                said: "the secret got a fresh key",
                ids,
            },
            Filled::Kept(ids) => Done {
                said: "the secret keeps its keys",
                ids,
            },
        })
    }
}

/// What was done.
struct Done {
    said: &'static str,
    ids: Vec<String>,
}

impl Done {
    fn nothing() -> Self {
        Self {
            said: "nothing is to be done",
            ids: Vec::new(),
        }
    }
}

fn log(event: &Event, answer: &Answer<'_>) {
    let level = if answer.status == Status::Success {
        "INFO"
    } else {
        "ERROR"
    };
    let line = json!({
        "level": level,
        "message": answer.reason,
        "requestType": event.request_type,
        "requestId": event.request_id,
        "status": answer.status,
    });
    println!("{line}");
}
