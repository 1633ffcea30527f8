//! Semantic versions, as far as rules need them.

use std::cmp::Ordering;

/// A version by [semver 2.0.0](https://semver.org), without its build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    core: [u64; 3],
    pre: Vec<String>,
}

impl Version {
    /// Reads `1.2.3-pre.4+build`; `None` where the text is no version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, Some(pre)),
            None => (text, None),
        };
        let mut numbers = core.split('.').map(number);
        let core = [numbers.next()??, numbers.next()??, numbers.next()??];
        if numbers.next().is_some() {
            return None;
        }
        if !build.is_none_or(|build| build.split('.').all(is_word)) {
            return None;
        }
        let pre: Vec<String> = pre
            .map(|pre| pre.split('.').map(str::to_owned).collect())
            .unwrap_or_default();
        let fits = |part: &String| is_word(part) && (!is_digits(part) || number(part).is_some());
        pre.iter().all(fits).then_some(Self { core, pre })
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Digits without a leading zero.
fn number(text: &str) -> Option<u64> {
    let fits = !text.is_empty() && is_digits(text) && (text == "0" || !text.starts_with('0'));
    if fits { text.parse().ok() } else { None }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A version with a pre-release comes before the one without.
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_core = self.core.cmp(&other.core);
        by_core.then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_pre(&self.pre, &other.pre),
        })
    }
}

fn compare_pre(one: &[String], other: &[String]) -> Ordering {
    for (one, other) in one.iter().zip(other) {
        let by_part = match (number(one), number(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => one.cmp(other),
        };
        if by_part != Ordering::Equal {
            return by_part;
        }
    }
    one.len().cmp(&other.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_orders_versions_by_the_specification() {
        let ordered = [
            "0.20.0-beta.1+oryOS.14",
            "0.32.0-alpha",
            "0.32.0-alpha.1",
            "0.32.0-alpha.beta",
            "0.32.0-beta",
            "0.32.0-beta.1",
            "0.32.0-beta.2",
            "0.32.0-beta.11",
            "0.32.0",
            "0.37.0",
            "0.37.1-rc.1",
            "99.0.0",
        ];
        for pair in ordered.windows(2) {
            assert!(
                Version::parse(pair[0]).unwrap() < Version::parse(pair[1]).unwrap(),
                "{pair:?}"
            );
        }
    }

    #[test]
    fn it_refuses_what_is_no_version() {
        for text in [
            "", "latest", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+",
            "v1.2.3", "1.2.x",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
