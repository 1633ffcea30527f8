//! `oathgate rules test`: decides the requests of test files and compares the decisions with those that they expect.

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde::Serialize;
use thiserror::Error;

use crate::{
    argument_groups::{Configuration, Deciding, Format, Jsonnet},
    command::CommandError,
    exit::Exit,
    explanation,
    jsonnet::{self, JsonnetError},
    project::Project,
    rule_tests::{self, RuleTestError, TestFile, TestKeys},
};

/// The arguments of `oathgate rules test`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    configuration: Configuration,
    #[command(flatten)]
    deciding: Deciding,
    #[command(flatten)]
    jsonnet: Jsonnet,
    /// Also fail if a rule has no test
    #[arg(long)]
    strict: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The test files: Jsonnet or JSON
    #[arg(value_name = "FILE", required = true)]
    tests: Vec<PathBuf>,
}

/// Why the tests are not run.
#[derive(Debug, Error)]
pub(crate) enum TestError {
    #[error(transparent)]
    Jsonnet(#[from] JsonnetError),
    #[error("`{file}` is not a valid test file: {error}")]
    File { file: String, error: String },
    #[error("`{file}`: test `{test}`: {error}")]
    Test {
        file: String,
        test: String,
        error: RuleTestError,
    },
    #[error("cannot generate the keys of the tests: {0}")]
    Keys(String),
    #[error("the configuration or its rules have errors: `oathgate rules check` lists them")]
    Configuration,
}

/// The results of all tests.
#[derive(Debug, Default, Serialize)]
struct Report {
    passed: usize,
    failed: Vec<Failed>,
    /// The rules that no test reaches.
    untested: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Failed {
    file: String,
    test: String,
    differences: Vec<String>,
    /// The decision, explained.
    decision: Vec<String>,
}

/// Runs every test of every file, and prints those that fail and the rules that have no test.
pub(super) async fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    let mut files = Vec::new();
    for file in &arguments.tests {
        files.push((file.display().to_string(), read(file, arguments)?));
    }
    let stage = arguments.deciding.stage()?;
    let project = Project::load(&arguments.configuration).await?;
    if project.report_unreadable() {
        return Err(TestError::Configuration.into());
    }
    let keys = TestKeys::generate().map_err(|error| TestError::Keys(error.to_string()))?;
    let keys = Arc::new(keys);
    let mut report = Report::default();
    let mut reached = BTreeSet::new();
    for (name, file) in &files {
        for test in &file.tests {
            let outcome = rule_tests::run(test, file, &project, &stage, &keys)
                .await
                .map_err(|error| TestError::Test {
                    file: name.clone(),
                    test: test.name.clone(),
                    error,
                })?;
            reached.extend(outcome.decided.decision.trace.rule.clone());
            if outcome.differences.is_empty() {
                report.passed += 1;
            } else {
                report.failed.push(Failed {
                    file: name.clone(),
                    test: test.name.clone(),
                    differences: outcome.differences,
                    decision: explanation::lines(&outcome.decided),
                });
            }
        }
    }
    report.untested = project
        .rules
        .iter()
        .map(|rule| rule.id.clone())
        .filter(|id| !reached.contains(id.as_str()))
        .collect();
    print(&report, arguments.format)?;
    let failed = !report.failed.is_empty() || (arguments.strict && !report.untested.is_empty());
    Ok(if failed {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn read(file: &Path, arguments: &Arguments) -> Result<TestFile, TestError> {
    let shown = file.display().to_string();
    let evaluated = jsonnet::evaluate(file, &arguments.jsonnet)?;
    let wrong = |error: String| TestError::File {
        file: shown.clone(),
        error,
    };
    let tests: TestFile =
        serde_json::from_str(&evaluated.json).map_err(|error| wrong(error.to_string()))?;
    if tests.tests.is_empty() {
        return Err(wrong("`tests` is empty".to_owned()));
    }
    Ok(tests)
}

fn print(report: &Report, format: Format) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)?;
        }
        Format::Text => {
            for failed in &report.failed {
                writeln!(out, "failed: {}: {}", failed.file, failed.test)?;
                for difference in &failed.differences {
                    writeln!(out, "  {difference}")?;
                }
                for line in &failed.decision {
                    writeln!(out, "    {line}")?;
                }
            }
            for id in &report.untested {
                writeln!(out, "no test reaches the rule `{id}`")?;
            }
            let (passed, failed) = (report.passed, report.failed.len());
            writeln!(out, "{passed} passed, {failed} failed")?;
        }
    }
    Ok(())
}
