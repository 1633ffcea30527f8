//! A picture of the figures: warm and cold against the number of rules.

use std::fmt::Write as _;

use crate::{figures::Figures, report::Report};

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 260.0;
const MARGIN: f64 = 60.0;
const COLOURS: [&str; 8] = [
    "#1b6ca8", "#d1495b", "#2e933c", "#edae49", "#6a4c93", "#00798c", "#8d5524", "#333333",
];

/// Two charts beside each other, on logarithmic axes, with the floor as a dashed line.
pub(crate) fn svg(report: &Report) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"11\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        2.0 * (WIDTH + MARGIN) + 40.0,
        HEIGHT + 2.0 * MARGIN + 120.0,
    );
    chart(&mut out, report, 0.0, "init, ms", |figures| figures.init_ms);
    chart(
        &mut out,
        report,
        WIDTH + MARGIN,
        "warm p50, µs",
        |figures| figures.warm_p50_us,
    );
    out.push_str("</svg>\n");
    out
}

fn chart(out: &mut String, report: &Report, left: f64, title: &str, value: fn(&Figures) -> f64) {
    let floors = report.floors();
    let values = || {
        let rows = report.rows.iter().map(|row| value(&row.figures));
        rows.chain(floors.iter().map(|(_, figures)| value(figures)))
            .filter(|value| *value > 0.0)
    };
    let low = values().fold(f64::INFINITY, f64::min) / 1.5;
    let high = values().fold(1.0, f64::max) * 1.5;
    let counts = || {
        report
            .rows
            .iter()
            .map(|row| row.rules as f64)
            .filter(|count| *count > 0.0)
    };
    let few = counts().fold(f64::INFINITY, f64::min);
    let many = counts().fold(few + 1.0, f64::max);
    let x = |count: f64| left + MARGIN + WIDTH * 0.85 * (count / few).ln() / (many / few).ln();
    let y = |value: f64| MARGIN + HEIGHT * (1.0 - (value / low).ln() / (high / low).ln());
    // Writing into a String cannot fail.
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"30\" font-size=\"14\">{title}</text>",
        left + MARGIN
    );
    for (name, floor) in &floors {
        let at = y(value(floor));
        let _ = writeln!(
            out,
            "<line x1=\"{}\" x2=\"{}\" y1=\"{at}\" y2=\"{at}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"#666\">{} {:.1}</text>",
            left + MARGIN,
            left + MARGIN + WIDTH * 0.85,
            left + MARGIN + 4.0,
            at - 3.0,
            name,
            value(floor),
        );
    }
    let mut lines: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    for row in &report.rows {
        let name = format!("{}: {}", row.subject, row.mix);
        let point = (row.rules as f64, value(&row.figures));
        match lines.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => lines.push((name, vec![point])),
        }
    }
    for (index, (name, points)) in lines.iter().enumerate() {
        let colour = COLOURS
            .get(index % COLOURS.len())
            .copied()
            .unwrap_or("#000");
        let path: Vec<_> = points
            .iter()
            .map(|(count, value)| format!("{:.1},{:.1}", x(*count), y(*value)))
            .collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (count, value) in points {
            let _ = writeln!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x(*count),
                y(*value)
            );
        }
        let below = MARGIN + HEIGHT + 40.0 + 14.0 * index as f64;
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{below}\" fill=\"{colour}\">{name}</text>",
            left + MARGIN
        );
    }
    let mut shown: Vec<f64> = counts().collect();
    shown.sort_by(f64::total_cmp);
    shown.dedup();
    for count in shown {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{count}</text>",
            x(count),
            MARGIN + HEIGHT + 16.0
        );
    }
}
