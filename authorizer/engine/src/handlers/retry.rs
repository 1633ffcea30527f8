//! Sending a request again to a service that fails.

use std::time::Duration;

use crate::{
    Failure, Ports, ReasonCode,
    config::{Form, Shape},
    handlers::{Misconfigured, Settings, options::options},
    ports::{HttpError, HttpResponse},
    service_request::ServiceRequest,
};

options! {
    /// `retry` of handlers that send a request only once, as in Oathkeeper.
    pub(crate) struct IgnoredRetry {
        /// Accepted as in Oathkeeper, which ignores it too: the request is sent once.
        #[default("1s")]
        give_up_after: String as Shape::text(Form::Duration),
        /// Accepted as in Oathkeeper, which ignores it too: the request is sent once.
        #[default("100ms")]
        max_delay: String as Shape::text(Form::Duration),
    }
}

impl IgnoredRetry {
    /// Refuses what is not a duration.
    ///
    /// # Errors
    /// The first such option.
    pub(crate) fn check(&self, settings: &Settings<'_>) -> Result<(), Misconfigured> {
        settings.duration("retry.max_delay", &self.max_delay)?;
        settings.duration("retry.give_up_after", &self.give_up_after)?;
        Ok(())
    }
}

/// The first wait; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// How often a request is sent, and how long the waits between are.
///
/// Which responses lead to another attempt, and how the waits grow, is as in Oathkeeper's HTTP client
/// ([`go-retryablehttp`](https://pkg.go.dev/github.com/hashicorp/go-retryablehttp#DefaultRetryPolicy)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retries {
    /// How often it is sent at most, the first time included.
    pub(crate) attempts: u32,
    /// The longest wait, whatever the service's `Retry-After` says.
    pub(crate) longest_wait: Duration,
}

impl Retries {
    /// Sends a request until there is a response that another attempt would not change: any status but
    /// 429 and those from 500, 501 apart.
    ///
    /// # Errors
    /// A request that cannot be sent, at once; a service that stays unwell, after the last attempt.
    pub(crate) async fn send(
        &self,
        request: &ServiceRequest,
        ports: &Ports,
    ) -> Result<HttpResponse, Failure> {
        let mut attempt = 1;
        loop {
            let outcome = request.clone().send(&*ports.http).await;
            let trouble = match &outcome {
                Ok(answer) if !is_unwell(answer.status) => return Ok(answer.clone()),
                Ok(answer) => format!("it responded with {}", answer.status),
                Err(error) if !may_pass(error) => return Err(unwell(error.to_string())),
                Err(error) => error.to_string(),
            };
            if attempt >= self.attempts {
                return Err(unwell(format!(
                    "the request was sent {attempt} times: {trouble}"
                )));
            }
            tokio::time::sleep(self.wait(attempt, outcome.ok().as_ref())).await;
            attempt += 1;
        }
    }

    /// How long to wait behind an attempt, counted from one.
    fn wait(&self, attempt: u32, answer: Option<&HttpResponse>) -> Duration {
        let asked_for = answer
            .filter(|answer| matches!(answer.status, 429 | 503))
            .and_then(|answer| answer.header("Retry-After")?.parse().ok())
            .map(Duration::from_secs);
        let growing = || FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt - 1));
        asked_for.unwrap_or_else(growing).min(self.longest_wait)
    }
}

fn unwell(cause: String) -> Failure {
    Failure::plain(cause).because(ReasonCode::ServiceFailed)
}

fn is_unwell(status: u16) -> bool {
    status == 429 || status == 0 || (status >= 500 && status != 501)
}

/// Whether the same request may fare better later.
fn may_pass(error: &HttpError) -> bool {
    match error {
        // A response that is too large is not fetched again.
        HttpError::Address
        | HttpError::Method
        | HttpError::Header(_)
        | HttpError::Redirects
        | HttpError::ForeignRedirect(_)
        | HttpError::TooLarge(_) => false,
        HttpError::Connect(_) | HttpError::Timeout | HttpError::Broken(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ScriptedHttp, answer, ports};
    use oathgate_gostd::Url;

    async fn send(
        retries: Retries,
        answers: Vec<Result<HttpResponse, HttpError>>,
    ) -> (Result<u16, Failure>, usize) {
        let http = ScriptedHttp::new(answers);
        let url = Url::parse("http://authz.example/").unwrap();
        let request = ServiceRequest::new("POST", url, Duration::from_secs(30));
        let sent = retries.send(&request, &ports(&http)).await;
        (sent.map(|answer| answer.status), http.sent().len())
    }

    const FIVE: Retries = Retries {
        attempts: 5,
        longest_wait: Duration::from_millis(10),
    };

    fn status(status: u16) -> Result<HttpResponse, HttpError> {
        Ok(answer(status, &[], ""))
    }

    #[tokio::test(start_paused = true)]
    async fn it_asks_again_while_the_service_is_unwell() {
        let answers = vec![
            status(500),
            status(429),
            Err(HttpError::Broken("cut".into())),
            status(503),
            status(200),
        ];
        assert_eq!(send(FIVE, answers).await, (Ok(200), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn it_gives_up_behind_the_last_attempt() {
        for trouble in [status(500), status(429), Err(HttpError::Timeout)] {
            let (sent, requests) = send(FIVE, vec![trouble]).await;
            assert_eq!(sent.unwrap_err().status, None);
            assert_eq!(requests, 5);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_takes_every_other_answer_as_it_is() {
        for code in [200, 201, 204, 302, 400, 401, 403, 404, 501] {
            assert_eq!(send(FIVE, vec![status(code)]).await, (Ok(code), 1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_does_not_repeat_what_cannot_fare_better() {
        for error in [
            HttpError::Address,
            HttpError::Header("X".into()),
            HttpError::Redirects,
            HttpError::ForeignRedirect("which is another"),
            HttpError::TooLarge(1 << 22),
        ] {
            let (sent, requests) = send(FIVE, vec![Err(error)]).await;
            assert!(sent.is_err());
            assert_eq!(requests, 1);
        }
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let retries = Retries {
            attempts: 9,
            longest_wait: Duration::from_secs(5),
        };
        let waits: Vec<u64> = (1..=5)
            .map(|attempt| retries.wait(attempt, None).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 5, 5]);
    }

    #[test]
    fn a_service_may_ask_for_a_shorter_wait_but_not_for_a_longer_one() {
        let retry_after = |seconds: &str| answer(503, &[("Retry-After", seconds)], "");
        let retries = Retries {
            attempts: 5,
            longest_wait: Duration::from_secs(5),
        };
        assert_eq!(retries.wait(3, Some(&retry_after("0"))), Duration::ZERO);
        assert_eq!(
            retries.wait(1, Some(&retry_after("3600"))),
            Duration::from_secs(5)
        );
        assert_eq!(
            retries.wait(1, Some(&retry_after("soon"))),
            Duration::from_secs(1)
        );
    }
}
