//! One version.

use std::any::Any;
use std::cmp::Ordering;

use crate::Kind;
use crate::{Object, Value};

/// A version; the parts that were left out are 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Version {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) pre: String,
    metadata: String,
    original: String,
}

impl Version {
    /// Reads a version: `v1`, `1.2`, `1.2.3-rc.1+build`.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || "the text is not a semantic version".to_owned();
        let rest = text.strip_prefix('v').unwrap_or(text);
        let (rest, metadata) = match rest.split_once('+') {
            Some((rest, metadata)) => (rest, Some(metadata)),
            None => (rest, None),
        };
        let (numbers, pre) = match rest.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre)),
            None => (rest, None),
        };
        let identifiers = |text: &str| {
            text.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
        };
        if !pre.is_none_or(identifiers) || !metadata.is_none_or(identifiers) {
            return Err(invalid());
        }
        let leading_zero = |part: &str| {
            part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit())
        };
        if pre.is_some_and(|pre| pre.split('.').any(leading_zero)) {
            return Err(invalid());
        }
        let mut version = Self {
            pre: pre.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
            ..Self::default()
        };
        let mut parts = numbers.split('.');
        for place in [&mut version.major, &mut version.minor, &mut version.patch] {
            let Some(part) = parts.next() else { break };
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(invalid());
            }
            *place = part.parse().map_err(|_| invalid())?;
        }
        if parts.next().is_some() {
            return Err(invalid());
        }
        Ok(version)
    }

    /// The order of versions: the numbers, then the pre-release; build metadata doesn't count.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_pre(&self.pre, &other.pre))
    }

    fn next(&self, major: u64, minor: u64, patch: u64) -> Value {
        let prefix = if self.original.starts_with('v') {
            "v"
        } else {
            ""
        };
        let original = format!("{prefix}{major}.{minor}.{patch}");
        Value::object(Self {
            major,
            minor,
            patch,
            original,
            ..Self::default()
        })
    }
}

/// The order of pre-releases: none is the greatest, numbers are below names.
pub(super) fn compare_pre(one: &str, other: &str) -> Ordering {
    match (one.is_empty(), other.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut left, mut right) = (one.split('.'), other.split('.'));
    loop {
        let ordering = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

impl Object for Version {
    fn type_name(&self) -> &str {
        "*semver.Version"
    }

    fn kind(&self) -> Kind {
        Kind::Pointer
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, method: &str, args: &[Value]) -> Option<Result<Value, String>> {
        let other = match args {
            [Value::Object(object)] => {
                let any: &dyn Any = object.as_ref();
                any.downcast_ref::<Self>()
            }
            _ => None,
        };
        let compared = |wanted: fn(Ordering) -> bool| {
            let other = other.ok_or_else(|| "expected a version".to_owned())?;
            Ok(Value::Bool(wanted(self.compare(other))))
        };
        Some(match method {
            "Compare" => other
                .map(|other| Value::Int(self.compare(other) as i64))
                .ok_or_else(|| "expected a version".to_owned()),
            "Equal" => compared(Ordering::is_eq),
            "LessThan" => compared(Ordering::is_lt),
            "LessThanEqual" => compared(Ordering::is_le),
            "GreaterThan" => compared(Ordering::is_gt),
            "GreaterThanEqual" => compared(Ordering::is_ge),
            "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "Original" | "String"
            | "IncMajor" | "IncMinor" | "IncPatch"
                if !args.is_empty() =>
            {
                Err("expected no argument".to_owned())
            }
            "Major" => Ok(Value::Uint64(self.major)),
            "Minor" => Ok(Value::Uint64(self.minor)),
            "Patch" => Ok(Value::Uint64(self.patch)),
            "Prerelease" => Ok(self.pre.as_str().into()),
            "Metadata" => Ok(self.metadata.as_str().into()),
            "Original" => Ok(self.original.as_str().into()),
            "String" => Ok(self.format().into()),
            "IncMajor" => Ok(self.next(self.major.saturating_add(1), 0, 0)),
            "IncMinor" => Ok(self.next(self.major, self.minor.saturating_add(1), 0)),
            "IncPatch" if !self.pre.is_empty() => Ok(self.next(self.major, self.minor, self.patch)),
            "IncPatch" => Ok(self.next(self.major, self.minor, self.patch.saturating_add(1))),
            _ => return None,
        })
    }

    fn format(&self) -> String {
        let mut text = format!("{}.{}.{}", self.major, self.minor, self.patch);
        for (mark, part) in [('-', &self.pre), ('+', &self.metadata)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }

    fn to_json(&self) -> serde_json::Value {
        self.format().into()
    }
}
