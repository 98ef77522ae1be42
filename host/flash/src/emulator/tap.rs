//! The states of a JTAG port (IEEE 1149.1), as TMS moves it through them.

/// A state, by its name in the standard without hyphens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tap {
    /// Test-Logic-Reset.
    #[default]
    Reset,
    /// Run-Test/Idle.
    Idle,
    SelectDr,
    CaptureDr,
    ShiftDr,
    Exit1Dr,
    PauseDr,
    Exit2Dr,
    UpdateDr,
    SelectIr,
    CaptureIr,
    ShiftIr,
    Exit1Ir,
    PauseIr,
    Exit2Ir,
    UpdateIr,
}

impl Tap {
    /// The state after a rising edge of TCK.
    pub fn next(self, tms: bool) -> Self {
        use Tap::*;
        let (low, high) = match self {
            Reset => (Idle, Reset),
            Idle | UpdateDr | UpdateIr => (Idle, SelectDr),
            SelectDr => (CaptureDr, SelectIr),
            CaptureDr | ShiftDr => (ShiftDr, Exit1Dr),
            Exit1Dr => (PauseDr, UpdateDr),
            PauseDr => (PauseDr, Exit2Dr),
            Exit2Dr => (ShiftDr, UpdateDr),
            SelectIr => (CaptureIr, Reset),
            CaptureIr | ShiftIr => (ShiftIr, Exit1Ir),
            Exit1Ir => (PauseIr, UpdateIr),
            PauseIr => (PauseIr, Exit2Ir),
            Exit2Ir => (ShiftIr, UpdateIr),
        };
        if tms { high } else { low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Tap; 16] = [
        Tap::Reset,
        Tap::Idle,
        Tap::SelectDr,
        Tap::CaptureDr,
        Tap::ShiftDr,
        Tap::Exit1Dr,
        Tap::PauseDr,
        Tap::Exit2Dr,
        Tap::UpdateDr,
        Tap::SelectIr,
        Tap::CaptureIr,
        Tap::ShiftIr,
        Tap::Exit1Ir,
        Tap::PauseIr,
        Tap::Exit2Ir,
        Tap::UpdateIr,
    ];

    #[test]
    fn five_ones_reset_from_everywhere() {
        for state in ALL {
            let end = (0..5).fold(state, |state, _| state.next(true));
            assert_eq!(end, Tap::Reset, "from {state:?}");
        }
    }

    #[test]
    fn a_scan_goes_through_shift_and_update() {
        let walk = |bits: &str| {
            let bits = bits.bytes().map(|bit| bit == b'1');
            bits.fold(Tap::Idle, Tap::next)
        };
        assert_eq!(walk("100"), Tap::ShiftDr);
        assert_eq!(walk("1100"), Tap::ShiftIr);
        assert_eq!(walk("1000101011"), Tap::Exit1Dr.next(true));
        assert_eq!(walk("110011"), Tap::UpdateIr);
    }
}
