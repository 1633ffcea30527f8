//! The nearest of several words to a mistyped one.

use strsim::damerau_levenshtein;

/// The word that was probably meant, or `None` where none is near.
#[must_use]
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = typed.to_lowercase();
    let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '.'], "_");
    let plain_typed = plain(&lower);
    let limit = (typed.chars().count() / 3).max(1);
    let is_cut_off = |word: &str| plain_typed.len() >= 3 && plain(word).starts_with(&plain_typed);
    words
        .into_iter()
        .map(|word| (damerau_levenshtein(&plain_typed, &plain(word)), word))
        .filter(|(distance, word)| *distance <= limit || is_cut_off(word))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `did you mean `x`?`, or the list of what there is where it is short enough to help.
#[must_use]
pub fn did_you_mean(typed: &str, words: &[&str]) -> Option<String> {
    if let Some(word) = nearest(typed, words.iter().copied()) {
        return Some(format!("did you mean `{word}`?"));
    }
    match words {
        [] => None,
        [only] => Some(format!("only `{only}` may stand here")),
        _ if words.len() <= 12 => {
            let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            Some(format!("use one of {}", quoted.join(", ")))
        }
        _ => None,
    }
}
