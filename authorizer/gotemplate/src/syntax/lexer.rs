//! Splits a template's source into tokens, as Go's
//! [text/template/parse](https://pkg.go.dev/text/template/parse) does.

use super::token::{Keyword, Token};

/// A token and where it starts.
#[derive(Clone, Debug)]
pub(crate) struct Located<'s> {
    pub(crate) token: Token<'s>,
    /// The line, counted from 1.
    pub(crate) line: usize,
}

/// What makes source impossible to split: the line and the reason.
pub(crate) type LexError = (usize, String);

/// The characters that Go counts as blanks in a template.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Reads tokens one by one.
pub(crate) struct Lexer<'s> {
    rest: &'s str,
    line: usize,
    inside_action: bool,
    open_parens: usize,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            rest: source,
            line: 1,
            inside_action: false,
            open_parens: 0,
        }
    }

    /// The next token; [`Token::End`] for ever once the source is used up.
    pub(crate) fn next(&mut self) -> Result<Located<'s>, LexError> {
        if self.inside_action {
            self.action()
        } else {
            self.text()
        }
    }

    /// Takes `length` bytes off the source.
    fn take(&mut self, length: usize) -> &'s str {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) {
        let blanks = self.rest.len() - self.rest.trim_start_matches(BLANKS).len();
        self.take(blanks);
    }

    fn text(&mut self) -> Result<Located<'s>, LexError> {
        loop {
            let line = self.line;
            let Some(length) = self.rest.find("{{") else {
                let text = self.take(self.rest.len());
                let token = if text.is_empty() {
                    Token::End
                } else {
                    Token::Text(text)
                };
                return Ok(Located { token, line });
            };
            let text = self.take(length);
            let trimmed = match self.rest.strip_prefix("{{") {
                Some(action) if trims_left(action) => text.trim_end_matches(BLANKS),
                _ => text,
            };
            if !trimmed.is_empty() {
                return Ok(Located {
                    token: Token::Text(trimmed),
                    line,
                });
            }
            if let Some(open) = self.open()? {
                return Ok(open);
            }
        }
    }

    /// Takes `{{` and a trim marker; a whole comment is taken and gives nothing.
    fn open(&mut self) -> Result<Option<Located<'s>>, LexError> {
        let line = self.line;
        self.take(2);
        let marker = if trims_left(self.rest) { 2 } else { 0 };
        if self
            .rest
            .get(marker..)
            .is_some_and(|rest| rest.starts_with("/*"))
        {
            self.take(marker + 2);
            self.comment(line)?;
            return Ok(None);
        }
        self.take(marker);
        self.inside_action = true;
        self.open_parens = 0;
        Ok(Some(Located {
            token: Token::Open,
            line,
        }))
    }

    fn comment(&mut self, line: usize) -> Result<(), LexError> {
        let Some(length) = self.rest.find("*/") else {
            return Err((line, "a comment isn't closed with `*/`".to_owned()));
        };
        self.take(length + 2);
        match closes(self.rest) {
            Some(trims) => {
                self.take_close(trims);
                Ok(())
            }
            None => Err((
                line,
                "a comment must end with `*/}}` or `*/ -}}`".to_owned(),
            )),
        }
    }

    fn take_close(&mut self, trims: bool) {
        self.take(if trims { 4 } else { 2 });
        if trims {
            self.skip_blanks();
        }
    }

    fn action(&mut self) -> Result<Located<'s>, LexError> {
        let line = self.line;
        if let Some(trims) = closes(self.rest) {
            if self.open_parens > 0 {
                return Err((line, "a `(` isn't closed".to_owned()));
            }
            self.take_close(trims);
            self.inside_action = false;
            return Ok(Located {
                token: Token::Close,
                line,
            });
        }
        let Some(first) = self.rest.chars().next() else {
            return Err((line, "an action isn't closed with `}}`".to_owned()));
        };
        let token = match first {
            ' ' | '\t' | '\r' | '\n' => self.space(),
            '=' => self.one(Token::Assign),
            ':' if self.rest.starts_with(":=") => {
                self.take(2);
                Token::Declare
            }
            ':' => return Err((line, "expected `:=`".to_owned())),
            '|' => self.one(Token::Pipe),
            '(' => {
                self.open_parens += 1;
                self.one(Token::OpenParen)
            }
            ')' => {
                let Some(open) = self.open_parens.checked_sub(1) else {
                    return Err((line, "unexpected `)`".to_owned()));
                };
                self.open_parens = open;
                self.one(Token::CloseParen)
            }
            '"' => Token::Quoted(self.quoted('"').ok_or_else(|| {
                (
                    line,
                    "a string isn't closed with `\"` on its line".to_owned(),
                )
            })?),
            '\'' => Token::Char(self.quoted('\'').ok_or_else(|| {
                (
                    line,
                    "a character constant isn't closed with `'`".to_owned(),
                )
            })?),
            '`' => self.raw(line)?,
            '$' => Token::Variable(self.name(line)?),
            '.' if !self
                .rest
                .chars()
                .nth(1)
                .is_some_and(|next| next.is_ascii_digit()) =>
            {
                match self.name(line)?.strip_prefix('.') {
                    Some("") | None => Token::Dot,
                    Some(name) => Token::Field(name),
                }
            }
            '+' | '-' | '.' | '0'..='9' => Token::Number(self.number(line)?),
            _ if is_alphanumeric(first) => self.word(line)?,
            _ if first.is_ascii_graphic() => self.one(Token::Other(first)),
            _ => {
                return Err((
                    line,
                    format!(
                        "unexpected character U+{:04X} in an action",
                        u32::from(first)
                    ),
                ));
            }
        };
        Ok(Located { token, line })
    }

    fn one(&mut self, token: Token<'s>) -> Token<'s> {
        self.take(1);
        token
    }

    /// A run of blanks, less the one that belongs to ` -}}`.
    fn space(&mut self) -> Token<'s> {
        let blanks = self.rest.len() - self.rest.trim_start_matches(BLANKS).len();
        let last = blanks.saturating_sub(1);
        let closes_here = self
            .rest
            .get(last..)
            .is_some_and(|rest| closes(rest) == Some(true));
        self.take(if closes_here { last } else { blanks });
        Token::Space
    }

    /// A string or character constant on one line, with its quotes.
    fn quoted(&mut self, quote: char) -> Option<&'s str> {
        let mut escaped = false;
        for (position, character) in self.rest.char_indices().skip(1) {
            match character {
                '\n' => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if character == quote => return Some(self.take(position + 1)),
                _ => {}
            }
        }
        None
    }

    fn raw(&mut self, line: usize) -> Result<Token<'s>, LexError> {
        match self.rest.get(1..).and_then(|rest| rest.find('`')) {
            Some(length) => Ok(Token::Raw(self.take(length + 2))),
            None => Err((
                line,
                "a raw string isn't closed with a backquote".to_owned(),
            )),
        }
    }

    /// `$`, `.` and the word behind it.
    fn name(&mut self, line: usize) -> Result<&'s str, LexError> {
        let length = self
            .rest
            .char_indices()
            .skip(1)
            .find(|(_, character)| !is_alphanumeric(*character))
            .map_or(self.rest.len(), |(position, _)| position);
        let name = self.take(length);
        self.terminated(line)?;
        Ok(name)
    }

    fn word(&mut self, line: usize) -> Result<Token<'s>, LexError> {
        let length = self
            .rest
            .find(|c| !is_alphanumeric(c))
            .unwrap_or(self.rest.len());
        let word = self.take(length);
        self.terminated(line)?;
        Ok(match word {
            "true" => Token::Bool(true),
            "false" => Token::Bool(false),
            _ => Keyword::of(word).map_or(Token::Identifier(word), Token::Keyword),
        })
    }

    /// Whether what follows can end a name.
    fn terminated(&self, line: usize) -> Result<(), LexError> {
        match self.rest.chars().next() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | ')' | '(') => Ok(()),
            Some(_) if self.rest.starts_with("}}") => Ok(()),
            Some(other) => Err((
                line,
                format!("unexpected character `{other}` behind a name"),
            )),
        }
    }

    fn number(&mut self, line: usize) -> Result<&'s str, LexError> {
        let start = self.rest;
        let mut length = scan_number(start);
        let follows = start.get(length..).unwrap_or_default();
        if follows.starts_with(['+', '-']) {
            length += scan_number(follows);
        } else if let Some(next) = follows.chars().next().filter(|next| is_alphanumeric(*next)) {
            length += next.len_utf8();
            let text = self.take(length);
            return Err((line, format!("`{text}` is not a number")));
        }
        Ok(self.take(length))
    }
}

