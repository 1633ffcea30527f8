//! The case of single characters, as Go sees it.

/// Go's `unicode.ToUpper`: one character for one, or the same.
pub(super) fn to_upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => character,
    }
}

/// Go's `unicode.ToLower`.
pub(super) fn to_lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        // Only İ becomes two: an i and a dot above it, which Go leaves out.
        _ => 'i',
    }
}

/// Go's `unicode.ToTitle`.
pub(super) fn to_title(character: char) -> char {
    match character {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        _ => to_upper(character),
    }
}

/// A capital letter; Roman numerals and letters in circles have a case but are none.
pub(super) fn is_upper(character: char) -> bool {
    character.is_uppercase() && !matches!(character, 'Ⅰ'..='Ⅿ' | 'Ⓐ'..='Ⓩ')
}

/// A small letter.
pub(super) fn is_lower(character: char) -> bool {
    character.is_lowercase() && !matches!(character, 'ⅰ'..='ⅿ' | 'ⓐ'..='ⓩ' | 'ª' | 'º')
}
