//! A pattern's parts between `<` and `>`, and the text around them.

use crate::PatternError;

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'p> {
    /// Stands for itself.
    Literal(&'p str),
    /// What stood between `<` and `>`, which may hold further pairs of them.
    Part(&'p str),
}

/// Splits a pattern at the outer `<` and `>`. As in Oathkeeper every `<` and `>` counts, also
/// after a backslash and inside a set of characters.
///
/// # Errors
/// They do not pair up.
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
