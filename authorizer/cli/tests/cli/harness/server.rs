//! `oathgate serve`, running.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::{
    Project,
    http::{self, Answer},
};

/// How long a line may be waited for before a test gives up: no measure of anything.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Said {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

pub struct Server {
    child: Child,
    said: Arc<Said>,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a project's server and waits until it answers.
    pub fn start(project: &Project) -> Self {
        Self::run(&mut project.command(&["serve", "--config", "config.json"]))
    }

    pub fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Said::default());
        listen(child.stdout.take().unwrap(), Arc::clone(&said));
        listen(child.stderr.take().unwrap(), Arc::clone(&said));
        let mut server = Self {
            child,
            said,
            address: ([0, 0, 0, 0], 0).into(),
        };
        server.address = server.address_in("decisions are served at ");
        server
    }

    /// Waits for a line with this text, and gives it.
    pub fn says(&self, text: &str) -> String {
        self.says_times(text, 1)
    }

    /// Waits until lines with this text have come so many times, and gives the last.
    #[track_caller]
    pub fn says_times(&self, text: &str, times: usize) -> String {
        let until = Instant::now() + PATIENCE;
        let mut lines = self.said.lines.lock().unwrap();
        loop {
            let found = lines.iter().filter(|line| line.contains(text));
            if let Some(line) = found.clone().nth(times - 1) {
                return line.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nobody says `{text}`: {lines:#?}");
            lines = self.said.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// The address in a line that says where something is reached.
    pub fn address_in(&self, text: &str) -> SocketAddr {
        let line = self.says(text);
        let (_, url) = line.split_once("://").unwrap();
        let end = url.find(['/', '"']).unwrap();
        url[..end]
            .trim_end_matches(": API Gateway is the proxy")
            .parse()
            .unwrap()
    }

    pub fn everything_said(&self) -> String {
        self.said.lines.lock().unwrap().join("\n")
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        http::ask(self.address, method, path, headers)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// Whether a GET of a path of `http://api.test` may pass.
    pub fn decide(&self, path: &str) -> Answer {
        self.decide_with(path, &[])
    }

    pub fn decide_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", "/decisions", &asked(path, headers))
    }

    /// Asks the program to end, as an init system does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end, and gives the exit code.
    pub fn end(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

/// The headers of a gateway that asks about a GET of a path of `http://api.test`.
pub fn asked<'a>(path: &'a str, headers: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", "api.test"),
        ("X-Forwarded-Uri", path),
    ];
    all.extend_from_slice(headers);
    all
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn listen(stream: impl Read + Send + 'static, said: Arc<Said>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            said.lines.lock().unwrap().push(line);
            said.more.notify_all();
        }
    });
}
