//! Go's `fmt.Sprintf`.

use super::printer::{Flags, Printer};
use crate::Value;

/// The widths and precisions that Go takes, and refuses above.
const MAX_NUMBER: usize = 1_000_000;

/// Formats `args` as `format` says.
///
/// # Errors
///
/// When `limit` bytes don't hold the result.
pub fn sprintf(format: &[u8], args: &[Value], limit: usize) -> Result<Vec<u8>, String> {
    let mut run = Run {
        format,
        position: 0,
        args,
        next: 0,
        reordered: false,
        index_is_fine: true,
    };
    let mut out = Vec::with_capacity(format.len() + 16 * args.len());
    while run.position < format.len() {
        if out.len() > limit {
            return Err(format!("the result is longer than {limit} bytes"));
        }
        let rest = format.get(run.position..).unwrap_or_default();
        let text = rest
            .iter()
            .position(|byte| *byte == b'%')
            .unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..text).unwrap_or_default());
        run.position += text;
        if run.position < format.len() {
            run.position += 1;
            run.directive(&mut out, limit)?;
        }
    }
    run.extra(&mut out, limit);
    if out.len() > limit {
        return Err(format!("the result is longer than {limit} bytes"));
    }
    Ok(out)
}

struct Run<'f> {
    format: &'f [u8],
    position: usize,
    args: &'f [Value],
    next: usize,
    reordered: bool,
    index_is_fine: bool,
}

impl Run<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.position).copied()
    }

    /// One verb with what precedes it, from behind the `%`.
    fn directive(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<(), String> {
        let mut flags = Flags::default();
        self.index_is_fine = true;
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.position += 1;
        }
        let mut after_index = self.index();
        self.width(&mut flags, out, &mut after_index);
        self.precision(&mut flags, out, &mut after_index);
        if !after_index {
            self.index();
        }
        let Some(verb) = self.verb() else {
            out.extend_from_slice(b"%!(NOVERB)");
            return Ok(());
        };
        let needed = flags.width.unwrap_or_default() + flags.precision.unwrap_or_default();
        if needed > limit {
            return Err(format!("the result is longer than {limit} bytes"));
        }
        let mut note = |text: &str| {
            out.extend_from_slice(b"%!");
            out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
            out.extend_from_slice(text.as_bytes());
        };
        if verb == '%' {
            out.push(b'%');
        } else if !self.index_is_fine {
            note("(BADINDEX)");
        } else if let Some(arg) = self.args.get(self.next) {
            if verb == 'v' {
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus = false;
            }
            Printer::new(out, flags, limit).argument(arg, verb);
            self.next += 1;
        } else {
            note("(MISSING)");
        }
        Ok(())
    }

    fn width(&mut self, flags: &mut Flags, out: &mut Vec<u8>, after_index: &mut bool) {
        if self.peek() == Some(b'*') {
            self.position += 1;
            match self.int_argument() {
                Some(width) => {
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            *after_index = false;
        } else {
            flags.width = self.number();
            if *after_index && flags.width.is_some() {
                self.index_is_fine = false;
            }
        }
    }

    fn precision(&mut self, flags: &mut Flags, out: &mut Vec<u8>, after_index: &mut bool) {
        if self.peek() != Some(b'.') || self.position + 1 >= self.format.len() {
            return;
        }
        self.position += 1;
        if *after_index {
            self.index_is_fine = false;
        }
        *after_index = self.index();
        if self.peek() == Some(b'*') {
            self.position += 1;
            match self.int_argument() {
                Some(precision) if precision >= 0 => {
                    flags.precision = usize::try_from(precision).ok()
                }
                _ => out.extend_from_slice(b"%!(BADPREC)"),
            }
            *after_index = false;
        } else {
            flags.precision = Some(self.number().unwrap_or_default());
        }
    }

    /// `[3]`: which argument comes next.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.position + 1..).unwrap_or_default();
        let close = rest
            .iter()
            .position(|byte| *byte == b']')
            .filter(|_| rest.len() >= 2);
        let Some(close) = close else {
            self.position += 1;
            self.index_is_fine = false;
            return false;
        };
        self.position += close + 2;
        let digits = rest
            .get(..close)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let number = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|digits| digits.parse::<usize>().ok());
        let number = number.filter(|number| *number <= MAX_NUMBER);
        match number.map(|number| number.checked_sub(1)) {
            Some(Some(index)) if index < self.args.len() => {
                self.next = index;
                true
            }
            known => {
                self.index_is_fine = false;
                known.is_some()
            }
        }
    }

    fn number(&mut self) -> Option<usize> {
        let rest = self.format.get(self.position..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(rest.len());
        let digits = std::str::from_utf8(rest.get(..length)?)
            .ok()
            .filter(|text| !text.is_empty())?;
        match digits
            .parse::<usize>()
            .ok()
            .filter(|number| *number <= MAX_NUMBER)
        {
            Some(number) => {
                self.position += length;
                Some(number)
            }
            None => {
                // Go gives up on the whole format where a number is too large.
                self.position = self.format.len();
                None
            }
        }
    }

    fn int_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let number = match arg {
            Value::Int(int) => *int,
            Value::Int64(int) => *int,
            Value::Uint8(int) => (*int).into(),
            Value::Uint64(int) => i64::try_from(*int).ok()?,
            _ => return None,
        };
        (number.unsigned_abs() <= 1_000_000).then_some(number)
    }

    fn verb(&mut self) -> Option<char> {
        let rest = self
            .format
            .get(self.position..)
            .filter(|rest| !rest.is_empty())?;
        let chunk = rest.utf8_chunks().next()?;
        let verb = chunk.valid().chars().next();
        self.position += verb.map_or(1, char::len_utf8);
        Some(verb.unwrap_or('\u{fffd}'))
    }

    /// Complains about arguments that no verb took.
    fn extra(&self, out: &mut Vec<u8>, limit: usize) {
        let Some(extra) = self.args.get(self.next..).filter(|extra| !extra.is_empty()) else {
            return;
        };
        if self.reordered {
            return;
        }
        out.extend_from_slice(b"%!(EXTRA ");
        for (position, arg) in extra.iter().enumerate() {
            if position > 0 {
                out.extend_from_slice(b", ");
            }
            if arg.is_nil() {
                out.extend_from_slice(b"<nil>");
                continue;
            }
            out.extend_from_slice(arg.type_name().as_bytes());
            out.push(b'=');
            super::write(out, arg, limit.saturating_sub(out.len()));
        }
        out.push(b')');
    }
}
