//! How Go's `fmt` writes integers.

use super::printer::Flags;

/// An integer's digits with sign, prefix and zeros, before it is padded with blanks.
pub(super) fn render(magnitude: u64, negative: bool, verb: char, flags: &Flags) -> Vec<u8> {
    let mut digits = match verb {
        'b' => format!("{magnitude:b}"),
        'o' | 'O' => format!("{magnitude:o}"),
        'x' => format!("{magnitude:x}"),
        'X' => format!("{magnitude:X}"),
        _ => magnitude.to_string(),
    };
    let signed = negative || flags.plus || flags.space;
    let wanted = match flags.precision {
        Some(0) if magnitude == 0 => return Vec::new(),
        Some(precision) => precision,
        None if flags.zero && !flags.minus => flags
            .width
            .unwrap_or_default()
            .saturating_sub(usize::from(signed)),
        None => 0,
    };
    if digits.len() < wanted {
        digits.insert_str(0, &"0".repeat(wanted - digits.len()));
    }
    let prefix = match verb {
        'O' => "0o",
        'b' if flags.sharp => "0b",
        'o' if flags.sharp && !digits.starts_with('0') => "0",
        'x' if flags.sharp => "0x",
        'X' if flags.sharp => "0X",
        _ => "",
    };
    let sign = match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (.., true) => " ",
        _ => "",
    };
    [sign, prefix, &digits].concat().into_bytes()
}

/// `%U`: `U+0041`, with `#` the character too.
pub(super) fn render_unicode(code: u64, flags: &Flags) -> Vec<u8> {
    let digits = flags.precision.unwrap_or(4).max(4);
    let number = format!("{code:X}");
    let mut text = format!(
        "U+{}{number}",
        "0".repeat(digits.saturating_sub(number.len()))
    );
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    if let Some(character) = character.filter(|c| flags.sharp && super::is_print(*c)) {
        text.push_str(&format!(" '{character}'"));
    }
    text.into_bytes()
}
