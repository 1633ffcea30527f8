//! The means of the tests: folders with a configuration, the program, servers and clients.

pub mod http;
pub mod raw;
pub mod server;
pub mod service;
pub mod tls;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The program under test, with an environment of its own: a variable could be a setting.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oathgate"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let done = command.output().unwrap();
        Self {
            code: done.status.code().unwrap(),
            stdout: String::from_utf8(done.stdout).unwrap(),
            stderr: String::from_utf8(done.stderr).unwrap(),
        }
    }

    /// Checks the exit code, showing everything where it is another.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A folder with a configuration and rules.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project of these rules, with [`config`].
    pub fn new(rules: &Value) -> Self {
        Self::with(&config(), rules)
    }

    pub fn with(config: &Value, rules: &Value) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        project.write("config.json", &config.to_string());
        project.write("rules.json", &rules.to_string());
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program, in the project's folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub fn oathgate(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Names of everything in a folder, in order.
    pub fn listing(&self, name: &str) -> Vec<String> {
        listing(&self.path(name))
    }
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A configuration with the usual handlers, whose ports the machine chooses.
pub fn config() -> Value {
    json!({
        "serve": {
            "api": {"host": "127.0.0.1", "port": 0},
            "prometheus": {"host": "127.0.0.1", "port": 0},
        },
        "access_rules": {"repositories": ["file://rules.json"]},
        "authenticators": {
            "noop": {"enabled": true},
            "unauthorized": {"enabled": true},
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": {"X-User": "{{ print .Subject }}"}}},
        },
    })
}

/// A configuration with something else at one place, named by a JSON pointer.
pub fn config_with(pointer: &str, value: Value) -> Value {
    let mut config = config();
    let mut at = &mut config;
    for key in pointer.split('/').skip(1) {
        at = &mut at[key];
    }
    *at = value;
    config
}

/// A rule that lets `anonymous` in at a path of `http://api.test`.
pub fn open_rule(id: &str, path: &str) -> Value {
    json!({
        "id": id,
        "match": {"url": format!("http://api.test{path}"), "methods": ["GET", "POST"]},
        "authenticators": [{"handler": "anonymous"}],
        "authorizer": {"handler": "allow"},
        "mutators": [{"handler": "header"}],
    })
}

/// A rule that refuses every request.
pub fn closed_rule(id: &str, path: &str) -> Value {
    let mut rule = open_rule(id, path);
    rule["authenticators"] = json!([{"handler": "unauthorized"}]);
    rule
}
