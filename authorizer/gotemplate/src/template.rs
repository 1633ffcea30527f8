//! A parsed template.

use std::fmt;
use std::sync::Arc;

use crate::functions::RegexCache;
use crate::run::{Breaks, Machine, Rendered};
use crate::syntax::{self, Tree};
use crate::{ParseError, RenderError, Value};

/// A template, parsed once and rendered many times. Cheap to clone.
#[derive(Clone)]
pub struct Template(Arc<Parsed>);

struct Parsed {
    name: Arc<str>,
    tree: Tree,
    regexes: RegexCache,
}

impl Template {
    /// Parses `source`; `name` is what errors call the template.
    ///
    /// # Errors
    ///
    /// A [`ParseError`] with the line, where Go's `template.Parse` would fail or where a function
    /// is not offered.
    pub fn parse(name: &str, source: &str) -> Result<Self, ParseError> {
        let tree = syntax::parse(name, source)?;
        Ok(Self(Arc::new(Parsed {
            name: name.into(),
            tree,
            regexes: RegexCache::default(),
        })))
    }

    /// The text the template makes of `data`. Bytes that aren't UTF-8, which a template gets by
    /// cutting a character in two, become U+FFFD; [`Template::render_bytes`] keeps them.
    ///
    /// # Errors
    ///
    /// A [`RenderError`] where Go's `Template.Execute` would fail, and where a limit of size,
    /// depth or steps is reached.
    pub fn render(&self, data: &Value) -> Result<String, RenderError> {
        Ok(text(self.render_bytes(data)?))
    }

    /// The text as one line, for a header: white space that the template's own text has at the ends is cut
    /// off, and line breaks of its own inside become blanks. What the data brings stays as it is, so that
    /// white space at the ends and line breaks in the result are the data's.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub fn render_line(&self, data: &Value) -> Result<String, RenderError> {
        Ok(self.line(data, Breaks::Blank)?.value)
    }

    /// The text as the value of a cookie, which Go writes without line breaks: those of the template's own
    /// text are left out, and the white space that it has at the ends is told apart from what the data
    /// brings.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub fn render_cookie(&self, data: &Value) -> Result<Line, RenderError> {
        self.line(data, Breaks::Drop)
    }

    fn line(&self, data: &Value, breaks: Breaks) -> Result<Line, RenderError> {
        let Rendered {
            mut bytes,
            own_start,
            own_end,
        } = self.run(data, breaks)?;
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let own = bytes.get(own_end..).unwrap_or_default();
        let blanks = own.iter().rev().take_while(|byte| is_blank(byte)).count();
        let trailing = bytes.split_off(bytes.len() - blanks);
        let own = bytes.get(..own_start.min(bytes.len())).unwrap_or_default();
        let blanks = own.iter().take_while(|byte| is_blank(byte)).count();
        // Most lines have none, so that the value is left where it is.
        let leading = bytes.drain(..blanks).collect();
        Ok(Line {
            leading: text(leading),
            value: text(bytes),
            trailing: text(trailing),
        })
    }

    /// The exact bytes that Go's engine would write.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub fn render_bytes(&self, data: &Value) -> Result<Vec<u8>, RenderError> {
        Ok(self.run(data, Breaks::Keep)?.bytes)
    }

    fn run(&self, data: &Value, breaks: Breaks) -> Result<Rendered, RenderError> {
        let Parsed {
            name,
            tree,
            regexes,
        } = &*self.0;
        Machine::run(name, tree, regexes, data, breaks).map_err(|(line, reason)| RenderError {
            name: name.clone(),
            line,
            reason,
        })
    }
}

/// What a template makes of its data, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The white space at the start that is the template's own text.
    pub leading: String,
    /// What stands between both ends: white space at its own ends is the data's.
    pub value: String,
    /// The white space at the end that is the template's own text.
    pub trailing: String,
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.0.name).finish()
    }
}
