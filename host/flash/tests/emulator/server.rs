//! The server speaks the Xilinx Virtual Cable protocol, and nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;

use tensority_flash::emulator::{self, Chip, Flash, Serving};
use tensority_loopback::ServerError;

fn serve() -> (Serving, TcpStream) {
    let chip = Chip::new(0x4111_3043, Flash::default());
    let address = "127.0.0.1:0".parse().unwrap();
    let serving = emulator::serve(address, chip, |_| {}).expect("a free port");
    let client = TcpStream::connect(serving.local_addr()).expect("it listens");
    (serving, client)
}

fn ask<const N: usize>(client: &mut TcpStream, request: &[u8]) -> [u8; N] {
    client.write_all(request).expect("sent");
    let mut answer = [0; N];
    client.read_exact(&mut answer).expect("an answer");
    answer
}

#[test]
fn it_tells_what_it_can_and_takes_the_period() {
    let (_serving, mut client) = serve();
    assert_eq!(&ask(&mut client, b"getinfo:"), b"xvcServer_v1.0:8192\n");
    let period = ask(&mut client, b"settck:\x64\0\0\0");
    assert_eq!(u32::from_le_bytes(period), 100);
}

#[test]
fn the_idcode_is_shifted_out_also_when_a_request_comes_in_pieces() {
    let (serving, mut client) = serve();
    // Reset, to Shift-DR in ten cycles, then 32 bits.
    let tms = [0b0101_1111, 0, 0, 0, 0, 0];
    let shift = [&b"shift:\x2a\0\0\0"[..], &tms, &[0; 6]].concat();
    for piece in [shift.len(), 1, 7] {
        for bytes in shift.chunks(piece) {
            client.write_all(bytes).expect("sent");
        }
        let tdo: [u8; 6] = ask(&mut client, b"");
        let mut wide = [0; 8];
        wide[..6].copy_from_slice(&tdo);
        let idcode = (u64::from_le_bytes(wide) >> 9) as u32;
        assert_eq!(idcode, 0x4111_3043, "pieces of {piece}");
    }
    drop(client);
    assert_eq!(serving.clients(), 1);
}

#[test]
fn other_words_and_too_long_vectors_end_the_client_and_not_the_server() {
    let (serving, mut client) = serve();
    for request in [&b"hello there"[..], b"shift:\x01\x80\0\0"] {
        client.write_all(request).expect("sent");
        let mut rest = Vec::new();
        // The end of the connection may come as an error, since it left something unread.
        let _ = client.read_to_end(&mut rest);
        assert_eq!(rest, b"");
        client = TcpStream::connect(serving.local_addr()).expect("it listens");
    }
    assert_eq!(&ask(&mut client, b"getinfo:"), b"xvcServer_v1.0:8192\n");
}

#[test]
fn other_machines_are_not_served() {
    let chip = Chip::new(0, Flash::default());
    let error = emulator::serve("0.0.0.0:0".parse().unwrap(), chip, |_| {}).unwrap_err();
    assert!(matches!(error, ServerError::NotLoopback(_)), "{error}");
}
