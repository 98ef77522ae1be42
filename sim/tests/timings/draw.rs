//! Signals over time as an SVG, with their WaveJSON as its description.

use std::fmt::Write;

/// What a signal was in each cycle.
pub struct Signal {
    /// Its name.
    pub name: String,
    /// Whether it has one bit.
    pub bit: bool,
    /// Its values; `None` where cycles are left out.
    pub values: Vec<Option<u64>>,
}

/// Pixels of a cycle, of a row, and of what stands before the first cycle.
const CYCLE: usize = 22;
const ROW: usize = 24;
const LEFT: usize = 150;

/// The SVG of signals, whose cycles are numbered above.
pub fn svg(title: &str, numbers: &[Option<u64>], signals: &[Signal]) -> String {
    let (width, height) = (
        LEFT + CYCLE * numbers.len() + 10,
        ROW * (signals.len() + 1) + 12,
    );
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"monospace\" font-size=\"11\">\n<title>{title}</title>\n\
         <desc>{}</desc>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <g stroke=\"#ddd\">\n",
        wave_json(signals)
    );
    for (i, number) in numbers.iter().enumerate() {
        let x = LEFT + CYCLE * i;
        let _ = writeln!(text, "<path d=\"M{x} {ROW}V{height}\"/>");
        let label = match number {
            Some(number) if i % 4 == 0 || numbers[i - 1].is_none() => number.to_string(),
            None => "…".into(),
            Some(_) => continue,
        };
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"14\" fill=\"#888\" stroke=\"none\">{label}</text>",
            x + 3
        );
    }
    text += "</g>\n<g stroke=\"#036\" fill=\"none\">\n";
    for (row, signal) in signals.iter().enumerate() {
        let top = ROW * (row + 1) + 5;
        let name = &signal.name;
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#000\" stroke=\"none\">{name}</text>",
            LEFT - 8,
            top + 12
        );
        match signal.bit {
            true => bit(&signal.values, top, &mut text),
            false => number(&signal.values, top, &mut text),
        }
    }
    text + "</g>\n</svg>\n"
}

fn bit(values: &[Option<u64>], top: usize, text: &mut String) {
    let mut path = String::new();
    for (i, value) in values.iter().enumerate() {
        let Some(value) = value else {
            continue;
        };
        let y = if *value == 1 { top } else { top + 14 };
        let step = if i > 0 && values[i - 1].is_some() {
            'L'
        } else {
            'M'
        };
        let _ = write!(
            path,
            "{step}{} {y}H{}",
            LEFT + CYCLE * i,
            LEFT + CYCLE * (i + 1)
        );
    }
    let _ = writeln!(text, "<path d=\"{path}\"/>");
}

fn number(values: &[Option<u64>], top: usize, text: &mut String) {
    let mut start = 0;
    while start < values.len() {
        let same = values[start..]
            .iter()
            .take_while(|value| **value == values[start])
            .count();
        if let Some(value) = values[start] {
            let (left, right) = (LEFT + CYCLE * start, LEFT + CYCLE * (start + same));
            let _ = writeln!(
                text,
                "<path d=\"M{left} {middle}l3 -7H{end}l3 7l-3 7H{begin}z\"/>",
                middle = top + 7,
                end = right - 3,
                begin = left + 3
            );
            let label = format!("{value:x}");
            if 7 * label.len() + 6 <= right - left {
                let (x, y) = (left + 5, top + 11);
                let _ = writeln!(
                    text,
                    "<text x=\"{x}\" y=\"{y}\" fill=\"#036\" stroke=\"none\">{label}</text>"
                );
            }
        }
        start += same;
    }
}

/// The signals as WaveDrom reads them.
fn wave_json(signals: &[Signal]) -> String {
    let rows = signals.iter().map(|signal| {
        let mut before = None;
        let mut data = Vec::new();
        let wave = signal.values.iter().map(|value| {
            let letter = match value {
                None => '|',
                _ if *value == before => '.',
                Some(value) if signal.bit => ['0', '1'][*value as usize & 1],
                Some(value) => {
                    data.push(format!("'{value:x}'"));
                    '='
                }
            };
            before = *value;
            letter
        });
        let wave: String = wave.collect();
        let data = match data.as_slice() {
            [] => String::new(),
            data => format!(", data: [{}]", data.join(", ")),
        };
        format!("{{name: '{}', wave: '{wave}'{data}}}", signal.name)
    });
    format!("{{signal: [{}]}}", rows.collect::<Vec<_>>().join(", "))
}
