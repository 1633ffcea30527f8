//! Loads every rule repository of a configuration.

use super::{RuleDefinition, RuleFiles, RuleRepository, decode};
use crate::finding::{Finding, Findings};

/// The rules of all repositories that could be read, in the order the configuration names them.
#[derive(Clone, Debug, Default)]
pub struct LoadedRules {
    /// The rules, each with the file it came from.
    pub rules: Vec<RuleDefinition>,
    /// Repositories that could not be read or decoded (as errors), and what is odd in the others.
    pub findings: Findings,
}

/// Reads and decodes every repository.
///
/// A repository that cannot be read, or that holds one rule that cannot be decoded, adds no rule and
/// one error to the findings; the others are loaded, as Oathkeeper does with files. What is left out
/// is for the caller to judge: serving goes on, packaging stops.
pub async fn load(repositories: &[String], files: &dyn RuleFiles) -> LoadedRules {
    let mut loaded = LoadedRules::default();
    for (place, url) in repositories.iter().enumerate() {
        let key = format!("access_rules.repositories[{place}]");
        let repository = match RuleRepository::parse(url) {
            Ok(repository) => repository,
            Err(error) => {
                loaded
                    .findings
                    .0
                    .push(Finding::error(error.to_string()).at(key));
                continue;
            }
        };
        let name = repository.to_string();
        let text = match &repository {
            RuleRepository::Inline(text) => Ok(text.clone()),
            _ => match files.read(&repository).await {
                Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => Err(error),
            },
        };
        match text {
            Err(error) => loaded.findings.0.push(
                Finding::error(format!("the rules cannot be read: {error}"))
                    .in_file(name)
                    .at(key),
            ),
            Ok(text) => match decode(&name, &text) {
                Ok(decoded) => {
                    loaded.rules.extend(decoded.rules);
                    loaded.findings.0.extend(decoded.findings.0);
                }
                Err(findings) => loaded.findings.0.extend(findings.0),
            },
        }
    }
    loaded
}
