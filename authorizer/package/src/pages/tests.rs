use proptest::prelude::*;

use super::*;

fn body(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

/// Pages after eight bytes of something else, with one bit flipped.
fn pages(body: &[u8], flipped: Option<usize>) -> Pages {
    let Checksums { checksums, roots } = Checksums::of(body);
    let mut bytes = [&[7; 8], &*checksums, body].concat();
    if let Some(at) = flipped {
        bytes[8 + at] ^= 1;
    }
    Pages::new(Arc::new(bytes), 8, body.len(), roots)
}

proptest! {
    #[test]
    fn a_range_is_read_from_one_page_and_across_several(
        length in prop::sample::select(vec![0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 5]),
        from in 0..4 * PAGE,
        count in 0..3 * PAGE,
    ) {
        let body = body(length);
        let pages = pages(&body, None);
        let range = from..from + count;
        match body.get(range.clone()) {
            // An empty range after the last page has no page to read.
            Some([]) => {}
            Some(expected) => {
                prop_assert_eq!(&*pages.get(range.clone()).unwrap(), expected);
                prop_assert_eq!(pages.copy(range).unwrap(), expected);
            }
            None => {
                prop_assert!(pages.get(range.clone()).is_err());
                prop_assert!(pages.copy(range).is_err());
            }
        }
    }
}

#[test]
fn a_changed_byte_damages_the_pages_that_depend_on_it_and_no_others() {
    // More pages than one page of checksums covers.
    let body = body((PAGE / CHECKSUM + 2) * PAGE);
    let is_damaged = |pages: &Pages, page: usize| {
        let range = page * PAGE..page * PAGE + 3;
        let copied = pages.copy(range.clone());
        let found = pages.get(range);
        assert_eq!(found.is_err(), copied.is_err());
        matches!(found, Err(PackedError::Damaged))
    };
    let (checksums, _) = Checksums::lengths(body.len());
    let last = PAGE / CHECKSUM + 1;
    for (flipped, damaged) in [
        (None, [false, false, false]),
        (Some(checksums + PAGE), [false, true, false]),
        (Some(CHECKSUM), [true, true, false]),
        (Some(PAGE), [false, false, true]),
    ] {
        let pages = pages(&body, flipped);
        assert_eq!(
            [0, 1, last].map(|page| is_damaged(&pages, page)),
            damaged,
            "{flipped:?}"
        );
    }
}
