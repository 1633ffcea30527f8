//! The text of a variable as Go's `cast` and `encoding/csv` read it.

/// A whole number: `8080`, `0x1F90`, `8080.0`; leading zeros count for nothing.
pub(super) fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with(['+', '-']) => i64::from_str_radix(digits, 16).ok(),
        _ => text.parse().ok(),
    }
}

/// One record of comma separated values (RFC 4180); `None` where a quote stands in the wrong place.
pub(super) fn comma_separated(text: &str) -> Option<Vec<String>> {
    let mut items = Vec::new();
    let mut rest = text;
    loop {
        let behind = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (item, behind) = quoted_item(quoted)?;
                items.push(item);
                behind
            }
            None => {
                let end = rest.find([',', '\r', '\n']).unwrap_or(rest.len());
                let (item, behind) = rest.split_at(end);
                if item.contains('"') {
                    return None;
                }
                items.push(item.to_owned());
                behind
            }
        };
        match behind.strip_prefix(',') {
            Some(more) => rest = more,
            None if behind.is_empty() || behind.starts_with(['\r', '\n']) => return Some(items),
            None => return None,
        }
    }
}

/// What stands before the closing quote, with `""` as one quote, and what follows it.
fn quoted_item(text: &str) -> Option<(String, &str)> {
    let mut item = String::new();
    let mut rest = text;
    loop {
        let (before, behind) = rest.split_once('"')?;
        item.push_str(before);
        match behind.strip_prefix('"') {
            Some(behind) => {
                item.push('"');
                rest = behind;
            }
            None => return Some((item, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_quoted_items_between_commas() {
        for (text, items) in [
            (r#"a,"b,c","d ""e""",f"#, vec!["a", "b,c", r#"d "e""#, "f"]),
            ("a,", vec!["a", ""]),
            ("a, b", vec!["a", " b"]),
            ("a\nb", vec!["a"]),
            ("\"a\nb\",c", vec!["a\nb", "c"]),
            ("", vec![""]),
        ] {
            let items = items.into_iter().map(str::to_owned).collect();
            assert_eq!(comma_separated(text), Some(items), "{text}");
        }
    }

    #[test]
    fn a_quote_in_the_wrong_place_is_a_mistake() {
        for text in [r#"a"b,c"#, r#""a"b"#, r#""a"#, r#"a,"b"#] {
            assert_eq!(comma_separated(text), None, "{text}");
        }
    }

    #[test]
    fn it_reads_whole_numbers_however_they_are_written() {
        for (text, number) in [
            ("8080", Some(8080)),
            (" 8080 ", Some(8080)),
            ("0x1F90", Some(8080)),
            ("8080.0", Some(8080)),
            ("008", Some(8)),
            ("-1", Some(-1)),
            ("8080.5", None),
            ("0x-1", None),
            ("", None),
            ("eight", None),
        ] {
            assert_eq!(whole_number(text), number, "{text}");
        }
    }
}
