//! Runs the real `bootstrap` as Lambda does: a Runtime API, Secrets Manager and a session service on
//! loopback ports, and a folder with a package.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly, and each file uses a part of this"
)]

pub mod http;
pub mod services;

use std::{
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use oathgate_engine::{
    config::{Config, Format},
    rules,
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
};

use http::{Answer, Asked};

/// Writes a package into a folder, also one that `oathgate package` refuses to write.
pub fn write_package(folder: &Path, config: &Value, rules: &Value) {
    let no_variables = std::iter::empty::<(String, String)>();
    let config = Config::parse(&config.to_string(), Format::Json, no_variables).unwrap();
    let decoded = rules::decode("rules.json", &rules.to_string()).unwrap();
    assert!(!decoded.findings.have_errors(), "{}", decoded.findings);
    let packed = oathgate_package::pack(&config, &decoded.rules).unwrap();
    std::fs::write(folder.join(oathgate_package::files::PACKED), packed).unwrap();
}

/// What the function answered an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A policy, or the short form.
    Answer(Value),
    /// An error's message.
    Error(String),
}

impl Outcome {
    /// The answer.
    pub fn answer(self) -> Value {
        match self {
            Self::Answer(answer) => answer,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// `Allow`, `Deny`, or the error's message.
    pub fn verdict(&self) -> String {
        match self {
            Self::Answer(answer) => answer["policyDocument"]["Statement"][0]["Effect"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            Self::Error(message) => message.clone(),
        }
    }

    /// A value of the context.
    pub fn context(&self, key: &str) -> Option<&str> {
        match self {
            Self::Answer(answer) => answer["context"][key].as_str(),
            _ => None,
        }
    }
}

struct Invoked {
    event: String,
    deadline: Duration,
    done: oneshot::Sender<Answered>,
}

/// What came back, and how long after the deadline; nothing where it was in time.
type Answered = (Outcome, Duration);

/// Who waits for an answer, and until when Lambda would.
struct Waiting {
    done: oneshot::Sender<Answered>,
    deadline: SystemTime,
}

/// A running function.
pub struct Function {
    process: Child,
    events: mpsc::UnboundedSender<Invoked>,
    printed: Arc<Mutex<String>>,
    init_error: Arc<Mutex<Option<String>>>,
}

impl Function {
    /// Starts `bootstrap` on a package, with variables beside those Lambda sets.
    pub async fn start(package: &Path, variables: &[(&str, &str)]) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let init_error: Arc<Mutex<Option<String>>> = Arc::default();
        let api = runtime_api(queue, Arc::clone(&init_error)).await;
        let mut process = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("LAMBDA_TASK_ROOT", package)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example-secret-access-key")
            .env("AWS_SESSION_TOKEN", "example-session-token")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let printed = Arc::new(Mutex::new(String::new()));
        collect(process.stdout.take().unwrap(), Arc::clone(&printed));
        collect(process.stderr.take().unwrap(), Arc::clone(&printed));
        Self {
            process,
            events,
            printed,
            init_error,
        }
    }

    /// Invokes the function, which has 10 seconds.
    pub async fn invoke(&self, event: &Value) -> Outcome {
        self.invoke_within(event, Duration::from_secs(10)).await
    }

    /// Invokes the function with a deadline.
    pub async fn invoke_within(&self, event: &Value, deadline: Duration) -> Outcome {
        self.invoke_text(event.to_string(), deadline).await
    }

    /// Invokes the function with a text.
    pub async fn invoke_text(&self, event: String, deadline: Duration) -> Outcome {
        self.answered(event, deadline).await.0
    }

    /// Invokes the function with a deadline, and says how much too late the answer came.
    pub async fn invoke_timed(&self, event: &Value, deadline: Duration) -> (Outcome, Duration) {
        self.answered(event.to_string(), deadline).await
    }

    async fn answered(&self, event: String, deadline: Duration) -> Answered {
        let (done, outcome) = oneshot::channel();
        self.events
            .send(Invoked {
                event,
                deadline,
                done,
            })
            .unwrap();
        tokio::time::timeout(Duration::from_secs(30), outcome)
            .await
            .expect("an answer within 30 seconds")
            .expect("an answer")
    }

    /// Waits for the end of a function that cannot start, and gives what it told Lambda and printed.
    pub async fn not_started(mut self) -> (String, String) {
        let ended = tokio::time::timeout(Duration::from_secs(10), self.process.wait()).await;
        assert!(!ended.expect("an end within 10 seconds").unwrap().success());
        let told = self
            .init_error
            .lock()
            .unwrap()
            .clone()
            .expect("an error told to Lambda");
        // What it printed last is still on its way.
        while !self.printed().contains("the gate cannot start") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        (told, self.printed())
    }

    /// Stops the process, as Lambda freezes an environment between two invocations, or lets it go on.
    pub async fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let process = self.process.id().unwrap().to_string();
        let sent = Command::new("kill").args([signal, &process]).status().await;
        assert!(sent.unwrap().success());
    }

    /// The most memory the function has held, in kB, where the system says so.
    pub fn peak_memory(&self) -> Option<u64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id()?)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// Waits until a function has ended or, where it runs, has answered; gives what it told Lambda and
    /// printed.
    pub async fn started_or_not(mut self) -> (String, String) {
        let running = self.invoke_text("{}".into(), Duration::from_secs(5));
        let running = tokio::time::timeout(Duration::from_secs(2), running).await;
        if running.is_err() {
            let ended = tokio::time::timeout(Duration::from_secs(10), self.process.wait()).await;
            ended.expect("an end within 10 seconds").unwrap();
        }
        self.settled().await;
        let told = self.init_error.lock().unwrap().clone();
        (told.unwrap_or_default(), self.printed())
    }

