//! Upper and lower case, words and lines.

mod joined;
mod letters;

use super::arguments::{any, bytes, int, runes, string, text};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;
use joined::{camel_case, joined_words};
use letters::{is_lower, is_upper, to_lower, to_title, to_upper};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("upper", &[Param::Text], |context, args| {
        let upper: String = runes(bytes(args, 0)).map(to_upper).collect();
        string(context, upper)
    }),
    Function::new("lower", &[Param::Text], |context, args| {
        let lower: String = runes(bytes(args, 0)).map(to_lower).collect();
        string(context, lower)
    }),
    Function::new("title", &[Param::Text], |context, args| {
        let mut previous = ' ';
        let title: String = runes(bytes(args, 0))
            .map(|character| {
                let starts = is_separator(previous);
                previous = character;
                if starts {
                    to_title(character)
                } else {
                    character
                }
            })
            .collect();
        string(context, title)
    }),
    Function::new("untitle", &[Param::Text], |context, args| {
        let mut starts = true;
        let untitled: String = runes(bytes(args, 0))
            .map(|character| {
                let was_start = std::mem::replace(&mut starts, character.is_whitespace());
                if was_start && !starts {
                    to_lower(character)
                } else {
                    character
                }
            })
            .collect();
        string(context, untitled)
    }),
    Function::new("swapcase", &[Param::Text], |context, args| {
        let mut behind_blank = true;
        let swapped: String = runes(bytes(args, 0))
            .map(|character| {
                let title = matches!(character, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ');
                if is_upper(character) || title {
                    behind_blank = false;
                    to_lower(character)
                } else if is_lower(character) {
                    let starts = std::mem::take(&mut behind_blank);
                    if starts {
                        to_title(character)
                    } else {
                        to_upper(character)
                    }
                } else {
                    behind_blank = character.is_whitespace();
                    character
                }
            })
            .collect();
        string(context, swapped)
    }),
    Function::new("nospace", &[Param::Text], no_space),
    Function::new("initials", &[Param::Text], initials),
    Function::new("wrap", &[Param::Int, Param::Text], |context, args| {
        wrap(context, bytes(args, 1), int(args, 0), b"\n", false)
    }),
    Function::new(
        "wrapWith",
        &[Param::Int, Param::Text, Param::Text],
        |context, args| {
            let line_break = bytes(args, 1);
            let line_break = if line_break.is_empty() {
                b"\n"
            } else {
                line_break
            };
            wrap(context, bytes(args, 2), int(args, 0), line_break, true)
        },
    ),
    Function::new("camelcase", &[Param::Text], |context, args| {
        let camel = camel_case(&text(args, 0));
        string(context, camel)
    }),
    Function::new("snakecase", &[Param::Text], |context, args| {
        let snake = joined_words(&text(args, 0), '_');
        string(context, snake)
    }),
    Function::new("kebabcase", &[Param::Text], |context, args| {
        let kebab = joined_words(&text(args, 0), '-');
        string(context, kebab)
    }),
];

/// What `title` takes for the end of a word.
fn is_separator(character: char) -> bool {
    match character {
        '_' => false,
        _ if character.is_ascii() => !character.is_ascii_alphanumeric(),
        _ => !character.is_alphanumeric() && character.is_whitespace(),
    }
}

/// Sprig's `nospace` takes each byte for a character, and so it spoils what isn't ASCII as soon as
/// there is a blank to remove.
fn no_space(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let all = bytes(args, 0);
    if !all.iter().any(|byte| char::from(*byte).is_whitespace()) {
        return Ok(any(args, 0).clone());
    }
    let kept = all
        .iter()
        .map(|byte| char::from(*byte))
        .filter(|c| !c.is_whitespace());
    string(context, kept.collect::<String>())
}

/// The first byte of each word; as `nospace`, it takes bytes for characters.
fn initials(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let mut behind_blank = true;
    let mut initials = String::new();
    for character in bytes(args, 0).iter().map(|byte| char::from(*byte)) {
        if character.is_whitespace() {
            behind_blank = true;
        } else if std::mem::take(&mut behind_blank) {
            initials.push(character);
        }
    }
    string(context, initials)
}

/// Breaks lines at blanks, so that they are at most `width` bytes long; longer words are broken
/// only if `break_words` says so.
fn wrap(
    context: &mut Context<'_>,
    source: &[u8],
    width: i64,
    line_break: &[u8],
    break_words: bool,
) -> Answer {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    context.charge((source.len() / width + 1).saturating_mul(line_break.len()))?;
    let mut out = Vec::with_capacity(source.len());
    let mut rest = source;
    while rest.len() > width {
        if let Some(behind) = rest.strip_prefix(b" ") {
            rest = behind;
            continue;
        }
        let line = rest.get(..=width).unwrap_or(rest);
        let beyond = rest.get(width..).unwrap_or_default();
        let (end, next) = if let Some(blank) = line.iter().rposition(|byte| *byte == b' ') {
            (blank, blank + 1)
        } else if break_words {
            (width, width)
        } else if let Some(blank) = beyond.iter().position(|byte| *byte == b' ') {
            (width + blank, width + blank + 1)
        } else {
            break;
        };
        context.charge(line_break.len())?;
        out.extend_from_slice(rest.get(..end).unwrap_or_default());
        out.extend_from_slice(line_break);
        rest = rest.get(next..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    string(context, out)
}