/// How many bytes at the start of `text` look like one number.
fn scan_number(text: &str) -> usize {
    let mut scan = Scan { text, position: 0 };
    scan.accept("+-");
    let mut digits = "0123456789_";
    if scan.accept("0") {
        if scan.accept("xX") {
            digits = "0123456789abcdefABCDEF_";
        } else if scan.accept("oO") {
            digits = "01234567_";
        } else if scan.accept("bB") {
            digits = "01_";
        }
    }
    scan.run(digits);
    if scan.accept(".") {
        scan.run(digits);
    }
    let exponent = match digits.len() {
        11 => "eE",
        23 => "pP",
        _ => "",
    };
    if scan.accept(exponent) {
        scan.accept("+-");
        scan.run("0123456789_");
    }
    scan.accept("i");
    scan.position
}

struct Scan<'s> {
    text: &'s str,
    position: usize,
}

impl Scan<'_> {
    /// Steps over one character of `set`.
    fn accept(&mut self, set: &str) -> bool {
        let next = self
            .text
            .get(self.position..)
            .and_then(|rest| rest.chars().next());
        let accepted = next.is_some_and(|next| set.contains(next));
        if accepted {
            self.position += 1;
        }
        accepted
    }

    fn run(&mut self, set: &str) {
        while self.accept(set) {}
    }
}

fn is_alphanumeric(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// Whether an action starts with the marker that trims the text before it.
fn trims_left(action: &str) -> bool {
    action
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(BLANKS))
}

/// Whether an action ends here, and if so whether it trims the text behind it.
fn closes(rest: &str) -> Option<bool> {
    if rest.starts_with("}}") {
        return Some(false);
    }
    let marked = rest
        .strip_prefix(BLANKS)
        .is_some_and(|rest| rest.starts_with("-}}"));
    marked.then_some(true)
}
