//! Access to the registers, provided by the chip or a model of it.

/// Reads and writes words of the register map, `tensority_protocol::registers`.
pub trait Bus {
    /// Reads the word at the byte address `address`, a multiple of 4.
    fn read(&mut self, address: u32) -> u32;
    /// Writes the word at the byte address `address`, a multiple of 4.
    fn write(&mut self, address: u32, value: u32);
    /// Bytes of stack that were ever used; 0 where that is not known.
    fn stack_used(&mut self) -> u16;
}
