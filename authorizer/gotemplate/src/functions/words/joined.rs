//! `camelcase`, `snakecase` and `kebabcase`.

use super::letters::{is_upper, to_lower, to_upper};

fn is_connector(character: char) -> bool {
    character == '-' || character == '_' || character.is_whitespace()
}

/// `http_server` as `HttpServer`: as [xstrings](https://pkg.go.dev/github.com/huandu/xstrings)
/// does it, with connectors at the start and doubled ones kept.
pub(super) fn camel_case(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut characters = source.chars();
    let mut current = None;
    for character in characters.by_ref() {
        if !is_connector(character) {
            current = Some(character);
            break;
        }
        out.push(character);
    }
    let Some(first) = current else {
        // The last of nothing but connectors comes out twice.
        out.extend(source.chars().next_back());
        return out;
    };
    let mut in_upper_run = is_upper(first);
    let mut pending = to_upper(first);
    for character in characters {
        let previous = std::mem::replace(&mut pending, character);
        if is_connector(character) && is_connector(previous) {
            out.push(previous);
            continue;
        }
        if is_connector(previous) {
            in_upper_run = is_upper(character);
            pending = to_upper(character);
            continue;
        }
        if in_upper_run {
            if is_upper(character) {
                pending = to_lower(character);
            } else {
                in_upper_run = false;
            }
        }
        out.push(previous);
    }
    out.push(pending);
    out
}

/// What a run of characters is, to `snakecase` and `kebabcase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Nothing,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

/// `FirstName` as `first_name`: as [xstrings](https://pkg.go.dev/github.com/huandu/xstrings) does
/// it, where a number belongs to the word before it unless lower case follows.
pub(super) fn joined_words(source: &str, connector: char) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut words = Words { rest: source };
    let (mut kind, mut word) = words.next_word();
    while !words.rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next_word();
        match before {
            Word::Number => {
                while matches!(kind, Word::Letters | Word::Number) {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word) = words.next_word();
                }
                if !matches!(kind, Word::Nothing | Word::Punctuation | Word::Connector) {
                    out.push(connector);
                }
            }
            Word::Connector => push_lower(&mut out, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            _ if words.rest.is_empty() => break,
            _ => {
                let number = word;
                (kind, word) = words.next_word();
                if kind != Word::Letters {
                    push_lower(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                    continue;
                }
                out.push(connector);
                push_lower(&mut out, Word::Number, number, connector);
                while matches!(kind, Word::Letters | Word::Number) {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word) = words.next_word();
                }
                if !matches!(kind, Word::Nothing | Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
        }
    }
    push_lower(&mut out, kind, word, connector);
    out
}

fn push_lower(out: &mut String, kind: Word, word: &str, connector: char) {
    match kind {
        // Each connector becomes the one wanted.
        Word::Connector => out.extend(word.chars().map(|_| connector)),
        // Title case (`ǅ`) stays.
        Word::Upper => out.extend(
            word.chars()
                .map(|c| if is_upper(c) { to_lower(c) } else { c }),
        ),
        _ => out.push_str(word),
    }
}

struct Words<'s> {
    rest: &'s str,
}

impl<'s> Words<'s> {
    /// The next run of characters of a kind.
    fn next_word(&mut self) -> (Word, &'s str) {
        let mut characters = self.rest.chars();
        let Some(first) = characters.next() else {
            return (Word::Nothing, "");
        };
        let second = characters.next();
        let kind = kind_of(first);
        let run =
            |same: &dyn Fn(char) -> bool| self.rest.find(|c| !same(c)).unwrap_or(self.rest.len());
        let length = match kind {
            Word::Upper => match second {
                Some(second) if is_upper(second) => {
                    let length = run(&is_upper);
                    let behind = self.rest.get(length..).and_then(|rest| rest.chars().next());
                    // The last capital starts the next word, if one follows.
                    if behind.is_some_and(is_letter) {
                        let capitals = self.rest.get(..length).unwrap_or_default();
                        length - capitals.chars().next_back().map_or(0, char::len_utf8)
                    } else {
                        length
                    }
                }
                Some(second) if is_letter(second) => {
                    let start = first.len_utf8();
                    let tail = self.rest.get(start..).unwrap_or_default();
                    start
                        + tail
                            .find(|c| !is_letter(c) || is_upper(c))
                            .unwrap_or(tail.len())
                }
                _ => first.len_utf8(),
            },
            Word::Letters => run(&|c| is_letter(c) && !is_upper(c)),
            // Connectors behind punctuation count as such: `"-7"` stays what it is.
            Word::Punctuation => run(&is_punctuation),
            _ => run(&|c| kind_of(c) == kind),
        };
        let (word, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        (kind, word)
    }
}

/// A letter, but for Chinese characters, which have no words in this sense.
fn is_letter(character: char) -> bool {
    let chinese = matches!(
        character,
        '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}'
    );
    character.is_alphabetic() && !character.is_numeric() && !chinese
}

fn kind_of(character: char) -> Word {
    match character {
        _ if is_connector(character) => Word::Connector,
        _ if is_punctuation(character) => Word::Punctuation,
        _ if is_upper(character) => Word::Upper,
        _ if is_letter(character) => Word::Letters,
        _ if character.is_numeric() => Word::Number,
        _ => Word::Other,
    }
}

/// The punctuation of ASCII that Unicode counts as such (the rest are symbols), and what is
/// commonly typed beyond ASCII.
fn is_punctuation(character: char) -> bool {
    match character {
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => false,
        _ if character.is_ascii() => character.is_ascii_punctuation(),
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' => true,
        _ => matches!(character, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿'),
    }
}
