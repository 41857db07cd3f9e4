//! Horizontal bars on a logarithmic scale, as SVG.

use std::fmt::Write;

/// A picture of some bars.
pub(crate) struct Plot {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) bars: Vec<Bar>,
}

/// One bar. Its colour tells ours from the others.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    /// The text at its end.
    pub(crate) note: String,
    pub(crate) whose: Whose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Ours,
    Base,
    Theirs,
}

const WIDTH: usize = 908;
/// The additional width for long labels.
const MARGIN: usize = 48;
const LEFT: usize = 300;
const LENGTH: f64 = 400.0;
const TOP: usize = 64;
const STEP: usize = 24;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#7d8590}\
.title{font-size:15px;font-weight:600}.grid{stroke:#7d8590;stroke-opacity:.25}\
.base{fill:#7d8590}.theirs{fill:#d9822b}.ours{fill:#2f8fe0}";

impl Plot {
    pub(crate) fn draw(&self) -> String {
        let (first, last) = self.decades();
        let x = |value: f64| {
            let share = (value.log10() - f64::from(first)) / f64::from(last - first);
            LEFT as f64 + LENGTH * share.clamp(0.0, 1.0)
        };
        let bottom = TOP + STEP * self.bars.len();
        let height = bottom + 28;
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="-{MARGIN} 0 {WIDTH} {height}" role="img">
<title>{title}</title>
<style>{STYLE}</style>
<text class="title" x="16" y="24">{title}</text>
<text x="16" y="44">{}</text>
"#,
            escape(&self.subtitle),
            title = escape(&self.title),
        );
        for decade in first..=last {
            let (at, mark) = (x(10_f64.powi(decade)), mark(decade));
            let _ = writeln!(
                svg,
                r#"<line class="grid" x1="{at:.0}" x2="{at:.0}" y1="{TOP}" y2="{bottom}"/>
<text text-anchor="middle" x="{at:.0}" y="{}">{mark}</text>"#,
                bottom + 18
            );
        }
        for (index, bar) in self.bars.iter().enumerate() {
            bar.draw(&mut svg, TOP + STEP * index, x(bar.value));
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// The powers of ten around all values.
    fn decades(&self) -> (i32, i32) {
        let logs = || self.bars.iter().map(|bar| bar.value.max(1e-9).log10());
        let least = logs().fold(f64::INFINITY, f64::min).floor() as i32;
        let most = logs().fold(f64::NEG_INFINITY, f64::max).ceil() as i32;
        (least, most.max(least + 1))
    }
}

impl Bar {
    fn draw(&self, svg: &mut String, top: usize, end: f64) {
        let class = match self.whose {
            Whose::Ours => "ours",
            Whose::Base => "base",
            Whose::Theirs => "theirs",
        };
        // A bar without length would be invisible.
        let width = (end - LEFT as f64).max(2.0);
        let _ = writeln!(
            svg,
            r#"<text text-anchor="end" x="{}" y="{base}">{}</text>
<rect class="{class}" x="{LEFT}" y="{}" width="{width:.0}" height="14"/>
<text x="{:.0}" y="{base}">{}</text>"#,
            LEFT - 8,
            escape(&self.label),
            top + 4,
            LEFT as f64 + width + 8.0,
            escape(&self.note),
            base = top + 16,
        );
    }
}

fn mark(decade: i32) -> String {
    match decade {
        0.. => format!("{}", 10_u64.pow(decade.unsigned_abs())),
        _ => format!("{:.*}", decade.unsigned_abs() as usize, 10_f64.powi(decade)),
    }
}

/// Removes backquotes, which are for Markdown.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('`', "")
}
