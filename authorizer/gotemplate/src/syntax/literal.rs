//! What quoted strings and characters stand for: Go's `strconv.Unquote`.

use crate::Value;

/// The value of a string in double quotes.
///
/// # Errors
///
/// Which escape is wrong.
pub(crate) fn unquote(quoted: &str) -> Result<Value, String> {
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let mut rest = inner.ok_or_else(|| format!("{quoted} is not a string"))?;
    if !rest.contains('\\') {
        return Ok(rest.into());
    }
    let mut bytes = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (piece, behind) = next(rest, '"')?;
        match piece {
            Piece::Byte(byte) => bytes.push(byte),
            Piece::Char(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = behind;
    }
    Ok(Value::from_bytes(bytes))
}

/// The value of a raw string: what stands between its backquotes, less carriage returns.
pub(crate) fn unquote_raw(raw: &str) -> Value {
    let inner = raw
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'))
        .unwrap_or(raw);
    inner.replace('\r', "").into()
}

/// The character of a constant in single quotes.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn unquote_char(quoted: &str) -> Result<char, String> {
    let malformed = || format!("{quoted} is not a character");
    let inner = quoted
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    match next(
        inner
            .filter(|inner| !inner.is_empty())
            .ok_or_else(malformed)?,
        '\'',
    )? {
        (Piece::Char(character), "") => Ok(character),
        (Piece::Byte(byte), "") => Ok(byte.into()),
        _ => Err(malformed()),
    }
}

enum Piece {
    Char(char),
    Byte(u8),
}

/// The first character of `text`, escaped or not, and what follows it.
fn next(text: &str, quote: char) -> Result<(Piece, &str), String> {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or_default();
    if first != '\\' {
        return Ok((Piece::Char(first), chars.as_str()));
    }
    let wrong = || format!("unknown escape in {text}");
    let letter = chars.next().ok_or_else(wrong)?;
    let simple = |character| Ok((Piece::Char(character), chars.as_str()));
    match letter {
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{b}'),
        '\\' => simple('\\'),
        '\'' | '"' if letter == quote => simple(letter),
        'x' | 'u' | 'U' => {
            let length = match letter {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            let (code, rest) = digits(chars.as_str(), length, 16).ok_or_else(wrong)?;
            if letter == 'x' {
                return Ok((Piece::Byte(u8::try_from(code).map_err(|_| wrong())?), rest));
            }
            Ok((Piece::Char(char::from_u32(code).ok_or_else(wrong)?), rest))
        }
        '0'..='7' => {
            let octal = text.get(1..).ok_or_else(wrong)?;
            let (code, rest) = digits(octal, 3, 8).ok_or_else(wrong)?;
            Ok((Piece::Byte(u8::try_from(code).map_err(|_| wrong())?), rest))
        }
        _ => Err(wrong()),
    }
}

fn digits(text: &str, length: usize, radix: u32) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(length)?;
    let all = digits.chars().all(|digit| digit.is_digit(radix));
    all.then(|| u32::from_str_radix(digits, radix).ok())
        .flatten()
        .map(|code| (code, rest))
}
