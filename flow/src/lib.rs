//! From Verilog to hardware, with open tools.

pub mod fpga;
pub mod workspace;
