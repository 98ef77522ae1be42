//! Sources of models of core, chip and memory controller: Verilog, harness, and the faults that a core
//! can suffer.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tensority_boards::Board;
use tensority_hdl::board::BoardDesign;
use tensority_hdl::core::counters::COUNTERS;
use tensority_hdl::emit::{Design, EmitError, FINGERPRINT};
use tensority_hdl::geometry::Geometry;
use tensority_hdl::memory::{Sdram, Timing};
use tensority_hdl::soc::Settings;
use tensority_protocol::tape::MEMORY_BYTES;
use verilator::{ModelSource, SourceFile};

use super::{functional_array, library};
use crate::error::Error;
use crate::stage;

/// The module that the functional array takes the place of.
const ARRAY: &str = "array";

/// Which array a model contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ArrayKind {
    /// The array that is built into hardware, gate for gate.
    #[default]
    Rtl,
    /// C++ code with the same ports and cycles, for long runs.
    Functional,
}

/// A core, and how it is simulated.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Variant {
    pub geometry: Geometry,
    pub array: ArrayKind,
    /// Whether it can write waveforms; costs speed.
    pub trace: bool,
}

/// The source of a core's model. Emitted Verilog is kept in the folder `cache`.
///
/// # Errors
/// If RustHDL refuses the design, a file cannot be written, or a functional array is to infer.
pub fn source(variant: &Variant, cache: &Path) -> Result<ModelSource, Error> {
    let geometry = &variant.geometry;
    if geometry.infer() && variant.array == ArrayKind::Functional {
        return Err(Error::FunctionalInfer);
    }
    let name = format!("core_{geometry}");
    let design = kept_design(&name, "core", cache, || Design::core(geometry))?;
    let mut source = model_source(name, &design, variant);
    source
        .cpp
        .push(file("core.cpp", include_str!("../../cpp/core.cpp")));
    Ok(source)
}

/// The source of a whole chip's model.
///
/// # Errors
/// As for [`source`], or if the controller's package is not installed.
pub fn board_source(
    variant: &Variant,
    settings: &Settings,
    cache: &Path,
) -> Result<ModelSource, Error> {
    let geometry = &variant.geometry;
    let name = format!("soc_{geometry}_{}", settings.divisor());
    let design = kept_design(&name, "soc", cache, || Design::soc(geometry, settings))?;
    let mut source = model_source(name, &design, variant);
    source.verilog.push(file("picorv32.v", &picorv32()?));
    source
        .cpp
        .extend(board_harness(include_str!("../../cpp/soc.h")));
    source.public.extend(filled(&design, "soc"));
    Ok(source)
}

/// The source of the model of a board's top, as it is flashed.
///
/// # Errors
/// As for [`board_source`].
pub fn top_source(
    variant: &Variant,
    board: &Board,
    clock: u32,
    design: &BoardDesign,
) -> Result<ModelSource, Error> {
    let name = format!("{}_{}_{}", board.name, variant.geometry, clock / 1000);
    let mut source = model_source(name, &design.chip, variant);
    source.top = "bench".into();
    source.verilog.extend([
        file("picorv32.v", &picorv32()?),
        file("top.v", &design.top),
        file("bench.v", include_str!("../../verilog/bench.v")),
        file("ecp5_pads.v", include_str!("../../verilog/ecp5_pads.v")),
    ]);
    source
        .cpp
        .extend(board_harness(include_str!("../../cpp/top.h")));
    for signal in ["trace_issued", "trace_loading"] {
        source.public.push(("board".into(), signal.into()));
    }
    source.public.extend(filled(&design.chip, "board"));
    Ok(source)
}

/// The memories of a chip that are filled at power-up, by module.
fn filled<'a>(design: &'a Design, chip: &str) -> impl Iterator<Item = (String, String)> + 'a {
    let memories = ["code.bank0", "chip.constants"];
    let paths = memories.map(|memory| format!("{chip}.controller.{memory}"));
    let modules = paths.into_iter().filter_map(|path| design.module_of(&path));
    modules.map(|module| (module.name.clone(), "mem".into()))
}

