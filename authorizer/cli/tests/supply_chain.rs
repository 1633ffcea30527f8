//! What Oathgate is built on: a share of what `make deny` checks, for machines without cargo-deny, and
//! what no tool knows: that somebody wrote down why each dependency is there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn toml(file: &str) -> toml::Table {
    text(file)
        .parse()
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn cargo(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success(),
        "`cargo fetch --locked` downloads the crates of every platform, which this reads: {said}"
    );
    String::from_utf8(run.stdout).unwrap()
}

/// Every package that some target of the workspace is built on. Cargo's metadata also holds packages
/// behind features that nobody turns on; its tree does not.
fn packages() -> Vec<Value> {
    let tree = cargo(&["tree", "--workspace", "--target", "all", "--prefix", "none"]);
    let used: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?.strip_prefix('v')?))
        })
        .collect();
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().clone();
    packages.retain(|package| {
        let [name, version] = ["name", "version"].map(|key| package[key].as_str().unwrap());
        used.contains(&(name, version))
    });
    packages
}

fn strings(list: &toml::Value) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

/// The licences that may be used everywhere, and those that one crate may use.
fn allowed_licenses() -> (Vec<String>, Vec<(String, Vec<String>)>) {
    let licenses = toml("deny.toml")["licenses"].clone();
    let exceptions = licenses["exceptions"].as_array().unwrap().iter();
    let exceptions = exceptions.map(|one| {
        let name = one["crate"].as_str().unwrap();
        (name.to_owned(), strings(&one["allow"]))
    });
    (strings(&licenses["allow"]), exceptions.collect())
}

fn is_allowed(requirement: &LicenseReq, allowed: &[String]) -> bool {
    let name = requirement.license.to_string();
    requirement.addition.is_none() && allowed.contains(&name)
}

#[test]
fn every_crate_has_a_licence_that_is_allowed() {
    let (everywhere, exceptions) = allowed_licenses();
    let mut count = 0;
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let written = package["license"]
            .as_str()
            .unwrap_or_else(|| panic!("`{name}` names no licence"));
        let expression = Expression::parse_mode(written, ParseMode::LAX)
            .unwrap_or_else(|error| panic!("`{name}`: {error}"));
        let own = exceptions.iter().filter(|(known, _)| known == name);
        let own = own.flat_map(|(_, allowed)| allowed);
        let allowed: Vec<_> = everywhere.iter().chain(own).cloned().collect();
        assert!(
            expression.evaluate(|requirement| is_allowed(requirement, &allowed)),
            "`{name}` is under {written}, which `deny.toml` does not allow"
        );
        count += 1;
    }
    assert!(count > 100, "{count} packages");
}

#[test]
fn every_crate_comes_from_crates_io_and_none_is_banned() {
    let banned: Vec<_> = toml("deny.toml")["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ban| ban["crate"].as_str().unwrap().to_owned())
        .collect();
    assert!(!banned.is_empty());
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if let Some(source) = package["source"].as_str() {
            assert_eq!(source, CRATES_IO, "{name}");
        }
        assert!(
            !banned.iter().any(|banned| banned == name),
            "`{name}` is banned"
        );
    }
}

/// The direct dependencies: crates, npm packages and Python packages.
fn direct() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let workspace = toml("Cargo.toml")["workspace"]["dependencies"].clone();
    for (name, dependency) in workspace.as_table().unwrap() {
        if dependency.get("path").is_none() {
            names.insert(name.clone());
        }
    }
    let npm = json("package.json");
    for kind in ["dependencies", "devDependencies"] {
        names.extend(npm[kind].as_object().unwrap().keys().cloned());
    }
    names.extend(python().map(|(name, _)| name));
    names
}

/// Names and what stands behind them, of every list of Python packages.
fn python() -> impl Iterator<Item = (String, String)> {
    let lists = ["local/requirements.txt", "scripts/sbom-requirements.txt"].map(text);
    let lines: Vec<_> = lists
        .iter()
        .flat_map(|list| list.lines())
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let name = line.split(['=', '[', '>', '<', '~']).next().unwrap();
            (name.to_owned(), line.trim_start_matches(name).to_owned())
        })
        .collect();
    lines.into_iter()
}

#[test]
fn every_direct_dependency_has_a_reason() {
    let reasons = text("docs/decisions/0001-dependencies.md");
    let without: Vec<_> = direct()
        .into_iter()
        .filter(|name| !reasons.contains(&format!("`{name}`")))
        .collect();
    assert!(
        without.is_empty(),
        "say in docs/decisions/0001-dependencies.md why these are needed: {without:?}"
    );
}

#[test]
fn every_shared_dependency_is_used() {
    let members = packages();
    let members = members.iter().filter(|package| package["source"].is_null());
    let used: BTreeSet<_> = members
        .flat_map(|package| package["dependencies"].as_array().unwrap())
        .map(|dependency| dependency["name"].as_str().unwrap())
        .collect();
    for name in toml("Cargo.toml")["workspace"]["dependencies"]
        .as_table()
        .unwrap()
        .keys()
    {
        assert!(used.contains(name.as_str()), "nobody uses `{name}`");
    }
}

#[test]
fn no_crate_of_ours_names_a_version_beside_the_workspace() {
    let members = packages();
    let members = members.iter().filter(|package| package["source"].is_null());
    for package in members {
        let file = package["manifest_path"].as_str().unwrap();
        let manifest: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(list) = manifest.get(kind).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, dependency) in list {
                let shared = dependency.get("workspace") == Some(&toml::Value::Boolean(true));
                assert!(shared, "{file}: `{name}`");
            }
        }
    }
}

#[test]
fn npm_and_python_packages_have_exact_versions() {
    let is_exact = |version: &str| {
        let parts: Vec<_> = version.split('.').collect();
        parts.len() >= 2 && parts.iter().all(|part| part.parse::<u64>().is_ok())
    };
    let (npm, lock) = (json("package.json"), json("package-lock.json"));
    for kind in ["dependencies", "devDependencies"] {
        for (name, version) in npm[kind].as_object().unwrap() {
            assert!(is_exact(version.as_str().unwrap()), "{name}: {version}");
            let locked = &lock["packages"][format!("node_modules/{name}")];
            assert_eq!(&locked["version"], version, "{name}");
            assert!(locked["integrity"].is_string(), "{name} has no checksum");
        }
    }
    for (name, behind) in python() {
        let version = behind.rsplit_once("==").map(|(_, version)| version);
        assert!(version.is_some_and(is_exact), "{name}{behind}");
    }
}
