//! An environment variable: what it is called, what it means, and how its text is read.

use thiserror::Error;

/// A variable of the environment, for one of the programs that read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, such as `OATHGATE_LOG_LEVEL`.
    pub name: &'static str,
    /// The program that reads it.
    pub program: Program,
    /// Who sets it.
    pub set_by: SetBy,
    /// What it means, as a phrase in Markdown.
    pub about: &'static str,
    /// Which values it takes.
    pub values: Values,
    /// What holds where it is not set or empty.
    pub unset: Unset,
}

/// A program that reads variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The authorizer's function.
    Authorizer,
    /// The functions that look after secrets: `oathgate-signing-keys`.
    SigningKeys,
    /// The command line program: `oathgate`.
    Cli,
    /// Both functions and the command line program.
    All,
    /// The CDK app, at synth and deploy.
    Synth,
}

impl Program {
    /// The program's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorizer => "authorizer",
            Self::SigningKeys => "signing-keys",
            Self::Cli => "oathgate",
            Self::All => "all",
            Self::Synth => "synth",
        }
    }
}

/// Who sets a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The stack, from this setting of the stage file, such as `logs.level`.
    Setting(&'static str),
    /// The stack, whatever the stage file holds.
    Stack,
    /// Whoever starts the program: no stack sets it.
    Operator,
}

/// The values that a variable takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Text; its reader knows more about it.
    Text,
    /// A whole number.
    Number {
        /// The smallest one that is accepted.
        least: u64,
        /// The greatest one that is accepted; `None` where there is no bound.
        most: Option<u64>,
    },
    /// One of these words.
    Words(&'static [&'static str]),
}

/// What holds where a variable is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// This text in its place.
    Text(&'static str),
    /// This number in its place.
    Number(u64),
    /// What the phrase (Markdown) says: no value takes its place.
    Means(&'static str),
    /// The program does not start.
    Refused,
}

impl Unset {
    /// The value that takes the variable's place; `None` where none does.
    #[must_use]
    pub fn default_value(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_owned()),
            Self::Number(number) => Some(number.to_string()),
            Self::Means(_) | Self::Refused => None,
        }
    }

    /// The number that takes the variable's place; `None` where none does.
    #[must_use]
    pub const fn default_number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(_) | Self::Means(_) | Self::Refused => None,
        }
    }

    /// The phrase that says what holds where no value takes the variable's place.
    #[must_use]
    pub const fn phrase(self) -> Option<&'static str> {
        match self {
            Self::Means(phrase) => Some(phrase),
            Self::Text(_) | Self::Number(_) | Self::Refused => None,
        }
    }

    /// Whether the program does not start without the variable.
    #[must_use]
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused)
    }
}

/// A variable whose text cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{name}` is `{text}`: write {expected}")]
pub struct VariableError {
    /// The variable.
    pub name: &'static str,
    /// Its text.
    pub text: String,
    /// What to write instead, such as "a number from 1 to 3600".
    pub expected: String,
}

impl Variable {
    /// The variable's text; `None` where it is not set or empty.
    ///
    /// `environment` gives the text of a variable by its name.
    pub fn text(self, environment: impl Fn(&'static str) -> Option<String>) -> Option<String> {
        environment(self.name).filter(|text| !text.is_empty())
    }

    /// The variable's whole number; `None` where it is not set or empty.
    ///
    /// # Errors
    /// A text that is not a whole number within the variable's bounds.
    pub fn number(
        self,
        environment: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<u64>, VariableError> {
        let Some(text) = self.text(environment) else {
            return Ok(None);
        };
        let (least, most) = match self.values {
            Values::Number { least, most } => (least, most),
            Values::Text | Values::Words(_) => (0, None),
        };
        match text.parse() {
            Ok(number) if (least..=most.unwrap_or(u64::MAX)).contains(&number) => Ok(Some(number)),
            _ => Err(self.refused(text)),
        }
    }

    /// The variable's word, which is one of its [`Values::Words`]; `None` where it is not set or empty.
    ///
    /// # Errors
    /// A text that is none of the variable's words.
    pub fn word(
        self,
        environment: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<&'static str>, VariableError> {
        let Some(text) = self.text(environment) else {
            return Ok(None);
        };
        let words = match self.values {
            Values::Words(words) => words,
            Values::Text | Values::Number { .. } => &[],
        };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(self.refused(text)),
        }
    }

    fn refused(self, text: String) -> VariableError {
        VariableError {
            name: self.name,
            text,
            expected: self.values.expected(),
        }
    }
}

impl Values {
    /// What to write, such as "a whole number from 1 to 3600".
    fn expected(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Number {
                least,
                most: Some(most),
            } => format!("a whole number from {least} to {most}"),
            Self::Number { least, most: None } => format!("a whole number from {least}"),
            Self::Words(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                match quoted.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, others)) => format!("{} or {last}", others.join(", ")),
                    None => String::new(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: Variable = Variable {
        name: "OATHGATE_NUMBER",
        program: Program::Authorizer,
        set_by: SetBy::Stack,
        about: "a number",
        values: Values::Number {
            least: 1,
            most: Some(3600),
        },
        unset: Unset::Number(5),
    };
    const WORD: Variable = Variable {
        name: "OATHGATE_WORD",
        values: Values::Words(&["refuse", "replace"]),
        unset: Unset::Text("refuse"),
        ..NUMBER
    };

    fn set_to(text: &str) -> impl Fn(&'static str) -> Option<String> + '_ {
        move |_| Some(text.to_owned())
    }

    #[test]
    fn a_variable_that_is_empty_counts_as_not_set() {
        assert_eq!(NUMBER.text(set_to("")), None);
        assert_eq!(NUMBER.number(set_to("")), Ok(None));
        assert_eq!(WORD.word(set_to("")), Ok(None));
        assert_eq!(WORD.word(|_| None), Ok(None));
    }

    #[test]
    fn a_number_is_whole_and_within_its_bounds() {
        assert_eq!(NUMBER.number(set_to("1")), Ok(Some(1)));
        assert_eq!(NUMBER.number(set_to("3600")), Ok(Some(3600)));
        for text in ["0", "3601", "-1", "1.5", " 1", "an hour"] {
            let error = NUMBER.number(set_to(text)).unwrap_err().to_string();
            let expected =
                format!("`OATHGATE_NUMBER` is `{text}`: write a whole number from 1 to 3600");
            assert_eq!(error, expected);
        }
        let unbounded = Variable {
            values: Values::Number {
                least: 1,
                most: None,
            },
            ..NUMBER
        };
        assert_eq!(unbounded.number(set_to("86400000")), Ok(Some(86_400_000)));
        let error = unbounded.number(set_to("0")).unwrap_err().to_string();
        assert!(error.ends_with("write a whole number from 1"), "{error}");
    }

    #[test]
    fn a_word_is_one_of_those_that_the_variable_takes() {
        assert_eq!(WORD.word(set_to("replace")), Ok(Some("replace")));
        let error = WORD.word(set_to("Replace")).unwrap_err().to_string();
        assert_eq!(
            error,
            "`OATHGATE_WORD` is `Replace`: write `refuse` or `replace`"
        );
    }
}
