//! The syntax of patterns: both dialects are parsed into one syntax tree, which the matcher compiles,
//! the router indexes, and the analysis of risk reads.

mod class;
mod delimiters;
mod glob;
mod regexp;
mod tree;
mod unicode;

pub(crate) use class::CharSet;
pub use class::{Class, ascii_bit, to_lower};
pub use tree::{Assertion, Node, Tree, UNLIMITED};
pub(crate) use unicode::is_word;

use crate::{PatternError, Strategy};
use delimiters::{Piece, split};

/// Parses a pattern.
///
/// # Errors
/// Delimiters that are not balanced, and parts that are invalid or cannot be matched faithfully.
pub fn parse(strategy: Strategy, pattern: &str) -> Result<Tree, PatternError> {
    if pattern.is_empty() {
        return Err(PatternError::Empty);
    }
    let pieces = split(pattern)?;
    let whole = match strategy {
        Strategy::Glob => glob_of(&pieces),
        Strategy::Regexp => regexp_of(&pieces)?,
    };
    let tree = match strategy {
        Strategy::Glob => glob::parse(&whole),
        Strategy::Regexp => regexp::parse(&whole),
    };
    tree.map_err(|reason| PatternError::Whole {
        pattern: pattern.to_owned(),
        reason,
    })
}

fn glob_of(pieces: &[Piece<'_>]) -> String {
    let mut whole = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => glob::quote(text, &mut whole),
            Piece::Part(part) => whole.push_str(part),
        }
    }
    whole
}

fn regexp_of(pieces: &[Piece<'_>]) -> Result<String, PatternError> {
    let mut whole = "^".to_owned();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => regexp::quote(text, &mut whole),
            Piece::Part(part) => {
                // Oathkeeper compiles each part by itself too, so a part cannot close what
                // another opened or refer to another's group.
                regexp::parse(&format!("^{part}$")).map_err(|reason| PatternError::Part {
                    part: (*part).to_owned(),
                    reason,
                })?;
                whole.push('(');
                whole.push_str(part);
                whole.push(')');
            }
        }
    }
    whole.push('$');
    Ok(whole)
}
