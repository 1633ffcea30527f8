//! Everything that is wrong with a project.

use std::cmp::Reverse;

use oathgate_apigateway::check_rule_headers;
use oathgate_engine::{
    check::{Target, check, check_keys},
    finding::Finding,
};

use super::Project;

impl Project {
    /// The findings about the files and about what they mean for `target`, the worst first.
    pub(crate) fn findings(&self, target: Target) -> Vec<Finding> {
        let mut findings = self.config_findings.0.clone();
        findings.extend(self.rules_findings.0.iter().cloned());
        findings.extend(check(&self.config, &self.rules).0);
        findings.extend(check_rule_headers(&self.config, &self.rules, target));
        worst_first(&mut findings);
        findings
    }

    /// The same, with the findings about key sets that are read from files.
    pub(crate) async fn findings_with_key_sets(&self, target: Target) -> Vec<Finding> {
        let mut findings = self.findings(target);
        let keys = &*self.ports.keys;
        findings.extend(check_keys(&self.config, &self.rules, keys, target).await);
        worst_first(&mut findings);
        findings
    }
}

/// Sorts findings by their severity, the worst first.
pub(crate) fn worst_first(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| Reverse(finding.severity));
}
