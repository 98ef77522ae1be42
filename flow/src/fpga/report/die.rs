//! Pictures of the chip: the places of the blocks, and the way of a path.
//!
//! A unit of the pictures is a tile; columns go to the right and rows down, as the tools count them.

use std::collections::BTreeMap;
use std::fmt::Write;

use maud::{Markup, html};

use super::{Kind, Path, Placement};

/// Sites of a tile of logic: eight LUT4 and eight flip-flops.
const SITES: u32 = 16;
/// Steps in which the picture shows how full a tile is.
const LEVELS: u32 = 4;
/// Least size of an enlarged part, in tiles.
const WINDOW: u32 = 14;
/// Radius of a number's circle, as a part of the picture.
const RADIUS: f64 = 0.016;

/// A part of the chip: first column and row, columns and rows.
#[derive(Clone, Copy)]
struct Window {
    x: u32,
    y: u32,
    columns: u32,
    rows: u32,
}

impl Window {
    fn holds(&self, x: u32, y: u32) -> bool {
        (self.x..self.x + self.columns).contains(&x) && (self.y..self.y + self.rows).contains(&y)
    }
}

/// A place on a path, in the order in which it is passed.
pub struct Station {
    /// Column and row of its tile.
    pub place: (u32, u32),
    pub cell: String,
}

/// The cells that a path passes.
pub fn stations(path: &Path) -> Vec<Station> {
    let mut stations: Vec<Station> = Vec::new();
    for segment in &path.segments {
        for pin in [&segment.from, &segment.to] {
            if stations.last().is_none_or(|last| last.cell != pin.cell) {
                stations.push(Station {
                    place: pin.place,
                    cell: pin.cell.clone(),
                });
            }
        }
    }
    stations
}

/// The whole chip with a path.
pub fn whole(placement: &Placement, path: Option<&Path>) -> Markup {
    let window = Window {
        x: 0,
        y: 0,
        columns: placement.columns,
        rows: placement.rows,
    };
    picture(
        placement,
        path,
        window,
        "The chip: tiles in use by block, and the slowest path",
    )
}

/// The part of the chip where a path is.
pub fn enlarged(placement: &Placement, path: &Path) -> Markup {
    let places = || {
        path.segments
            .iter()
            .flat_map(|segment| [segment.from.place, segment.to.place])
    };
    let range = |all: u32, at: &dyn Fn((u32, u32)) -> u32| {
        let least = places().map(at).min().unwrap_or(0);
        let most = places().map(at).max().unwrap_or(0);
        let size = (most - least + 5).max(WINDOW).min(all);
        let first = ((least + most) / 2)
            .saturating_sub(size / 2)
            .min(all - size);
        (first, size)
    };
    let (x, columns) = range(placement.columns, &|place| place.0);
    let (y, rows) = range(placement.rows, &|place| place.1);
    let window = Window {
        x,
        y,
        columns,
        rows,
    };
    picture(placement, Some(path), window, "The slowest path, enlarged")
}

fn picture(placement: &Placement, path: Option<&Path>, window: Window, title: &str) -> Markup {
    let Window {
        x,
        y,
        columns,
        rows,
    } = window;
    let view = format!("{x} {y} {columns} {rows}");
    html! {
        svg.die viewBox=(view) role="img" aria-label=(title) {
            title { (title) }
            rect.chip x=(x) y=(y) width=(columns) height=(rows) {}
            @for ((block, level), tiles) in tiles(placement, window) {
                path class={ "b" (block) } opacity=(opacity(level)) d=(tiles) {}
            }
            path.mark d=(marks(placement, window)) {}
            @if let Some(path) = path { (way(path, window)) }
        }
    }
}

