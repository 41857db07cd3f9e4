//! Draws the ordinary day as SVG.

use crate::figures::{Figures, PerSecond};
use crate::study::{MINUTE, Study};
use std::fmt::Write;
use std::time::Duration;

const WIDTH: usize = 860;
const LEFT: usize = 56;
const PLOT: usize = 780;
const PANEL: usize = 150;
/// The y coordinate of each panel's top.
const TOPS: [usize; 2] = [84, 292];
const HEIGHT: usize = 486;
/// The number of columns of a panel.
const COLUMNS: usize = 780;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#7d8590}\
.title{font-size:15px;font-weight:600}.panel{font-size:13px;font-weight:600}\
.grid{stroke:#7d8590;stroke-opacity:.25}.limit{stroke:#7d8590;stroke-dasharray:4 4}\
.naive{fill:#d9822b}.ours{fill:#2f8fe0}";

/// Draws token requests per second over the day, with the naive rule above and the cache below, on
/// one scale.
pub(crate) fn draw(study: &Study) -> String {
    let (scenario, ours) = &study.ours.ordinary;
    let naive = &study.naive.ordinary.1;
    let later = |figures: &Figures| figures.requests.since(MINUTE).peak().1;
    let most = later(ours).max(later(naive)).max(scenario.rate as u32);
    let scale = Scale { most: most.next_multiple_of(20) + 20, length: scenario.length };
    let title = format!("Token requests per second: {} clients started together", scenario.caches);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">
<title>{title}</title>
<style>{STYLE}</style>
<text class="title" x="{LEFT}" y="24">{title}</text>
<text x="{LEFT}" y="44">One virtual day at a server that takes {} a second; tokens live an hour. Each column shows its busiest second.</text>
"#,
        scenario.rate
    );
    let panels = [
        ("naive", "Naive: renew 30 s before expiry, retry each second", naive),
        ("ours", "jeel-auth: renew at random, up to 5 min earlier", ours),
    ];
    for (top, (class, name, figures)) in TOPS.into_iter().zip(panels) {
        scale.frame(&mut svg, top, scenario.rate as u32);
        scale.columns(&mut svg, top, class, &figures.requests);
        scale.labels(&mut svg, top, class, name, figures);
    }
    put(&mut svg, "", "middle", (LEFT + PLOT / 2, HEIGHT - 6), "hours since the start");
    svg.push_str("</svg>\n");
    svg
}

struct Scale {
    /// The number of requests at the top of a panel.
    most: u32,
    length: Duration,
}

impl Scale {
    /// The height of a number of requests.
    fn height(&self, count: u32) -> usize {
        (count.min(self.most) as usize * PANEL).div_ceil(self.most as usize)
    }

    fn x(&self, second: usize) -> usize {
        LEFT + second * PLOT / self.length.as_secs() as usize
    }

    /// The axes with their labels, and the server's limit.
    fn frame(&self, svg: &mut String, top: usize, rate: u32) {
        let (right, bottom) = (LEFT + PLOT, top + PANEL);
        let mut line = |class, y| {
            let ends = format!(r#"x1="{LEFT}" x2="{right}" y1="{y}" y2="{y}""#);
            let _ = writeln!(svg, r#"<line class="{class}" {ends}/>"#);
        };
        let marks: Vec<_> = (0..=self.most).step_by(20).collect();
        marks.iter().for_each(|count| line("grid", bottom - self.height(*count)));
        line("limit", bottom - self.height(rate));
        for count in marks {
            let at = (LEFT - 8, bottom - self.height(count) + 4);
            put(svg, "", "end", at, &count.to_string());
        }
        let limit = (right, bottom - self.height(rate) - 4);
        put(svg, "", "end", limit, &format!("the server's limit, {rate}"));
        let hours = self.length.as_secs() as usize / 3600;
        for hour in (0..=hours).step_by((hours / 8).max(1)) {
            put(svg, "", "middle", (self.x(hour * 3600), bottom + 18), &hour.to_string());
        }
        let y = top + PANEL / 2;
        let turned = format!(r#"transform="translate(16 {y}) rotate(-90)" text-anchor="middle""#);
        let _ = writeln!(svg, "<text {turned}>requests per second</text>");
    }

    /// A column for the busiest second of each part of the day.
    fn columns(&self, svg: &mut String, top: usize, class: &str, requests: &PerSecond) {
        let _ = write!(svg, r#"<path class="{class}" d=""#);
        let width = self.length / COLUMNS as u32;
        for column in 0..COLUMNS {
            let start = width * column as u32;
            let most = requests.within(start..start + width).iter().max().copied().unwrap_or(0);
            if most > 0 {
                let (x, height) = (LEFT + column * PLOT / COLUMNS, self.height(most));
                let _ = write!(svg, "M{x} {}v-{height}h1v{height}z", top + PANEL);
            }
        }
        svg.push_str("\"/>\n");
    }

    /// The panel's name, its busiest second, and the count at the start, which exceeds the scale.
    fn labels(&self, svg: &mut String, top: usize, class: &str, name: &str, figures: &Figures) {
        put(svg, &format!("panel {class}"), "start", (LEFT, top - 12), name);
        let start = figures.requests.peak().1;
        let note = format!("the start: {start}, off the scale");
        put(svg, "", "start", (LEFT + 8, top + 13), &note);
        let later = figures.requests.since(MINUTE);
        let (second, most) = later.peak();
        let refused = figures.too_many.since(MINUTE).total();
        let second = second + MINUTE.as_secs() as usize;
        let (hours, minutes) = (second / 3600, second / 60 % 60);
        let peak = format!(
            "after the first minute: peak {most} at {hours}:{minutes:02}, {refused} answered 429"
        );
        put(svg, class, "end", (LEFT + PLOT, top - 12), &peak);
        let (x, y) = (self.x(second), top + PANEL - self.height(most));
        let _ = writeln!(svg, r#"<circle class="{class}" cx="{x}" cy="{y}" r="3.5"/>"#);
    }
}

fn put(svg: &mut String, class: &str, anchor: &str, (x, y): (usize, usize), text: &str) {
    let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
    let _ = writeln!(svg, r#"<text{class} text-anchor="{anchor}" x="{x}" y="{y}">{text}</text>"#);
}
