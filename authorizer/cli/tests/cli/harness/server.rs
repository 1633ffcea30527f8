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
struct Output {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

pub struct Server {
    child: Child,
    printed: Arc<Output>,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a project's server and waits until it is open.
    pub fn start(project: &Project) -> Self {
        Self::run(&mut project.command(&["serve", "--config", "config.json"]))
    }

    pub fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::new(Output::default());
        listen(child.stdout.take().unwrap(), Arc::clone(&printed));
        listen(child.stderr.take().unwrap(), Arc::clone(&printed));
        let mut server = Self {
            child,
            printed,
            address: ([0, 0, 0, 0], 0).into(),
        };
        server.address = server.address_in("decisions are served at ");
        server
    }

    /// Waits for a line with this text and returns it.
    pub fn wait_for_line(&self, text: &str) -> String {
        self.wait_for_lines(text, 1)
    }

    /// Waits for this number of lines with this text and returns the last one.
    #[track_caller]
    pub fn wait_for_lines(&self, text: &str, times: usize) -> String {
        let until = Instant::now() + PATIENCE;
        let mut lines = self.printed.lines.lock().unwrap();
        loop {
            let found = lines.iter().filter(|line| line.contains(text));
            if let Some(line) = found.clone().nth(times - 1) {
                return line.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no line has `{text}`: {lines:#?}");
            lines = self.printed.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// The address in the line with this text.
    pub fn address_in(&self, text: &str) -> SocketAddr {
        let line = self.wait_for_line(text);
        let (_, url) = line.split_once("://").unwrap();
        let end = url.find(['/', '"']).unwrap();
        url[..end]
            .trim_end_matches(": API Gateway is the proxy")
            .parse()
            .unwrap()
    }

    pub fn output(&self) -> String {
        self.printed.lines.lock().unwrap().join("\n")
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        http::send(self.address, method, path, headers)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[])
    }

    /// The decision about a GET of a path of `http://api.test`.
    pub fn decide(&self, path: &str) -> Answer {
        self.decide_with(path, &[])
    }

    pub fn decide_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", "/decisions", &gateway_headers(path, headers))
    }

    /// Sends the signal to stop, as an init system does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the program to end and returns its exit code.
    pub fn end(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

/// The headers in which a gateway describes a GET of a path of `http://api.test`.
pub fn gateway_headers<'a>(
    path: &'a str,
    headers: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
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

fn listen(stream: impl Read + Send + 'static, printed: Arc<Output>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            printed.lines.lock().unwrap().push(line);
            printed.more.notify_all();
        }
    });
}
