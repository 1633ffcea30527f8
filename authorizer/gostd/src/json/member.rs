//! Names of JSON members.

/// A name as Go compares it with those of a struct's fields: without its case, and with the two
/// letters beyond ASCII that fold to one of ASCII.
/// [`json.Unmarshal`](https://pkg.go.dev/encoding/json#Unmarshal).
#[must_use]
pub fn folded_member_name(name: &str) -> String {
    name.chars()
        .map(|character| match character {
            '\u{212a}' => 'k',
            '\u{17f}' => 's',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_folds_what_go_folds() {
        assert_eq!(folded_member_name("To\u{212a}en_U\u{17f}e"), "token_use");
        assert_eq!(folded_member_name("É"), "É");
    }
}
