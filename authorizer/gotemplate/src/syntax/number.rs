//! Go's untyped numeric constants.

use oathgate_gostd::strconv::{parse_float, parse_int, parse_unsigned};

/// A number as a literal: it becomes whatever its context wants, if it can.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    /// Its value as an integer, where it is one.
    pub(crate) int: Option<i64>,
    /// Its value as a float, which every number has.
    pub(crate) float: f64,
    /// Whether it is a `float64` where nothing is said about its type.
    pub(crate) is_float: bool,
}

impl Number {
    /// A character constant's value.
    pub(crate) fn character(character: char) -> Self {
        let code = u32::from(character);
        Self {
            int: Some(code.into()),
            float: code.into(),
            is_float: false,
        }
    }

    /// Reads a number as Go's `strconv` does with base 0.
    ///
    /// # Errors
    ///
    /// Why it is not a number.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "Go's constants convert the same way"
    )]
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.ends_with('i') {
            return Err(format!("the imaginary number `{text}` is not supported"));
        }
        let radix_prefixed = text.len() > 2
            && text.starts_with('0')
            && text.get(1..2).is_some_and(|letter| "xX".contains(letter))
            && !text.contains(['p', 'P']);
        let is_float = !radix_prefixed && text.contains(['.', 'e', 'E', 'p', 'P']);
        if let Some(int) = parse_int(text) {
            return Ok(Self {
                int: Some(int),
                float: int as f64,
                is_float,
            });
        }
        if let Some(unsigned) = parse_unsigned(text) {
            return Err(format!("`{unsigned}` does not fit an int"));
        }
        let float = parse_float(text).ok_or_else(|| format!("`{text}` is not a number"))?;
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("`{text}` does not fit an int"));
        }
        let whole = float as i64;
        let int = (whole as f64 == float).then_some(whole);
        Ok(Self {
            int,
            float,
            is_float,
        })
    }
}
