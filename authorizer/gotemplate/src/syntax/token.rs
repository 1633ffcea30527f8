//! The pieces a template's source is made of.

/// One piece of source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'s> {
    /// Text outside actions, already trimmed.
    Text(&'s str),
    /// `{{`
    Open,
    /// `}}`
    Close,
    /// Blanks inside an action; they separate arguments.
    Space,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// `|`
    Pipe,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// A quoted string, quotes included.
    Quoted(&'s str),
    /// A raw string, backquotes included.
    Raw(&'s str),
    /// A character constant, quotes included.
    Char(&'s str),
    /// A number as written.
    Number(&'s str),
    /// `.name`, without the dot.
    Field(&'s str),
    /// `$` or `$name`.
    Variable(&'s str),
    /// `.`
    Dot,
    /// A function's name.
    Identifier(&'s str),
    /// `true` or `false`
    Bool(bool),
    /// A word of the language.
    Keyword(Keyword),
    /// Any other printable character.
    Other(char),
    /// The end of the source.
    End,
}

/// The words of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Keyword {
    /// The keyword a word is, if it is one.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "block" => Self::Block,
            "break" => Self::Break,
            "continue" => Self::Continue,
            "define" => Self::Define,
            "else" => Self::Else,
            "end" => Self::End,
            "if" => Self::If,
            "nil" => Self::Nil,
            "range" => Self::Range,
            "template" => Self::Template,
            "with" => Self::With,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Break => "break",
            Self::Continue => "continue",
            Self::Define => "define",
            Self::Else => "else",
            Self::End => "end",
            Self::If => "if",
            Self::Nil => "nil",
            Self::Range => "range",
            Self::Template => "template",
            Self::With => "with",
        }
    }
}

impl Token<'_> {
    /// How an error names the token.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Text(_) => "text".to_owned(),
            Self::Open => "`{{`".to_owned(),
            Self::Close => "`}}`".to_owned(),
            Self::Space => "a blank".to_owned(),
            Self::Assign => "`=`".to_owned(),
            Self::Declare => "`:=`".to_owned(),
            Self::Pipe => "`|`".to_owned(),
            Self::OpenParen => "`(`".to_owned(),
            Self::CloseParen => "`)`".to_owned(),
            Self::Quoted(text)
            | Self::Raw(text)
            | Self::Char(text)
            | Self::Number(text)
            | Self::Variable(text)
            | Self::Identifier(text) => format!("`{text}`"),
            Self::Field(name) => format!("`.{name}`"),
            Self::Dot => "`.`".to_owned(),
            Self::Bool(value) => format!("`{value}`"),
            Self::Keyword(keyword) => format!("`{}`", keyword.word()),
            Self::Other(character) => format!("`{character}`"),
            Self::End => "the end of the template".to_owned(),
        }
    }
}
