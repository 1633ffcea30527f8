//! Patterns with `*` for any text, `?` for any character and `\` to take the next one as it is.

use oathgate_gostd::text_from_bytes;

enum Term {
    Any,
    One,
    Literal(char),
}

/// Whether a text fits a pattern as a whole.
pub(super) fn fits(text: &[u8], pattern: &[u8]) -> bool {
    let text: Vec<char> = text_from_bytes(text).chars().collect();
    let Some(terms) = read(pattern) else {
        return false;
    };
    // Greedy with one way back: to the last star, which then takes one character more.
    let (mut at, mut term) = (0, 0);
    let mut star = None;
    loop {
        let character = text.get(at);
        let step = match (terms.get(term), character) {
            (None, None) => return true,
            (Some(Term::Any), _) => {
                star = Some((term, at));
                term += 1;
                continue;
            }
            (Some(Term::One), Some(_)) => true,
            (Some(Term::Literal(wanted)), Some(character)) => wanted == character,
            (_, None) | (None, Some(_)) => false,
        };
        if step {
            at += 1;
            term += 1;
        } else if let Some((star_term, star_at)) = star
            && star_at < text.len()
        {
            star = Some((star_term, star_at + 1));
            (at, term) = (star_at + 1, star_term + 1);
        } else {
            return false;
        }
    }
}

/// `None` for a pattern that ends in an escape: it fits nothing.
fn read(pattern: &[u8]) -> Option<Vec<Term>> {
    let pattern = text_from_bytes(pattern);
    let mut characters = pattern.chars();
    let mut terms = Vec::new();
    while let Some(character) = characters.next() {
        terms.push(match character {
            '*' => Term::Any,
            '?' => Term::One,
            '\\' => Term::Literal(characters.next()?),
            _ => Term::Literal(character),
        });
    }
    Some(terms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fits;

    #[test]
    fn it_matches_stars_question_marks_and_escapes() {
        for (text, pattern, want) in [
            ("", "", true),
            ("", "*", true),
            ("", "?", false),
            ("abc", "*", true),
            ("abc", "a*", true),
            ("abc", "*c", true),
            ("abc", "a*b", false),
            ("abc", "a?c", true),
            ("ac", "a?c", false),
            ("aXbXc", "a*X*c", true),
            ("a*c", "a\\*c", true),
            ("abc", "a\\*c", false),
            ("ü", "?", true),
            ("a", "a\\", false),
            ("a@y.z", "*@y.*", true),
            ("abab", "*ab", true),
        ] {
            assert_eq!(
                fits(text.as_bytes(), pattern.as_bytes()),
                want,
                "{text} {pattern}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_text_fits_itself_with_any_part_starred(front in "[a-c]{0,4}", part in "[a-c]{0,4}", back in "[a-c]{0,4}") {
            let text = format!("{front}{part}{back}");
            prop_assert!(fits(text.as_bytes(), text.as_bytes()));
            let pattern = format!("{front}*{back}");
            prop_assert!(fits(text.as_bytes(), pattern.as_bytes()));
        }

        #[test]
        fn matching_ends_and_never_panics(text: Vec<u8>, pattern: Vec<u8>) {
            let _ = fits(&text, &pattern);
        }
    }
}
