//! Tokens that were read, but not yet taken.

use super::parser::{Fault, Parser};
use super::token::Token;

impl<'s> Parser<'s> {
    /// The token `ahead` places on.
    pub(super) fn peek(&mut self, ahead: usize) -> Result<&Token<'s>, Fault> {
        while self.ahead.len() <= ahead {
            let located = self.lexer.next()?;
            self.ahead.push_back(located);
        }
        Ok(self
            .ahead
            .get(ahead)
            .map_or(&Token::End, |located| &located.token))
    }

    /// The first token that is not blank, at least `ahead` places on.
    pub(super) fn peek_behind_blanks(&mut self, ahead: usize) -> Result<&Token<'s>, Fault> {
        let mut ahead = ahead;
        while *self.peek(ahead)? == Token::Space {
            ahead += 1;
        }
        self.peek(ahead)
    }

    pub(super) fn skip_blanks(&mut self) -> Result<(), Fault> {
        while *self.peek(0)? == Token::Space {
            self.next()?;
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Token<'s>, Fault> {
        self.peek(0)?;
        Ok(self.ahead.pop_front().map_or(Token::End, |located| {
            self.line = located.line;
            located.token
        }))
    }

    /// The next token that is not blank.
    pub(super) fn next_solid(&mut self) -> Result<Token<'s>, Fault> {
        self.skip_blanks()?;
        self.next()
    }
}
