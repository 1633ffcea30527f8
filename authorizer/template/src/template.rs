//! A parsed template.

use std::fmt;
use std::sync::Arc;

use crate::functions::RegexCache;
use crate::run::Machine;
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
        let bytes = self.render_bytes(data)?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// The exact bytes that Go's engine would write.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub fn render_bytes(&self, data: &Value) -> Result<Vec<u8>, RenderError> {
        let Parsed {
            name,
            tree,
            regexes,
        } = &*self.0;
        Machine::run(name, tree, regexes, data).map_err(|(line, reason)| RenderError {
            name: name.clone(),
            line,
            reason,
        })
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.0.name).finish()
    }
}
