//! nextpnr's report (`--report`): clocks, paths and use.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::fpga::report;

/// The report, as nextpnr writes it.
#[derive(Deserialize)]
struct Written {
    fmax: BTreeMap<String, Fmax>,
    critical_paths: Vec<CriticalPath>,
    utilization: BTreeMap<String, Utilization>,
}

#[derive(Deserialize)]
struct Fmax {
    achieved: f64,
    constraint: f64,
}

#[derive(Deserialize)]
struct CriticalPath {
    from: String,
    to: String,
    path: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    delay: f64,
    from: Pin,
    to: Pin,
    net: Option<String>,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Pin {
    cell: String,
    port: String,
    loc: (u32, u32),
}

#[derive(Deserialize)]
struct Utilization {
    available: u64,
    used: u64,
}

/// Clocks, paths and use.
pub struct Timing {
    pub clocks: Vec<report::Clock>,
    pub paths: Vec<report::Path>,
    pub resources: Vec<report::Resource>,
}

impl Timing {
    /// Reads the text of a report.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        let written: Written = serde_json::from_str(text)?;
        let clocks = written.fmax.into_iter().map(|(name, fmax)| report::Clock {
            name: plain(&name).into(),
            constraint_mhz: rounded(fmax.constraint),
            achieved_mhz: rounded(fmax.achieved),
        });
        let pin = |pin: Pin| report::Pin {
            cell: pin.cell,
            port: pin.port,
            place: pin.loc,
        };
        let paths = written.critical_paths.into_iter().map(|path| report::Path {
            from: event(&path.from),
            to: event(&path.to),
            segments: path
                .path
                .into_iter()
                .map(|segment| report::Segment {
                    kind: segment.kind,
                    delay_ns: rounded(segment.delay),
                    from: pin(segment.from),
                    to: pin(segment.to),
                    net: segment.net.map(|net| plain(&net).into()),
                })
                .collect(),
        });
        let resources = written.utilization.into_iter();
        Ok(Self {
            clocks: clocks.collect(),
            paths: paths.collect(),
            resources: resources
                .map(|(name, Utilization { available, used })| report::Resource {
                    name,
                    used,
                    available,
                })
                .collect(),
        })
    }
}

/// A net's name without what nextpnr adds for clock trees and pins.
pub fn plain(net: &str) -> &str {
    let net = net.strip_prefix("$glbnet$").unwrap_or(net);
    net.strip_suffix("$TRELLIS_IO_IN").unwrap_or(net)
}

/// An edge of a clock: `posedge clock`.
fn event(text: &str) -> String {
    match text.split_once(' ') {
        Some((edge, net)) => format!("{edge} {}", plain(net)),
        None => text.into(),
    }
}

/// To the picosecond and the hertz: what single precision left behind the digits that mean something.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_called_as_in_the_design() {
        assert_eq!(plain("$glbnet$clk_25mhz$TRELLIS_IO_IN"), "clk_25mhz");
        assert_eq!(plain("soc.clock"), "soc.clock");
        assert_eq!(event("posedge $glbnet$clock"), "posedge clock");
        assert_eq!(event("<async>"), "<async>");
    }
}
