//! The glob dialect: that of [gobwas/glob](https://github.com/gobwas/glob) with the separators `.` and
//! `/`.

use crate::syntax::class::{CharSet, Class};
use crate::syntax::tree::{Assertion, Node, Tree, UNLIMITED};

/// The deepest nesting of alternatives.
const MAX_DEPTH: usize = 200;

/// Quotes literal text.
pub(crate) fn quote(text: &str, quoted: &mut String) {
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
}

/// Parses a glob.
///
/// # Errors
/// A sentence that says what is wrong.
pub(crate) fn parse(glob: &str) -> Result<Tree, String> {
    if glob.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        return Err("a glob cannot contain the characters U+0000 and U+FFFD".to_owned());
    }
    let mut parser = Parser {
        chars: glob.chars().collect(),
        at: 0,
        depth: 0,
    };
    let mut root = parser.items()?;
    root.push(Node::Assertion(Assertion::End));
    Ok(Tree {
        root: Node::concat(root),
        slots: 0,
    })
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// Parses up to the end or, inside braces, up to `,` or `}`, which are not consumed.
    fn items(&mut self) -> Result<Vec<Node>, String> {
        let mut items = Vec::new();
        while let Some(c) = self.peek() {
            if self.depth > 0 && matches!(c, ',' | '}') {
                break;
            }
            self.at += 1;
            items.push(match c {
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    many(Class::anything())
                }
                '*' => many(no_separator()),
                '?' => Node::Class {
                    class: no_separator(),
                    backward: false,
                },
                '[' => self.list()?,
                '{' => self.alternatives()?,
                '\\' => match self.next() {
                    Some(c) => Node::Char { c, backward: false },
                    None => Node::Empty,
                },
                c => Node::Char { c, backward: false },
            });
        }
        Ok(items)
    }

    /// Parses alternatives after their `{`. As in the reference the end of the glob closes them.
    fn alternatives(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("alternatives nest deeper than {MAX_DEPTH}"));
        }
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(Node::concat(self.items()?));
            if self.next() != Some(',') {
                break;
            }
        }
        self.depth -= 1;
        if alternatives
            .iter()
            .all(|alternative| matches!(alternative, Node::Empty))
        {
            return Err("the braces are empty".to_owned());
        }
        Ok(Node::alternation(alternatives))
    }

    /// Parses `abc]`, `!abc]`, `a-z]` or `!a-z]`: characters or one range, never both.
    fn list(&mut self) -> Result<Node, String> {
        let never_closed = "a `[` is never closed";
        let negated = self.peek() == Some('!');
        self.at += usize::from(negated);
        let first = self.next().ok_or(never_closed)?;
        let mut set = CharSet::default();
        if self.peek() == Some('-') {
            self.at += 1;
            let last = self.next().ok_or(never_closed)?;
            if last < first {
                return Err(format!(
                    "the range `[{first}-{last}]` has its ends in the wrong order"
                ));
            }
            set.add(u32::from(first), u32::from(last));
        } else {
            self.at -= 1;
            self.characters(&mut set)?;
        }
        match self.next() {
            Some(']') => {}
            Some(_) => {
                return Err(
                    "a list is one range such as `[a-z]` or characters such as `[abc]`, not both"
                        .to_owned(),
                );
            }
            None => return Err(never_closed.to_owned()),
        }
        if negated {
            set.negate();
        }
        Ok(Node::Class {
            class: Class::new(set, false),
            backward: false,
        })
    }

    fn characters(&mut self, set: &mut CharSet) -> Result<(), String> {
        let mut any = false;
        while let Some(c) = self.peek().filter(|c| *c != ']') {
            self.at += 1;
            let c = if c == '\\' { self.next() } else { Some(c) };
            if let Some(c) = c {
                set.add(u32::from(c), u32::from(c));
                any = true;
            }
        }
        if any {
            Ok(())
        } else {
            Err("a list is empty".to_owned())
        }
    }
}

/// `*` and `?` match neither a dot nor a slash.
fn no_separator() -> Class {
    Class::all_but(&['.', '/'])
}

fn many(class: Class) -> Node {
    Node::Repetition {
        node: Box::new(Node::Class {
            class,
            backward: false,
        }),
        min: 0,
        max: UNLIMITED,
        lazy: false,
    }
}
