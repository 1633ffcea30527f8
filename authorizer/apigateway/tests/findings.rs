//! Every folder of `fixtures/findings` holds one mistake, named after it, and what is said of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first surprise"
)]

use std::{fs, path::Path};

use oathgate_apigateway::check_rule_headers;
use oathgate_engine::{
    Target, check,
    config::{ConfigSources, Format},
    ports::BoxFuture,
    rules::{self, RuleFiles, RuleFilesError, RuleRepository},
};

/// The rule files of one folder.
struct Folder<'a>(&'a Path);

impl RuleFiles for Folder<'_> {
    fn read<'a>(
        &'a self,
        repository: &'a RuleRepository,
    ) -> BoxFuture<'a, Result<Vec<u8>, RuleFilesError>> {
        let content = match repository {
            RuleRepository::File(name) => {
                fs::read(self.0.join(name)).map_err(|_| RuleFilesError("no such file".to_owned()))
            }
            _ => Err(RuleFilesError("only files are read here".to_owned())),
        };
        Box::pin(std::future::ready(content))
    }
}

async fn findings(folder: &Path) -> String {
    let mut sources = ConfigSources::new();
    for name in ["config.yml", "config.json", "config.toml"] {
        if let Ok(text) = fs::read_to_string(folder.join(name)) {
            sources = sources.file(name, Format::of_file(name).unwrap(), &text);
        }
    }
    let environment = fs::read_to_string(folder.join("env")).unwrap_or_default();
    sources = sources.environment(environment.lines().filter_map(|line| line.split_once('=')));
    for option in fs::read_to_string(folder.join("set"))
        .unwrap_or_default()
        .lines()
    {
        sources = sources.set(option);
    }
    let read = sources.read();
    let loaded = rules::load(&read.config.access_rules.repositories, &Folder(folder)).await;
    let of_rules = read.config.locate(loaded.findings);
    let checked = check(&read.config, &loaded.rules);
    let of_headers = check_rule_headers(&read.config, &loaded.rules, Target::Anywhere);
    let checked = checked.0.iter().chain(&of_headers);
    let all = read.findings.0.iter().chain(&of_rules.0).chain(checked);
    let lines: Vec<String> = all.map(ToString::to_string).collect();
    if lines.is_empty() {
        "nothing".to_owned()
    } else {
        lines.join("\n")
    }
}

#[tokio::test]
async fn it_says_what_is_wrong_where_and_what_to_do() {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/findings");
    let mut names: Vec<String> = fs::read_dir(&folders)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 60, "the fixtures are missing");
    for name in names {
        let folder = folders.join(&name);
        let found = findings(&folder).await;
        insta::with_settings!({
            snapshot_path => &folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("findings", found);
        });
    }
}
