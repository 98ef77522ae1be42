//! Source of a model: a design and the C++ code that drives it.

/// A text file by name and content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SourceFile {
    /// The file name, without folders; messages of the tools carry it.
    pub name: String,
    pub text: String,
}

/// A design and the C++ code that drives it.
///
/// Verilator makes a class `Vmodel` of the design, whatever its top module. The C++ files include
/// `Vmodel.h` and give the library its `extern "C"` functions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ModelSource {
    /// The name under which the model is kept in the cache; tells configurations apart.
    pub name: String,
    pub top: String,
    pub verilog: Vec<SourceFile>,
    /// The code that drives it: `.cpp` files are compiled, others are there to be included.
    pub cpp: Vec<SourceFile>,
    /// Whether the model can write FST waveforms, which costs speed.
    pub trace: bool,
    /// Signals, as module and name, that the C++ code reads and writes by their path.
    pub public: Vec<(String, String)>,
    /// Verilator's warnings to leave out, such as `WIDTHEXPAND`.
    pub warnings_off: Vec<String>,
}

impl ModelSource {
    /// Verilator's configuration file that gives the C++ code access to [`Self::public`].
    pub(crate) fn configuration(&self) -> String {
        let mut text = String::from("`verilator_config\n");
        for (module, signal) in &self.public {
            text += &format!("public_flat_rw -module \"{module}\" -var \"{signal}\"\n");
        }
        text
    }
}