    /// Waits until nothing more is printed for a while.
    pub async fn settled(&self) {
        let mut before = self.printed().len();
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = self.printed().len();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// Everything the function has printed.
    pub fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// The lines about decisions, once there are so many.
    pub async fn decisions_after(&self, count: usize) -> Vec<Value> {
        let begun = std::time::Instant::now();
        while self.decisions().len() < count && begun.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.decisions()
    }

    /// The lines about decisions.
    pub fn decisions(&self) -> Vec<Value> {
        let printed = self.printed();
        let lines = printed
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["message"] == "decided").collect()
    }
}

fn collect(from: impl AsyncRead + Unpin + Send + 'static, printed: Arc<Mutex<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(from).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut printed = printed.lock().unwrap();
            printed.push_str(&line);
            printed.push('\n');
        }
    });
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
async fn runtime_api(
    queue: mpsc::UnboundedReceiver<Invoked>,
    init_error: Arc<Mutex<Option<String>>>,
) -> SocketAddr {
    let queue = Arc::new(AsyncMutex::new(queue));
    let waiting: Arc<Mutex<Option<Waiting>>> = Arc::default();
    http::serve(move |asked: Asked| {
        let (queue, waiting) = (Arc::clone(&queue), Arc::clone(&waiting));
        let init_error = Arc::clone(&init_error);
        async move {
            if asked.path.ends_with("/invocation/next") {
                let Some(invoked) = queue.lock().await.recv().await else {
                    return std::future::pending().await;
                };
                let deadline = SystemTime::now() + invoked.deadline;
                *waiting.lock().unwrap() = Some(Waiting {
                    done: invoked.done,
                    deadline,
                });
                let deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
                return Answer::ok(invoked.event)
                    .with(
                        "lambda-runtime-aws-request-id",
                        "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                    )
                    .with(
                        "lambda-runtime-trace-id",
                        "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
                    )
                    .with("lambda-runtime-deadline-ms", &deadline.to_string());
            }
            let body: Value = serde_json::from_slice(&asked.body).unwrap();
            if asked.path.ends_with("/init/error") {
                let message = body["errorMessage"].as_str().unwrap().to_owned();
                *init_error.lock().unwrap() = Some(message);
                return Answer::ok(String::new()).status(202);
            }
            let outcome = if asked.path.ends_with("/response") {
                Outcome::Answer(body)
            } else {
                Outcome::Error(body["errorMessage"].as_str().unwrap().to_owned())
            };
            if let Some(Waiting { done, deadline }) = waiting.lock().unwrap().take() {
                let late = SystemTime::now().duration_since(deadline);
                let _ = done.send((outcome, late.unwrap_or_default()));
            }
            Answer::ok(String::new()).status(202)
        }
    })
    .await
}
