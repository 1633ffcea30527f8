//! Unicode's categories, scripts and properties, by their names in Go's `unicode` package.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex_syntax::hir::{Class, HirKind};

/// A named table of characters; parsed when it is first used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    kind: Kind,
    name: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Category,
    Script,
    Property,
}

/// Decimal digits.
pub(crate) const DIGIT: Table = Table {
    kind: Kind::Category,
    name: "Nd",
};

type Ranges = &'static [(char, char)];

impl Table {
    /// Looks up a table as Go does: names are case-sensitive, and there are no aliases.
    pub(crate) fn named(name: &str) -> Option<(&'static str, Self)> {
        let lists = [
            (Kind::Property, PROPERTIES),
            (Kind::Category, CATEGORIES),
            (Kind::Script, SCRIPTS),
        ];
        lists.into_iter().find_map(|(kind, list)| {
            let name = list.split_ascii_whitespace().find(|known| *known == name)?;
            Some((name, Self { kind, name }))
        })
    }

    /// False for the few properties that Go has and `regex-syntax` lacks.
    pub(crate) fn is_known(self) -> bool {
        self.ranges().is_some()
    }

    pub(crate) fn contains(self, c: char) -> bool {
        self.ranges().is_some_and(|ranges| within(ranges, c))
    }

    fn ranges(self) -> Option<Ranges> {
        static TABLES: OnceLock<Mutex<HashMap<&'static str, Option<Ranges>>>> = OnceLock::new();
        let tables = TABLES.get_or_init(Mutex::default);
        let mut tables = tables.lock().unwrap_or_else(PoisonError::into_inner);
        *tables
            .entry(self.name)
            .or_insert_with(|| parse(&self.expression()))
    }

    fn expression(self) -> String {
        match self.kind {
            Kind::Category => format!(r"\p{{gc={}}}", self.name),
            Kind::Script => format!(r"\p{{sc={}}}", self.name),
            Kind::Property => format!(r"\p{{{}}}", self.name),
        }
    }
}

/// Letters, non-spacing marks, decimal digits, connector punctuation and the two joiners.
pub(crate) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    static WORD: OnceLock<Ranges> = OnceLock::new();
    within(
        WORD.get_or_init(|| {
            parse(r"[\p{L}\p{Mn}\p{Nd}\p{Pc}\x{200C}\x{200D}]").unwrap_or_default()
        }),
        c,
    )
}

fn within(ranges: &[(char, char)], c: char) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= c);
    after
        .checked_sub(1)
        .and_then(|index| ranges.get(index))
        .is_some_and(|(_, last)| c <= *last)
}

/// Parses the ranges of a class. They are kept until the program ends, one copy for each name.
fn parse(expression: &str) -> Option<Ranges> {
    let parsed = regex_syntax::parse(expression).ok()?;
    match parsed.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<_> = class
                .ranges()
                .iter()
                .map(|range| (range.start(), range.end()))
                .collect();
            Some(Vec::leak(ranges))
        }
        _ => None,
    }
}

const CATEGORIES: &str = "C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs";

const SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali \
    Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian \
    Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret \
    Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian \
    Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo \
    Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian \
    Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi \
    Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic \
    Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive \
    Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari \
    New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic \
    Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya \
    Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic \
    Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo \
    Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut \
    Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi \
    Zanabazar_Square";

const PROPERTIES: &str = "\
    ASCII_Hex_Digit Bidi_Control Dash Deprecated Diacritic Extender Hex_Digit Hyphen IDS_Binary_Operator \
    IDS_Trinary_Operator Ideographic Join_Control Logical_Order_Exception Noncharacter_Code_Point \
    Other_Alphabetic Other_Default_Ignorable_Code_Point Other_Grapheme_Extend Other_ID_Continue \
    Other_ID_Start Other_Lowercase Other_Math Other_Uppercase Pattern_Syntax Pattern_White_Space \
    Prepended_Concatenation_Mark Quotation_Mark Radical Regional_Indicator STerm Sentence_Terminal \
    Soft_Dotted Terminal_Punctuation Unified_Ideograph Variation_Selector White_Space";
