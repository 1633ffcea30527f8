//! Brings a rule that was written for an older Oathkeeper up to date, as Oathkeeper does.

use serde_json::{Map, Value};

use super::version::Version;

/// Changes a rule in place by the `version` it names; a rule without one is left as it is.
///
/// # Errors
/// A `version` that is none: the sentence.
pub(super) fn migrate(rule: &mut Map<String, Value>) -> Result<(), String> {
    let text = match rule.get("version") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let plain = text.strip_prefix('v').unwrap_or(&text);
    if plain.is_empty() || plain == "master" {
        return if text == "v" {
            Err(no_version(&text))
        } else {
            Ok(())
        };
    }
    let version = Version::parse(plain).ok_or_else(|| no_version(&text))?;
    if Version::parse("0.32.0-beta.1").is_some_and(|last| version <= last) {
        retries_to_durations(rule);
    }
    if Version::parse("0.37.0").is_some_and(|last| version <= last) {
        groups_to_templates(rule);
    }
    Ok(())
}

fn no_version(text: &str) -> String {
    format!("`{text}` is not a valid version: write it as `v0.40.6`, or leave it out")
}

/// Hydrators counted their retries before 0.33: `number_of_retries` and `delay_in_milliseconds`
/// become `give_up_after` and `max_delay`. They are looked for beside `api`, where they stood then.
fn retries_to_durations(rule: &mut Map<String, Value>) {
    let mutators = rule.get_mut("mutators").and_then(Value::as_array_mut);
    for mutator in mutators.into_iter().flatten() {
        if mutator.get("handler").and_then(Value::as_str) != Some("hydrator") {
            continue;
        }
        let Some(retry) = mutator
            .pointer_mut("/config/retry")
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        let mut delay = 100;
        if let Some(old) = retry.remove("delay_in_milliseconds") {
            delay = whole_number(&old);
            retry.insert("max_delay".to_owned(), Value::from(format!("{delay}ms")));
        }
        if let Some(old) = retry.remove("number_of_retries") {
            let wait = whole_number(&old).saturating_mul(delay);
            retry.insert("give_up_after".to_owned(), Value::from(format!("{wait}ms")));
        }
    }
}

/// A number as GJSON's `Int` reads it.
fn whole_number(value: &Value) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction is cut off, and a number out of range stops at the range's end"
    )]
    let cut = |number: f64| number as i64;
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(cut))
            .unwrap_or(0),
        Value::String(text) => {
            let end = text
                .char_indices()
                .find(|(at, character)| {
                    !(character.is_ascii_digit() || (*at == 0 && *character == '-'))
                })
                .map_or(text.len(), |(at, _)| at);
            text.get(..end)
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(0)
        }
        Value::Bool(true) => 1,
        _ => 0,
    }
}

/// Keto's action and resource held `$1` for the first group up to 0.37; they are templates now.
fn groups_to_templates(rule: &mut Map<String, Value>) {
    let Some(authorizer) = rule.get_mut("authorizer") else {
        return;
    };
    if authorizer.get("handler").and_then(Value::as_str) != Some("keto_engine_acp_ory") {
        return;
    }
    let Some(config) = authorizer.get_mut("config").and_then(Value::as_object_mut) else {
        return;
    };
    for key in ["required_action", "required_resource"] {
        if let Some(value) = config.get_mut(key) {
            *value = Value::from(with_templates(value.as_str().unwrap_or_default()));
        }
    }
}

/// A text with every `$1` as the template that prints the first group.
fn with_templates(text: &str) -> String {
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(part.len());
        match part.split_at(end) {
            ("", rest) => {
                out.push('$');
                out.push_str(rest);
            }
            (group, rest) => {
                out.push_str("{{ printIndex .MatchContext.RegexpCaptureGroups (sub ");
                out.push_str(group);
                out.push_str(" 1 | int)}}");
                out.push_str(rest);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn migrated(mut rule: Value) -> Value {
        migrate(rule.as_object_mut().unwrap()).unwrap();
        rule
    }

    #[test]
    fn a_hydrators_retries_become_durations() {
        let rule = json!({"version": "v0.20.0-beta.1+oryOS.14", "mutators": [
            {"handler": "noop", "config": {"retry": {"number_of_retries": 1}}},
            {"handler": "hydrator", "config": {"retry": {"number_of_retries": 5, "delay_in_milliseconds": 500}}},
            {"handler": "hydrator", "config": {"retry": {"number_of_retries": "2"}}},
        ]});
        assert_eq!(
            migrated(rule)["mutators"],
            json!([
                {"handler": "noop", "config": {"retry": {"number_of_retries": 1}}},
                {"handler": "hydrator", "config": {"retry": {"give_up_after": "2500ms", "max_delay": "500ms"}}},
                {"handler": "hydrator", "config": {"retry": {"give_up_after": "200ms"}}},
            ])
        );
    }

    #[test]
    fn ketos_groups_become_templates() {
        let rule = json!({"version": "v0.37.0", "authorizer": {"handler": "keto_engine_acp_ory",
            "config": {"required_action": "do:$1", "required_resource": "thing:$2:$10"}}});
        assert_eq!(
            migrated(rule)["authorizer"]["config"],
            json!({
                "required_action": "do:{{ printIndex .MatchContext.RegexpCaptureGroups (sub 1 1 | int)}}",
                "required_resource": "thing:{{ printIndex .MatchContext.RegexpCaptureGroups (sub 2 1 | int)}}:{{ printIndex .MatchContext.RegexpCaptureGroups (sub 10 1 | int)}}",
            })
        );
    }

    #[test]
    fn a_dollar_without_a_number_stays() {
        assert_eq!(with_templates("$a $ $$"), "$a $ $$");
        assert_eq!(
            with_templates("$$2x"),
            "${{ printIndex .MatchContext.RegexpCaptureGroups (sub 2 1 | int)}}x"
        );
        assert_eq!(with_templates(""), "");
    }

    #[test]
    fn a_newer_rule_and_one_without_version_stay_as_they_are() {
        for version in [
            json!("v0.37.1"),
            json!("99.0.0"),
            json!("master"),
            json!(""),
            json!(null),
        ] {
            let rule = json!({"version": version, "authorizer": {"handler": "keto_engine_acp_ory",
                "config": {"required_action": "do:$1"}}});
            assert_eq!(migrated(rule.clone()), rule, "{version}");
        }
    }

    #[test]
    fn migrating_twice_changes_nothing_more() {
        let rule = json!({"version": "v0.30.0", "authorizer": {"handler": "keto_engine_acp_ory",
            "config": {"required_action": "do:$1"}}, "mutators": [
            {"handler": "hydrator", "config": {"retry": {"number_of_retries": 5}}}]});
        let once = migrated(rule);
        assert_eq!(migrated(once.clone()), once);
    }

    #[test]
    fn a_version_that_is_none_is_refused() {
        for version in [json!("latest"), json!("v1.2"), json!(1.2), json!("v")] {
            let mut rule = json!({"version": version});
            assert!(migrate(rule.as_object_mut().unwrap()).is_err(), "{version}");
        }
    }
}
