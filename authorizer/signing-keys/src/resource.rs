//! Carries out one request of CloudFormation, and answers it whatever happens.

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

/// The part of the function's time that is reserved for the response.
const TIME_TO_ANSWER: Duration = Duration::from_secs(15);

/// The time limit of one call of Secrets Manager.
const CALL: Duration = Duration::from_secs(10);

/// The longest wait for the rights of the function's role, which is as new as its secret.
const RIGHTS: Duration = Duration::from_secs(30);

/// The resource, ready for requests.
#[derive(Clone, Debug)]
pub struct Resource {
    client: Client,
    account: Result<Account, AccountError>,
}

impl Resource {
    /// Calls Secrets Manager with the credentials of `account`; without one, every request except `Delete`
    /// fails.
    #[must_use]
    pub fn new(client: Client, account: Result<Account, AccountError>) -> Self {
        Self { client, account }
    }

    /// Carries out a request and answers CloudFormation before `deadline`.
    ///
    /// # Errors
    /// A response that CloudFormation did not accept; Lambda then repeats the request.
    pub async fn handle(&self, event: &Event, deadline: SystemTime) -> Result<Status, String> {
        let left = deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        // A function with little time still reserves half of it for the response.
        let time_to_answer = TIME_TO_ANSWER.min(left / 2);
        let time_to_work = left.saturating_sub(time_to_answer);
        let patience = Patience {
            call: CALL,
            // Missing rights must be reported as such, not as a time-out.
            rights: RIGHTS.min(time_to_work / 2),
        };
        // In a task of its own, so that a panic is answered too.
        let work = tokio::spawn(Self::work(self.clone(), event.clone(), patience));
        let outcome = match tokio::time::timeout(time_to_work, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("the function panicked".to_owned()),
            Err(_) => Err("the function ran out of time".to_owned()),
        };
        let properties = event.properties().ok();
        let secret = properties
            .as_ref()
            .filter(|_| event.request_type != "Delete")
            .map(|properties| properties.secret.as_str());
        let answer = match &outcome {
            Ok(Done { message, ids }) => {
                Answer::new(event, Status::Success, message, secret).with_keys(ids)
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
                message: "a new key was written to the secret",
                ids,
            },
            Filled::Kept(ids) => Done {
                message: "the secret keeps its keys",
                ids,
            },
        })
    }
}

/// What was done.
struct Done {
    message: &'static str,
    ids: Vec<String>,
}

impl Done {
    fn nothing() -> Self {
        Self {
            message: "there is nothing to do",
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