/// The step loop around a chip.
fn board_harness(chip: &str) -> [SourceFile; 4] {
    [
        file("board.cpp", include_str!("../../cpp/board.cpp")),
        file("line.h", include_str!("../../cpp/line.h")),
        file("sdram.h", include_str!("../../cpp/sdram.h")),
        file("chip.h", chip),
    ]
}

/// The source of the model of an SDRAM controller without pads.
///
/// # Errors
/// If RustHDL refuses the design, or the core has too many lanes for the memory.
pub fn sdram_source(geometry: &Geometry, timing: &Timing) -> Result<ModelSource, Error> {
    let design = Design::new("sdram", Sdram::new(geometry, timing, 0)?)?;
    Ok(ModelSource {
        name: format!("sdram_{geometry}_{}", timing.refresh),
        top: design.top.clone(),
        verilog: vec![file("design.v", &design.code())],
        cpp: vec![
            file("geometry.h", &geometry_header(geometry)),
            file("clock.h", include_str!("../../cpp/clock.h")),
            file("sdram.h", include_str!("../../cpp/sdram.h")),
            file("sdram_port.cpp", include_str!("../../cpp/sdram_port.cpp")),
        ],
        trace: false,
        public: Vec::new(),
        warnings_off: library::GENERATED_CODE_WARNINGS.map(String::from).to_vec(),
    })
}

/// The part of all sources: the design with its array, the geometry and the memory.
fn model_source(mut name: String, design: &Design, variant: &Variant) -> ModelSource {
    let geometry = &variant.geometry;
    let mut cpp = vec![
        file("geometry.h", &geometry_header(geometry)),
        file("clock.h", include_str!("../../cpp/clock.h")),
        file("infer.h", include_str!("../../cpp/infer.h")),
        file("memory.h", include_str!("../../cpp/memory.h")),
    ];
    let mut verilog = Vec::new();
    match variant.array {
        ArrayKind::Rtl => verilog.push(file("design.v", &design.code())),
        ArrayKind::Functional => {
            name += "_functional";
            verilog.push(file("design.v", &design.without(ARRAY).code()));
            verilog.push(file("array.sv", &functional_array::module(ARRAY, geometry)));
            cpp.push(file("array.cpp", include_str!("../../cpp/array.cpp")));
        }
    }
    verilog.extend(design.cell_models().map(|cells| file("ecp5.v", cells)));
    if variant.trace {
        name += "_trace";
    }
    ModelSource {
        name,
        top: design.top.clone(),
        verilog,
        cpp,
        trace: variant.trace,
        public: Vec::new(),
        warnings_off: library::GENERATED_CODE_WARNINGS.map(String::from).to_vec(),
    }
}

/// A file of a source.
pub(super) fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        name: name.into(),
        text: text.into(),
    }
}

/// The controller's Verilog, from its Python package.
fn picorv32() -> Result<String, Error> {
    let place = "pythondata_cpu_picorv32/verilog/picorv32.v";
    let paths = verilator::packages()
        .into_iter()
        .map(|packages| packages.join(place));
    let mut missing = PathBuf::new();
    for path in paths {
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(text),
            Err(_) => missing = path,
        }
    }
    Err(Error::NoController { looked_in: missing })
}

