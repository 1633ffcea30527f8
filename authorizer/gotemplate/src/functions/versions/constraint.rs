//! What versions a rule admits: `>=1.2 <2 || ~3.1`.

use std::cmp::Ordering;

use super::version::{Version, compare_pre};

/// Alternatives, each of which is a list of constraints that all must hold.
#[derive(Debug)]
pub(super) struct Constraints(Vec<Vec<Constraint>>);

#[derive(Debug)]
struct Constraint {
    operator: Operator,
    version: Version,
    precision: Precision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// How much of the version was given; the rest may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precision {
    /// Nothing: `*`.
    Any,
    /// `1`, `1.x`
    Major,
    /// `1.2`
    Minor,
    /// `1.2.3`
    Full,
}

/// The operators; of two that start alike the longer comes first.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl Constraints {
    /// Reads constraints: commas or blanks mean "and", `||` means "or", `1 - 2` is a range.
    ///
    /// # Errors
    ///
    /// When they are malformed.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let alternatives: Result<_, _> = text.split("||").map(alternative).collect();
        Ok(Self(alternatives?))
    }

    /// Whether a version satisfies one of the alternatives.
    pub(super) fn hold(&self, version: &Version) -> bool {
        self.0.iter().any(|all| {
            // A pre-release only counts where the constraint names one.
            let admits_pre = all
                .iter()
                .any(|constraint| !constraint.version.pre.is_empty());
            if !version.pre.is_empty() && !admits_pre {
                return false;
            }
            all.iter().all(|constraint| constraint.holds(version))
        })
    }
}

fn alternative(text: &str) -> Result<Vec<Constraint>, String> {
    let mut constraints = Vec::new();
    let mut rest = text.trim_start();
    if rest.is_empty() {
        return Err(malformed());
    }
    while !rest.is_empty() {
        let (operator, behind) = operator(rest);
        let behind = behind.trim_start();
        let end = behind.find([',', ' ', '\t', '\n', '\r', '<', '>', '=', '!', '~', '^']);
        let end = end.unwrap_or(behind.len());
        let (version, behind) = behind.split_at_checked(end).unwrap_or((behind, ""));
        let trimmed = behind.trim_start();
        if let Some(upper) = range_end(trimmed).filter(|_| operator.is_none()) {
            let end = upper
                .find([',', ' ', '\t', '\n', '\r'])
                .unwrap_or(upper.len());
            let (upper, behind) = upper.split_at_checked(end).unwrap_or((upper, ""));
            constraints.push(Constraint::new(Operator::GreaterOrEqual, version)?);
            constraints.push(Constraint::new(Operator::LessOrEqual, upper)?);
            rest = next(behind)?;
            continue;
        }
        constraints.push(Constraint::new(
            operator.unwrap_or(Operator::Equal),
            version,
        )?);
        rest = next(behind)?;
    }
    Ok(constraints)
}

/// What follows the comma or the blanks behind a constraint.
fn next(behind: &str) -> Result<&str, String> {
    let trimmed = behind.trim_start();
    match trimmed.strip_prefix(',') {
        Some(rest) if rest.trim_start().is_empty() => Err(malformed()),
        Some(rest) => Ok(rest.trim_start()),
        None if trimmed.is_empty() => Ok(""),
        None if trimmed.len() < behind.len() => Ok(trimmed),
        None => Err(malformed()),
    }
}

/// What follows the dash of a range.
fn range_end(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('-')?;
    let trimmed = rest.trim_start();
    (trimmed.len() < rest.len()).then_some(trimmed)
}

fn operator(text: &str) -> (Option<Operator>, &str) {
    let found = OPERATORS.iter().find_map(|(symbol, operator)| {
        text.strip_prefix(symbol)
            .map(|rest| (Some(*operator), rest))
    });
    found.unwrap_or((None, text))
}

fn malformed() -> String {
    "the constraint on versions is malformed".to_owned()
}

impl Constraint {
    fn new(operator: Operator, text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let end = bare.find(['-', '+']).unwrap_or(bare.len());
        let (numbers, suffix) = bare.split_at_checked(end).unwrap_or((bare, ""));
        let pre = suffix.split('+').next().unwrap_or_default();
        let parts: Vec<&str> = numbers.split('.').collect();
        let wildcard = |part: &&str| matches!(*part, "x" | "X" | "*");
        let known = parts.iter().position(wildcard).unwrap_or(parts.len());
        let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let well_formed = parts.len() <= 3
            && parts.iter().all(|part| digits(part) || wildcard(part))
            && !parts.is_empty();
        if !well_formed {
            return Err(malformed());
        }
        let precision = match known {
            0 => Precision::Any,
            1 => Precision::Major,
            2 => Precision::Minor,
            _ => Precision::Full,
        };
        let mut given: Vec<&str> = parts.into_iter().take(known).collect();
        given.resize(3, "0");
        let version = Version::parse(&format!("{}{pre}", given.join(".")))?;
        Ok(Self {
            operator,
            version,
            precision,
        })
    }

    fn holds(&self, version: &Version) -> bool {
        let wanted = &self.version;
        let ordering = version.compare(wanted);
        match self.operator {
            Operator::Equal if self.precision == Precision::Full => ordering.is_eq(),
            Operator::Equal | Operator::Tilde => self.tilde(version, ordering),
            Operator::NotEqual => self.differs(version, ordering),
            Operator::Greater => match self.precision {
                Precision::Any | Precision::Full if version.major == wanted.major => {
                    ordering.is_gt()
                }
                Precision::Minor if version.major == wanted.major => version.minor > wanted.minor,
                _ => version.major > wanted.major,
            },
            Operator::Less => ordering.is_lt(),
            Operator::GreaterOrEqual => ordering.is_ge(),
            Operator::LessOrEqual => match self.precision {
                Precision::Full => ordering.is_le(),
                Precision::Major => version.major <= wanted.major,
                Precision::Any | Precision::Minor => {
                    (version.major, version.minor) <= (wanted.major, wanted.minor)
                }
            },
            Operator::Caret => self.caret(version, ordering),
        }
    }

    fn differs(&self, version: &Version, ordering: Ordering) -> bool {
        let wanted = &self.version;
        match self.precision {
            Precision::Full => ordering.is_ne(),
            Precision::Major => version.major != wanted.major,
            Precision::Any => {
                (version.major, version.minor, version.patch) != (0, 0, 0)
                    || compare_pre(&version.pre, &wanted.pre).is_ne()
            }
            Precision::Minor => {
                (version.major, version.minor) != (wanted.major, wanted.minor)
                    || compare_pre(&version.pre, &wanted.pre).is_ne()
            }
        }
    }

    fn tilde(&self, version: &Version, ordering: Ordering) -> bool {
        let wanted = &self.version;
        if ordering.is_lt() {
            return false;
        }
        let zero = (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0);
        if zero && matches!(self.precision, Precision::Any | Precision::Full) {
            return true;
        }
        version.major == wanted.major
            && (version.minor == wanted.minor || self.precision == Precision::Major)
    }

    fn caret(&self, version: &Version, ordering: Ordering) -> bool {
        let wanted = &self.version;
        if ordering.is_lt() {
            return false;
        }
        if wanted.major > 0 || self.precision == Precision::Major {
            return version.major == wanted.major;
        }
        if version.major > 0 {
            return false;
        }
        if wanted.minor > 0 || self.precision == Precision::Minor {
            return version.minor == wanted.minor;
        }
        version.minor == 0 && version.patch == wanted.patch
    }
}
