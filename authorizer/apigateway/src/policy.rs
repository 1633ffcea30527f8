//! The IAM policy API Gateway asks for.

use std::borrow::Cow;

use serde::Serialize;

/// The longest resource that API Gateway takes, in characters
/// ([documented](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html)).
const LONGEST_RESOURCE: usize = 512;

const ALLOW: &str = "Allow";

/// A policy document with one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyDocument {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

impl PolicyDocument {
    /// Allows exactly one method and path; `None` where its name is too long for a policy.
    pub(crate) fn allow(arn: &str) -> Option<Self> {
        let resource = exactly(arn);
        (resource.chars().count() <= LONGEST_RESOURCE)
            .then(|| Self::of(ALLOW, resource.into_owned()))
    }

    /// Denies one method and path, and more where its name is too long for a policy.
    pub(crate) fn deny(arn: &str) -> Self {
        let resource = at_least(arn);
        if resource.chars().count() <= LONGEST_RESOURCE {
            return Self::of("Deny", resource);
        }
        let mut shortened: String = resource.chars().take(LONGEST_RESOURCE - 1).collect();
        shortened.push('*');
        Self::of("Deny", shortened)
    }

    pub(crate) fn allows(&self) -> bool {
        self.statement
            .iter()
            .all(|statement| statement.effect == ALLOW)
    }

    fn of(effect: &'static str, resource: String) -> Self {
        let statement = Statement {
            action: "execute-api:Invoke",
            effect,
            resource,
        };
        Self {
            version: "2012-10-17",
            statement: [statement],
        }
    }
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
    use serde_json::json;

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

    fn covers(document: &PolicyDocument, arn: &str) -> bool {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        matches(&chars(&document.statement[0].resource), &chars(arn))
    }

    #[test]
    fn it_has_iam_s_form() {
        let arn = format!("{PREFIX}GET/a");
        let document = PolicyDocument::allow(&arn).unwrap();
        assert_eq!(
            serde_json::to_value(document).unwrap(),
            json!({"Version": "2012-10-17", "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn},
            ]})
        );
    }

    #[test]
    fn an_allow_allows_and_a_deny_does_not() {
        let arn = format!("{PREFIX}GET/a");
        assert!(PolicyDocument::allow(&arn).unwrap().allows());
        assert!(!PolicyDocument::deny(&arn).allows());
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
            let document = PolicyDocument::allow(&format!("{PREFIX}{asked}")).unwrap();
            assert_eq!(document.statement[0].resource, format!("{PREFIX}{named}"));
        }
    }

    #[test]
    fn it_allows_nothing_whose_name_is_too_long() {
        let fits = format!("{PREFIX}{}", "a".repeat(LONGEST_RESOURCE - PREFIX.len()));
        assert!(PolicyDocument::allow(&fits).is_some());
        assert!(PolicyDocument::allow(&format!("{fits}a")).is_none());
        // Neutralising makes it longer.
        let stars = format!("{PREFIX}{}", "*".repeat(LONGEST_RESOURCE - PREFIX.len()));
        assert!(PolicyDocument::allow(&stars).is_none());
    }

    proptest! {
        #[test]
        fn an_allow_covers_nothing_else(
            asked in "GET/[a-c*?${}/]{0,12}",
            other in "(GET|PUT)/[a-c*?${}/]{0,12}",
        ) {
            let (asked, other) = (format!("{PREFIX}{asked}"), format!("{PREFIX}{other}"));
            let document = PolicyDocument::allow(&asked).unwrap();
            prop_assert!(other == asked || !covers(&document, &other));
            if !asked.contains(['*', '?']) && !asked.contains("${") {
                prop_assert!(covers(&document, &asked));
            }
        }

        #[test]
        fn a_deny_covers_what_was_asked_for(asked in "GET/[a-c*?${}/ü]{0,700}") {
            let asked = format!("{PREFIX}{asked}");
            let document = PolicyDocument::deny(&asked);
            prop_assert!(covers(&document, &asked));
            let variable = document.statement[0].resource.contains("${");
            prop_assert!(!variable);
            prop_assert!(document.statement[0].resource.chars().count() <= LONGEST_RESOURCE);
        }
    }
}
