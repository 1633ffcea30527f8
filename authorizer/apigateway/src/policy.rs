//! The IAM policy of a response.

use std::borrow::Cow;

pub(crate) use aws_lambda_events::apigw::ApiGatewayCustomAuthorizerPolicy as Policy;
use aws_lambda_events::iam::{IamPolicyEffect, IamPolicyStatement};

/// The longest resource that API Gateway takes, in characters
/// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html)).
const LONGEST_RESOURCE: usize = 512;

/// Allows exactly one method and path; `None` where its name is too long for a policy.
pub(crate) fn allow(arn: &str) -> Option<Policy> {
    let resource = exactly(arn);
    (resource.chars().count() <= LONGEST_RESOURCE)
        .then(|| policy(IamPolicyEffect::Allow, resource.into_owned()))
}

/// Denies one method and path, and more where its name is too long for a policy.
pub(crate) fn deny(arn: &str) -> Policy {
    let resource = at_least(arn);
    if resource.chars().count() <= LONGEST_RESOURCE {
        return policy(IamPolicyEffect::Deny, resource);
    }
    let mut shortened: String = resource.chars().take(LONGEST_RESOURCE - 1).collect();
    shortened.push('*');
    policy(IamPolicyEffect::Deny, shortened)
}

/// Whether a policy made here lets the request go on.
pub(crate) fn allows(policy: &Policy) -> bool {
    policy
        .statement
        .iter()
        .any(|statement| statement.effect == IamPolicyEffect::Allow)
}

/// A policy with one statement. AWS's types can only be made from their defaults, of which the effect is
/// `Allow`: each member is set here.
fn policy(effect: IamPolicyEffect, resource: String) -> Policy {
    let mut statement = IamPolicyStatement::default();
    statement.action = vec!["execute-api:Invoke".to_owned()];
    statement.effect = effect;
    statement.resource = vec![resource];
    let mut policy = Policy::default();
    policy.version = Some("2012-10-17".to_owned());
    policy.statement = vec![statement];
    policy
}

/// A resource that matches nothing but what the ARN says. `*` and `?` would match other paths, and
/// `${…}` would be taken for a variable: they are percent-encoded, so a path that holds them raw is
/// not covered by its own policy, and refused by API Gateway.
fn exactly(arn: &str) -> Cow<'_, str> {
    if !arn.contains(['*', '?']) && !arn.contains("${") {
        return Cow::Borrowed(arn);
    }
    Cow::Owned(
        arn.replace('*', "%2A")
            .replace('?', "%3F")
            .replace("${", "%24{"),
    )
}

/// A resource that matches what the ARN says and perhaps more, with no variable in it.
fn at_least(arn: &str) -> String {
    arn.replace("${", "?{")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PREFIX: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/";

    /// How IAM matches a resource: `*` is any text, `?` any character.
    fn matches(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                matches(rest, text) || (!text.is_empty() && matches(pattern, &text[1..]))
            }
            (['?', pattern @ ..], [_, text @ ..]) => matches(pattern, text),
            ([a, pattern @ ..], [b, text @ ..]) if a == b => matches(pattern, text),
            _ => false,
        }
    }

    fn covers(document: &Policy, arn: &str) -> bool {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        matches(&chars(&document.statement[0].resource[0]), &chars(arn))
    }

    #[test]
    fn an_allow_allows_and_a_deny_does_not() {
        let arn = format!("{PREFIX}GET/a");
        assert!(allows(&allow(&arn).unwrap()));
        assert!(!allows(&deny(&arn)));
        assert!(!allows(&Policy::default()));
    }

    #[test]
    fn it_names_what_was_asked_for_in_no_pattern() {
        for (asked, named) in [
            ("GET/a", "GET/a"),
            ("GET/*", "GET/%2A"),
            ("*/a", "%2A/a"),
            ("GET/a?b", "GET/a%3Fb"),
            ("GET/${aws:username}", "GET/%24{aws:username}"),
            ("$connect", "$connect"),
            ("GET/a%2Ab", "GET/a%2Ab"),
        ] {
            let document = allow(&format!("{PREFIX}{asked}")).unwrap();
            assert_eq!(
                document.statement[0].resource[0],
                format!("{PREFIX}{named}")
            );
        }
    }

    #[test]
    fn it_allows_nothing_whose_name_is_too_long() {
        let fits = format!("{PREFIX}{}", "a".repeat(LONGEST_RESOURCE - PREFIX.len()));
        assert!(allow(&fits).is_some());
        assert!(allow(&format!("{fits}a")).is_none());
        // Neutralising makes it longer.
        let stars = format!("{PREFIX}{}", "*".repeat(LONGEST_RESOURCE - PREFIX.len()));
        assert!(allow(&stars).is_none());
    }

    proptest! {
        #[test]
        fn an_allow_covers_nothing_else(
            asked in "GET/[a-c*?${}/]{0,12}",
            other in "(GET|PUT)/[a-c*?${}/]{0,12}",
        ) {
            let (asked, other) = (format!("{PREFIX}{asked}"), format!("{PREFIX}{other}"));
            let document = allow(&asked).unwrap();
            prop_assert!(other == asked || !covers(&document, &other));
            if !asked.contains(['*', '?']) && !asked.contains("${") {
                prop_assert!(covers(&document, &asked));
            }
        }

        #[test]
        fn a_deny_covers_what_was_asked_for(asked in "GET/[a-c*?${}/ü]{0,700}") {
            let asked = format!("{PREFIX}{asked}");
            let document = deny(&asked);
            prop_assert!(covers(&document, &asked));
            let variable = document.statement[0].resource[0].contains("${");
            prop_assert!(!variable);
            prop_assert!(document.statement[0].resource[0].chars().count() <= LONGEST_RESOURCE);
        }
    }
}
