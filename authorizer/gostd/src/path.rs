//! Go's [`path`](https://pkg.go.dev/path): paths with slashes.

use std::borrow::Cow;

/// Cleans a slash-separated path exactly as Go's [`path.Clean`](https://pkg.go.dev/path#Clean):
/// repeated slashes become one, `.` elements go, `..` takes the element before it away (or is
/// dropped at the root), a trailing slash goes, and the empty path becomes `.`.
#[must_use]
pub fn clean_path(path: &str) -> Cow<'_, str> {
    if is_clean(path) {
        return Cow::Borrowed(path);
    }
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for element in path.split('/') {
        match element {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if rooted => {}
            other => kept.push(other),
        }
    }
    let joined = kept.join("/");
    Cow::Owned(match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    })
}

/// True where a rooted path needs no change: the usual case, found without allocating.
fn is_clean(path: &str) -> bool {
    if path == "/" {
        return true;
    }
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    rest.split('/')
        .all(|element| !matches!(element, "" | "." | ".."))
}
