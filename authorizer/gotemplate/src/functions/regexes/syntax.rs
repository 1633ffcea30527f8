//! Go's syntax of regular expressions ([RE2](https://pkg.go.dev/regexp/syntax)) in that of the
//! `regex` crate: the two differ in what `\d` and its like mean, and in what a class can hold.

/// Rewrites an expression.
///
/// # Errors
///
/// For what Go refuses and the crate would take.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator {
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
        repeated: false,
    };
    while let Some(character) = translator.next() {
        translator.outside(character)?;
    }
    Ok(translator.out)
}

/// How often at most Go repeats something.
const MAX_REPETITIONS: u32 = 1000;

/// The POSIX classes.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

struct Translator<'p> {
    rest: &'p str,
    out: String,
    /// Whether a repetition was just read: another one can't follow.
    repeated: bool,
}

impl Translator<'_> {
    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    fn outside(&mut self, character: char) -> Result<(), String> {
        let repetition = match character {
            '*' | '+' | '?' => Some(character.to_string()),
            '{' => counted(self.rest)?.map(|inside| format!("{{{inside}}}")),
            _ => None,
        };
        if let Some(repetition) = repetition {
            return self.repetition(&repetition);
        }
        self.repeated = false;
        match character {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' if self.rest.starts_with('?') => self.group(),
            '{' | '}' | ']' => {
                self.literal(character);
                Ok(())
            }
            other => {
                self.out.push(other);
                Ok(())
            }
        }
    }

    /// A repetition, of which the first character was read, and the `?` that makes it lazy.
    fn repetition(&mut self, repetition: &str) -> Result<(), String> {
        if std::mem::replace(&mut self.repeated, true) {
            return Err("the regular expression repeats a repetition".to_owned());
        }
        self.out.push_str(repetition);
        self.rest = self.rest.get(repetition.len() - 1..).unwrap_or_default();
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.out.push('?');
            self.rest = rest;
        }
        Ok(())
    }

    fn literal(&mut self, character: char) {
        self.out
            .push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
    }

    /// What follows a backslash outside of classes.
    fn escape(&mut self) -> Result<(), String> {
        let letter = self.letter()?;
        match letter {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            's' => self.out.push_str(r"[\t\n\f\r ]"),
            'S' => self.out.push_str(r"[^\t\n\f\r ]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            'b' => self.out.push_str(r"(?-u:\b)"),
            'B' => self.out.push_str(r"(?-u:\B)"),
            'A' => self.out.push_str(r"\A"),
            'z' => self.out.push_str(r"\z"),
            'p' | 'P' => self.property(letter)?,
            'Q' => self.quotation(),
            _ => {
                let character = self.character(letter)?;
                self.literal(character);
            }
        }
        Ok(())
    }

    fn letter(&mut self) -> Result<char, String> {
        self.next()
            .ok_or_else(|| "the regular expression ends with a backslash".to_owned())
    }

    /// `\pL` or `\p{Greek}`, from behind its `p`.
    fn property(&mut self, letter: char) -> Result<(), String> {
        let length = match self.rest.chars().next() {
            Some('{') => self.rest.find('}').map(|end| end + 1),
            next => next.map(char::len_utf8),
        };
        let name = length.and_then(|length| self.rest.split_at_checked(length));
        let (name, rest) = name.ok_or("the regular expression has an unfinished `\\p`")?;
        self.out.push('\\');
        self.out.push(letter);
        self.out.push_str(name);
        self.rest = rest;
        Ok(())
    }

    /// The character that an escape means, if it means one.
    fn character(&mut self, letter: char) -> Result<char, String> {
        let unknown = || format!("the regular expression has an unknown escape `\\{letter}`");
        Ok(match letter {
            'a' => '\u{7}',
            'f' => '\u{c}',
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'v' => '\u{b}',
            'x' => {
                let (digits, rest) = match self.rest.strip_prefix('{') {
                    Some(inside) => inside.split_once('}'),
                    None => self.rest.split_at_checked(2),
                }
                .ok_or_else(unknown)?;
                if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(unknown());
                }
                self.rest = rest;
                let code = u32::from_str_radix(digits, 16).ok();
                code.and_then(char::from_u32).ok_or_else(unknown)?
            }
            '0'..='7' => {
                // A digit alone would be a back-reference, which Go hasn't.
                let octal = |byte: &u8| matches!(byte, b'0'..=b'7');
                let follows = self.rest.bytes().take(2).take_while(octal).count();
                if letter != '0' && follows == 0 {
                    return Err(unknown());
                }
                let (digits, rest) = self.rest.split_at_checked(follows).ok_or_else(unknown)?;
                self.rest = rest;
                let code = u32::from_str_radix(&format!("{letter}{digits}"), 8).ok();
                code.and_then(char::from_u32).ok_or_else(unknown)?
            }
            _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => letter,
            _ => return Err(unknown()),
        })
    }

    /// `\Q…\E`: literal text.
    fn quotation(&mut self) {
        let (literal, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
        self.out.push_str(&regex::escape(literal));
        self.rest = rest;
    }

    /// `(?…`: Go knows names and the flags i, m, s and U only.
    fn group(&mut self) -> Result<(), String> {
        let behind = self.rest.get(1..).unwrap_or_default();
        self.out.push('(');
        if behind.starts_with("P<") || behind.starts_with('<') {
            if behind.starts_with("<=") || behind.starts_with("<!") {
                return Err("a regular expression can't look around here".to_owned());
            }
            return self.copy_through('>');
        }
        let end = behind.find([':', ')']).unwrap_or(behind.len());
        let (flags, close) = behind.split_at_checked(end).unwrap_or((behind, ""));
        if !flags.chars().all(|flag| "imsU-".contains(flag)) {
            return Err("the regular expression has an unknown kind of group".to_owned());
        }
        self.copy_through(close.chars().next().unwrap_or(')'))
    }

    /// Copies up to and with `end`.
    fn copy_through(&mut self, end: char) -> Result<(), String> {
        let (copied, rest) = self
            .rest
            .split_once(end)
            .ok_or("a group of the regular expression isn't closed")?;
        self.out.push_str(copied);
        self.out.push(end);
        self.rest = rest;
        Ok(())
    }

    /// A class, from behind its `[`.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.out.push('^');
            self.rest = rest;
        }
        let mut first = true;
        loop {
            let character = self.class_next()?;
            match character {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => self.posix()?,
                '\\' => {
                    let letter = self.letter()?;
                    if !self.class_escape(letter)? {
                        let start = self.character(letter)?;
                        self.class_range(start)?;
                    }
                }
                start => self.class_range(start)?,
            }
            first = false;
        }
    }

    fn class_next(&mut self) -> Result<char, String> {
        let next = self.next();
        next.ok_or_else(|| "a class of the regular expression isn't closed with `]`".to_owned())
    }

    /// A character of a class, or the range it starts.
    fn class_range(&mut self, start: char) -> Result<(), String> {
        self.class_literal(start);
        let Some(rest) = self.rest.strip_prefix('-') else {
            return Ok(());
        };
        if rest.is_empty() || rest.starts_with(']') {
            return Ok(());
        }
        self.rest = rest;
        let end = match self.class_next()? {
            '\\' => {
                let letter = self.letter()?;
                self.character(letter)?
            }
            end => end,
        };
        self.out.push('-');
        self.class_literal(end);
        Ok(())
    }

    fn class_literal(&mut self, character: char) {
        // What has a meaning inside classes of one syntax or the other.
        if "[]&~^-\\".contains(character) {
            self.out.push('\\');
        }
        self.out.push(character);
    }

    /// `[:alpha:]`, from behind its `[`.
    fn posix(&mut self) -> Result<(), String> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let (name, rest) = inside.split_once(":]").unwrap_or((inside, ""));
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err("the regular expression names an unknown class".to_owned());
        }
        self.out.push_str(&format!("[:{name}:]"));
        self.rest = rest;
        Ok(())
    }

    /// Whether an escape means a class, which is then written.
    fn class_escape(&mut self, letter: char) -> Result<bool, String> {
        match letter {
            'd' => self.out.push_str("0-9"),
            'D' => self.out.push_str("[^0-9]"),
            's' => self.out.push_str(r"\t\n\f\r "),
            'S' => self.out.push_str(r"[^\t\n\f\r ]"),
            'w' => self.out.push_str("0-9A-Za-z_"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            'p' | 'P' => self.property(letter)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// What stands between the braces of `{2}`, `{2,}` or `{2,3}`; `None` where a brace is no
/// repetition, which Go takes for itself.
fn counted(rest: &str) -> Result<Option<&str>, String> {
    let Some((inside, _)) = rest.split_once('}') else {
        return Ok(None);
    };
    let (from, to) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if from.is_empty() || !digits(from) || !digits(to) {
        return Ok(None);
    }
    let fits = |text: &str| {
        text.parse()
            .is_ok_and(|count: u32| count <= MAX_REPETITIONS)
    };
    if !fits(from) || !to.is_empty() && !fits(to) {
        return Err(format!(
            "a regular expression repeats at most {MAX_REPETITIONS} times"
        ));
    }
    Ok(Some(inside))
}
