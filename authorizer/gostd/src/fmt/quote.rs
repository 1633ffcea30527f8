//! Go's `strconv.Quote`.

use std::io::Write as _;

/// Writes `text` as a Go string literal; with `ascii`, everything beyond ASCII is escaped.
pub fn append_quoted(out: &mut Vec<u8>, text: &[u8], quote: char, ascii: bool) {
    let mut buffer = [0; 4];
    out.extend_from_slice(quote.encode_utf8(&mut buffer).as_bytes());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            append_escaped(out, character, quote, ascii);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.extend_from_slice(quote.encode_utf8(&mut buffer).as_bytes());
}

fn append_escaped(out: &mut Vec<u8>, character: char, quote: char, ascii: bool) {
    let code = u32::from(character);
    // A `Vec` takes every write, so the results say nothing.
    let _ = match character {
        _ if character == quote || character == '\\' => write!(out, "\\{character}"),
        _ if (!ascii || character.is_ascii()) && is_print(character) => write!(out, "{character}"),
        '\u{7}' => write!(out, "\\a"),
        '\u{8}' => write!(out, "\\b"),
        '\u{c}' => write!(out, "\\f"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        '\u{b}' => write!(out, "\\v"),
        _ if code < 0x20 || code == 0x7f => write!(out, "\\x{code:02x}"),
        _ if code < 0x1_0000 => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII blank.
pub fn is_print(character: char) -> bool {
    if character.is_ascii() {
        return character == ' ' || character.is_ascii_graphic();
    }
    // Rust's `Debug` of a string escapes the same classes; behind another character it leaves
    // combining marks alone, as Go does.
    let mut pair = String::with_capacity(5);
    pair.push('a');
    pair.push(character);
    pair.escape_debug().nth(1) == Some(character)
}
