//! The delimiters `<` and `>` of a pattern.

use crate::PatternError;

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'p> {
    /// Text outside of the delimiters, which is matched as it is.
    Literal(&'p str),
    /// The text between `<` and `>`, with the pairs nested in it.
    Part(&'p str),
}

/// Splits a pattern at its outer delimiters. As in Oathkeeper every `<` and `>` is a delimiter, also
/// after a backslash and inside a character class.
///
/// # Errors
/// The delimiters are not balanced.
pub(crate) fn split(pattern: &str) -> Result<Vec<Piece<'_>>, PatternError> {
    let unbalanced = || PatternError::Unbalanced(pattern.to_owned());
    let mut pieces = Vec::new();
    let mut depth = 0usize;
    let mut from = 0;
    for (at, c) in pattern
        .char_indices()
        .filter(|(_, c)| matches!(c, '<' | '>'))
    {
        depth = match c {
            '<' => depth + 1,
            _ => depth.checked_sub(1).ok_or_else(unbalanced)?,
        };
        let piece = pattern.get(from..at).unwrap_or_default();
        match (c, depth) {
            ('<', 1) => pieces.push(Piece::Literal(piece)),
            ('>', 0) => pieces.push(Piece::Part(piece)),
            _ => continue,
        }
        from = at + 1;
    }
    if depth > 0 {
        return Err(unbalanced());
    }
    pieces.push(Piece::Literal(pattern.get(from..).unwrap_or_default()));
    pieces.retain(|piece| *piece != Piece::Literal(""));
    Ok(pieces)
}
