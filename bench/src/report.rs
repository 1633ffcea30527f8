//! The figures side by side.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{event::Mix, figures::Figures};

/// Every row of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
}

/// One subject under one kind of event, with the floor that was measured beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) subject: String,
    pub(crate) rules: usize,
    pub(crate) mix: String,
    pub(crate) figures: Figures,
    /// What the floor does for each event.
    pub(crate) floor_is: String,
    pub(crate) floor: Figures,
}

impl Row {
    pub(crate) fn new(
        subject: &str,
        rules: usize,
        mix: Mix,
        floor_is: &str,
        [figures, floor]: [Figures; 2],
    ) -> Self {
        Self {
            subject: subject.to_owned(),
            rules,
            mix: mix.to_string(),
            figures,
            floor_is: floor_is.to_owned(),
            floor,
        }
    }

    /// Ratios to the floor, by name.
    fn ratios(&self) -> [(&'static str, f64); 3] {
        let (own, floor) = (&self.figures, &self.floor);
        [
            ("init", own.init_ms / floor.init_ms),
            (
                "init and first",
                (own.init_ms + own.first_ms) / (floor.init_ms + floor.first_ms),
            ),
            ("warm p50", own.warm_p50_us / floor.warm_p50_us),
        ]
    }
}

impl Report {
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The floors, each the median of all that were measured.
    pub(crate) fn floors(&self) -> Vec<(&str, Figures)> {
        let mut kinds: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !kinds.contains(&row.floor_is.as_str()) {
                kinds.push(&row.floor_is);
            }
        }
        let of_kind = |kind: &&str| {
            let rows = self.rows.iter().filter(|row| row.floor_is == **kind);
            let all: Vec<Figures> = rows.map(|row| row.floor.clone()).collect();
            Figures::median(&all)
        };
        kinds.iter().map(|kind| (*kind, of_kind(kind))).collect()
    }

    /// A Markdown table, each time with its ratio to the floor beside it.
    pub(crate) fn table(&self) -> String {
        let mut out = String::from(
            "| | rules | event | init ms | first ms | init + first | warm p50 µs | warm p99 µs | CPU µs | peak MB | binary MB |\n\
             |---|---|---|---|---|---|---|---|---|---|---|\n",
        );
        for (kind, floor) in self.floors() {
            line(&mut out, [kind, "–", "–"], &floor, None);
        }
        for row in &self.rows {
            let names = [&row.subject, &row.rules.to_string(), &row.mix];
            line(
                &mut out,
                names.map(String::as_str),
                &row.figures,
                Some(&row.floor),
            );
        }
        out
    }

    /// Where a ratio to the floor has grown by more than `margin` since `earlier`.
    pub(crate) fn worse_than(&self, earlier: &Self, margin: f64) -> Vec<String> {
        let mut worse = Vec::new();
        for row in &self.rows {
            let before = earlier.rows.iter().find(|other| {
                (&other.subject, other.rules, &other.mix) == (&row.subject, row.rules, &row.mix)
            });
            let Some(before) = before else { continue };
            for ((name, now), (_, then)) in row.ratios().into_iter().zip(before.ratios()) {
                if now > then * (1.0 + margin) {
                    worse.push(format!(
                        "{}, {} rules, {}: {name} was {then:.2} × the floor and is {now:.2} ×",
                        row.subject, row.rules, row.mix
                    ));
                }
            }
        }
        worse
    }
}

fn line(out: &mut String, names: [&str; 3], own: &Figures, floor: Option<&Figures>) {
    let beside = |value: fn(&Figures) -> f64, digits: usize| {
        let own = value(own);
        match floor.map(value).filter(|floor| *floor > 0.0) {
            Some(floor) => format!("{own:.digits$} ({:.2} ×)", own / floor),
            None => format!("{own:.digits$}"),
        }
    };
    let wrong = match own.wrong_firsts_percent {
        0.0 => String::new(),
        percent => format!(", {percent:.0} % wrong"),
    };
    // Writing into a String cannot fail.
    let _ = writeln!(
        out,
        "| {} | {:.2}{wrong} | {} | {} | {:.0} | {:.0} | {:.1} | {:.1} |",
        [names.join(" | "), beside(|figures| figures.init_ms, 2)].join(" | "),
        own.first_ms,
        beside(|figures| figures.init_ms + figures.first_ms, 2),
        beside(|figures| figures.warm_p50_us, 0),
        own.warm_p99_us,
        own.cpu_us,
        own.peak_mb,
        own.binary_mb,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(init_ms: f64, warm_p50_us: f64) -> Report {
        let figures = |init_ms, warm_p50_us| Figures {
            init_ms,
            first_ms: 1.0,
            warm_p50_us,
            ..Figures::default()
        };
        let both = [figures(init_ms, warm_p50_us), figures(1.0, 50.0)];
        Report {
            rows: vec![Row::new("oathgate", 10, Mix::Open, "floor", both)],
        }
    }

    #[test]
    fn a_ratio_that_grew_by_more_than_the_margin_is_worse() {
        let earlier = report(2.0, 60.0);
        assert!(report(2.4, 70.0).worse_than(&earlier, 0.25).is_empty());
        let worse = report(2.0, 80.0).worse_than(&earlier, 0.25);
        assert_eq!(
            worse,
            ["oathgate, 10 rules, open route: warm p50 was 1.20 × the floor and is 1.60 ×"]
        );
        assert_eq!(report(4.0, 60.0).worse_than(&earlier, 0.25).len(), 2);
    }
}
