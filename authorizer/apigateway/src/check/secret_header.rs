//! A header that holds a secret, and rules that would set it.

use oathgate_engine::{
    check::{in_rule, rule_headers},
    config::Config,
    finding::Finding,
    gateway_header::unfit_for_gate_alone,
    rules::RuleDefinition,
};

use crate::{EventKind, context_key::context_key};

/// Why a header cannot hold the secret that a deployment shows its backend: an error about its name, and one
/// for each handler of a rule that sets it, or a header that cannot be told from it.
#[must_use]
pub fn check_secret_header(
    config: &Config,
    rules: &[RuleDefinition],
    header: &str,
) -> Vec<Finding> {
    if let Some(why) = unfit_for_gate_alone(header) {
        return vec![
            Finding::error(format!(
                "the header `{header}` cannot hold a secret: it {why}"
            ))
            .suggest("name a header of your own, such as `X-Gate-Secret`"),
        ];
    }
    let key = context_key(header, EventKind::Rest);
    rule_headers(config, rules)
        .filter(|set| context_key(&set.name, EventKind::Rest) == key)
        .map(|set| {
            let name = &set.name;
            let finding = Finding::error(format!(
                "the rule sets `{name}`, and the header `{header}` is to hold the backend's secret"
            ))
            .at(&set.handler)
            .suggest("give one of them another name");
            in_rule(finding, set.rule, set.index)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(header: &str) -> Vec<String> {
        let rules = json!([
            {"id": "a", "mutators": [{"handler": "header", "config": {"headers": {"X-User": "a"}}}]},
            {"id": "b", "mutators": [{"handler": "noop"}, {"handler": "id_token"}]},
        ]);
        let rules: Vec<RuleDefinition> = serde_json::from_value(rules).unwrap();
        let found = check_secret_header(&Config::default(), &rules, header);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_header_that_no_rule_sets_can_hold_a_secret() {
        for header in ["X-Gate-Secret", "X-User-Secret"] {
            assert_eq!(check(header), Vec::<String>::new(), "{header}");
        }
    }

    #[test]
    fn a_header_that_a_rule_sets_cannot() {
        for header in ["X-User", "x-user", "X-USER"] {
            assert_eq!(
                check(header),
                [format!(
                    "error: rule `a`: mutators[0]: the rule sets `X-User`, and the header `{header}` is to hold the backend's secret, give one of them another name"
                )]
            );
        }
    }

    #[test]
    fn a_header_that_is_not_the_gates_alone_cannot() {
        assert_eq!(
            check("Authorization"),
            [
                "error: the header `Authorization` cannot hold a secret: it is one that clients send of their own accord, name a header of your own, such as `X-Gate-Secret`"
            ]
        );
    }
}