/// The tiles in use, by block and by how full they are.
fn tiles(placement: &Placement, window: Window) -> BTreeMap<(usize, u32), String> {
    let mut paths: BTreeMap<(usize, u32), String> = BTreeMap::new();
    for tile in &placement.tiles {
        if !window.holds(tile.0, tile.1) {
            continue;
        }
        let level = match tile.4 {
            Kind::Logic => (tile.3 * LEVELS).div_ceil(SITES).clamp(1, LEVELS),
            _ => LEVELS,
        };
        let path = paths.entry((tile.2, level)).or_default();
        // Writing to a string does not fail.
        let _ = write!(path, "M{}.04 {}.04h.92v.92h-.92z", tile.0, tile.1);
    }
    paths
}

fn opacity(level: u32) -> f64 {
    0.25 + 0.75 * f64::from(level) / f64::from(LEVELS)
}

/// A dot on each multiplier, a bar on each block memory.
fn marks(placement: &Placement, window: Window) -> String {
    let mut marks = String::new();
    for tile in placement
        .tiles
        .iter()
        .filter(|tile| window.holds(tile.0, tile.1))
    {
        let (x, y) = (tile.0, tile.1);
        // Writing to a string does not fail.
        let _ = match tile.4 {
            Kind::Dsp => write!(marks, "M{x}.32 {y}.32h.36v.36h-.36z"),
            Kind::Ebr => write!(marks, "M{x}.15 {y}.4h.7v.2h-.7z"),
            Kind::Logic | Kind::Other => Ok(()),
        };
    }
    marks
}

/// The way of a path, with the numbers of its cells where there is room.
fn way(path: &Path, window: Window) -> Markup {
    let size = f64::from(window.columns.max(window.rows));
    let unit = size / 127.0;
    let centre = |place: (u32, u32)| (f64::from(place.0) + 0.5, f64::from(place.1) + 0.5);
    let stations = stations(path);
    let points = stations.iter().map(|station| {
        let (x, y) = centre(station.place);
        format!("{x},{y}")
    });
    let points = points.collect::<Vec<_>>().join(" ");
    let mut numbered: Vec<(f64, f64)> = Vec::new();
    let mut free = |(x, y): (f64, f64)| {
        let near = |(a, b): &(f64, f64)| (a - x).hypot(b - y) < 2.0 * RADIUS * size;
        let free = !numbered.iter().any(near);
        if free {
            numbered.push((x, y));
        }
        free
    };
    let stations = (1..).zip(&stations).map(|(number, station)| {
        let shown = free(centre(station.place));
        (number, station, shown)
    });
    let mut stations: Vec<_> = stations.collect();
    // Numbers above dots, and the first number on top.
    stations.sort_by_key(|(number, _, shown)| (*shown, std::cmp::Reverse(*number)));
    html! {
        polyline.halo points=(points) stroke-width=(1.6 * unit) {}
        polyline.way points=(points) stroke-width=(0.6 * unit) {}
        @for (number, station, shown) in stations {
            @let (x, y) = centre(station.place);
            g.station {
                title { (number) ": " (station.cell) " (" (station.place.0) ", " (station.place.1) ")" }
                circle cx=(x) cy=(y) r=(if shown { RADIUS * size } else { 0.006 * size }) stroke-width=(0.35 * unit) {}
                @if shown {
                    text x=(x) y=(y + 0.007 * size) font-size=(0.02 * size) { (number) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fpga::report::Tile;

    #[test]
    fn a_tile_is_drawn_in_the_colour_of_its_block_and_as_full_as_it_is() {
        let placement = Placement {
            columns: 20,
            rows: 10,
            blocks: vec![String::new(), "core".into()],
            tiles: vec![
                Tile(3, 4, 1, 16, Kind::Logic),
                Tile(5, 4, 0, 1, Kind::Logic),
            ],
        };
        let window = Window {
            x: 0,
            y: 0,
            columns: 20,
            rows: 10,
        };
        let tiles = tiles(&placement, window);
        assert_eq!(tiles.len(), 2);
        assert!(tiles[&(1, LEVELS)].starts_with("M3.04 4.04"));
        assert!(tiles[&(0, 1)].starts_with("M5.04 4.04"));
        assert!(
            whole(&placement, None)
                .into_string()
                .contains("viewBox=\"0 0 20 10\"")
        );
    }
}
