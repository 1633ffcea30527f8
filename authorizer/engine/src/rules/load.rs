//! Loads every rule repository of a configuration.

use oathgate_text_encoding::{EncodingError, is_utf16};

use super::{RuleDefinition, RuleFiles, RuleFilesError, RuleRepository, decode};
use crate::finding::{Finding, Findings};

/// The rules of all repositories that could be read, in the order the configuration names them.
#[derive(Clone, Debug, Default)]
pub struct LoadedRules {
    /// The rules, each with the file it came from.
    pub rules: Vec<RuleDefinition>,
    /// Repositories that could not be read or decoded (as errors), and what is odd in the others.
    pub findings: Findings,
    /// Whether the rules of a repository that is no file are missing. Nothing tells when they come,
    /// so that Oathkeeper does not start without them.
    pub missing: Missing,
}

/// Whether the rules of repositories that are no files are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// No: every such repository was read.
    #[default]
    Nothing,
    /// Yes, and they may be there when asked for again.
    ForNow,
    /// Yes: the repository is written wrongly, or what it holds.
    ForGood,
}

/// Reads and decodes every repository; one that is named twice counts once, as in Oathkeeper.
///
/// A repository that cannot be read, or that holds one rule that cannot be decoded, adds no rule and
/// one error to the findings; the others are loaded, as Oathkeeper does with files. What is left out
/// is for the caller to judge: serving goes on, packaging stops.
pub async fn load(repositories: &[String], files: &dyn RuleFiles) -> LoadedRules {
    let mut loaded = LoadedRules::default();
    let mut known: Vec<RuleRepository> = Vec::new();
    for (place, url) in repositories.iter().enumerate() {
        let key = format!("access_rules.repositories[{place}]");
        let repository = match RuleRepository::parse(url) {
            Ok(repository) => repository,
            Err(error) => {
                let finding = Finding::error(error.to_string()).at(key);
                loaded.findings.0.push(finding);
                loaded.missing = Missing::ForGood;
                continue;
            }
        };
        if known.iter().any(|other| other.is_same_as(&repository)) {
            let finding = Finding::warning("these rules are named twice and count once");
            loaded.findings.0.push(finding.at(key));
            continue;
        }
        known.push(repository.clone());
        let name = repository.to_string();
        let text = match &repository {
            RuleRepository::Inline(text) => Ok(text.clone()),
            _ => match files.read(&repository).await {
                Ok(bytes) if is_utf16(&bytes) => {
                    Err(RuleFilesError(EncodingError::Utf16.to_string()))
                }
                Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => Err(error),
            },
        };
        let is_file = matches!(repository, RuleRepository::File(_));
        let missing = match text {
            Err(error) => {
                let finding = Finding::error(format!("the rules cannot be read: {error}"));
                loaded.findings.0.push(finding.in_file(name).at(key));
                Missing::ForNow
            }
            Ok(text) => match decode(&name, &text) {
                Ok(decoded) => {
                    loaded.rules.extend(decoded.rules);
                    loaded.findings.0.extend(decoded.findings.0);
                    Missing::Nothing
                }
                Err(findings) => {
                    loaded.findings.0.extend(findings.0);
                    Missing::ForGood
                }
            },
        };
        if !is_file {
            loaded.missing = loaded.missing.max(missing);
        }
    }
    loaded
}
