//! Paths are cleaned as recorded from Go.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use std::path::Path;

use oathgate_router::clean_path;

#[test]
fn paths_are_cleaned_as_go_does() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/paths.json");
    let recorded = std::fs::read_to_string(file).unwrap();
    let paths: Vec<(String, String)> = serde_json::from_str(&recorded).unwrap();
    assert!(paths.len() > 100);
    for (path, cleaned) in paths {
        assert_eq!(clean_path(&path), cleaned, "of {path:?}");
        assert_eq!(clean_path(&cleaned), cleaned, "cleaned twice: {path:?}");
    }
}