/// A design's Verilog, emitted anew only when a block has changed: large cores take seconds.
fn kept_design(
    name: &str,
    top: &str,
    cache: &Path,
    emit: impl Fn() -> Result<Design, EmitError>,
) -> Result<Design, Error> {
    let stale = format!("{name}.");
    let path = cache.join(format!("{stale}{FINGERPRINT}.v"));
    if let Ok(text) = fs::read_to_string(&path) {
        return Ok(Design::from_text(top, &text));
    }
    let design = emit()?;
    let io = |source| Error::Keep {
        path: path.clone(),
        source,
    };
    fs::create_dir_all(cache).map_err(io)?;
    for entry in fs::read_dir(cache).map_err(io)?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(&stale)
            && entry.path().extension() == Some("v".as_ref())
        {
            // Another process or thread may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
    let mut whole = NamedTempFile::new_in(cache).map_err(io)?;
    whole.write_all(design.text().as_bytes()).map_err(io)?;
    whole.persist(&path).map_err(|error| io(error.error))?;
    Ok(design)
}

fn geometry_header(geometry: &Geometry) -> String {
    let (lanes, beat) = (geometry.lanes(), geometry.beat_words());
    let mut text = format!(
        "#pragma once\n#define DIMENSION {}\n#define LANES {lanes}\n#define BEAT_WORDS {beat}\n\
         #define WORD_LANES {}\n#define COUNTERS {COUNTERS}\n#define KINDS {}\n",
        geometry.dimension(),
        geometry.word_lanes(),
        stage::kind_names(),
    );
    let (infer, tape, bytes) = match geometry.infer() {
        true => (1, "top.tape__0240", MEMORY_BYTES),
        false => (0, "false", 0),
    };
    text +=
        &format!("#define INFER {infer}\n#define TAPE(top) {tape}\n#define TAPE_BYTES {bytes}\n");
    text += "#define EACH_FAULT\n";
    for (list, port, count) in [
        ("EACH_DATA", "data", beat),
        ("EACH_WRITE_BEAT", "write_beat", beat),
        ("EACH_RESULT", "trace_result", lanes),
        ("EACH_LOADED", "trace_loaded", lanes),
        ("EACH_SUM", "trace_sum", geometry.word_lanes()),
        ("EACH_COUNT", "count", COUNTERS),
    ] {
        // Verilator writes a dollar sign in a name as __024.
        let ports: String = (0..count)
            .map(|i| format!(" X({i}, {port}__024{i})"))
            .collect();
        text += &format!("#define {list}{ports}\n");
    }
    text
}

/// The source of a model in which [`CoreModel::flip`] reaches registers and RAMs, to see that the
/// scoreboard finds a fault. A signal is an instance's path, such as `core.fold.lanes$0`, and the name of a
/// signal in it; a RAM's name comes with the index of the word.
///
/// # Panics
/// If there is no such instance.
pub fn with_faults(mut source: ModelSource, signals: &[(&str, &str)]) -> ModelSource {
    let mut list = String::from("#define EACH_FAULT");
    let design = Design::from_text(&source.top, &source.verilog[0].text);
    for (i, (path, signal)) in signals.iter().enumerate() {
        let module = design.module_of(path);
        let module = module.unwrap_or_else(|| panic!("the design has no instance {path}"));
        let name = signal.split('[').next().unwrap_or(signal);
        source.public.push((module.name.clone(), name.into()));
        let path = format!("{path}.{signal}")
            .replace('.', "__DOT__")
            .replace('$', "__024");
        list += &format!(" X({i}, {path})");
    }
    for file in source
        .cpp
        .iter_mut()
        .filter(|file| file.name == "geometry.h")
    {
        file.text = file.text.replace("#define EACH_FAULT", &list);
    }
    source.name += "_faults";
    source
}

/// The folder for models of the workspace that this program was built from.
pub fn default_cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/models")
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn a_design_that_several_threads_want_at_once_is_kept_once() {
        const THREADS: usize = 8;
        let cache = tempfile::tempdir().unwrap();
        // So long that the threads write it at the same time.
        let text = format!("module top ();\n{}endmodule\n", "wire w;\n".repeat(1 << 20));
        let barrier = Barrier::new(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let emit = || {
                        barrier.wait();
                        Ok(Design::from_text("top", &text))
                    };
                    kept_design("name", "top", cache.path(), emit).unwrap();
                });
            }
        });
        let kept: Vec<_> = fs::read_dir(cache.path()).unwrap().flatten().collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(
            fs::read_to_string(kept[0].path()).unwrap().trim(),
            text.trim()
        );
    }
}
