//! The API of fleet tools, as they use it.

mod common;

use std::io::Write;
use std::net::Shutdown;
use std::time::{Duration, Instant};

use common::{BOARD, ODD, Served, connect, exchange, read_to_end, sample};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tensority_telemetry::State;

/// The reply to a request as JSON, without the zero byte that must end it.
fn ask(served: &Served, request: &str) -> Value {
    let reply = served.fleet(request.as_bytes());
    let json = reply.strip_suffix('\0').expect("a zero byte ends it");
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// The section that a command replies with.
fn section(served: &Served, command: &str, code: u32) -> Vec<Value> {
    let reply = ask(served, &json!({ "command": command }).to_string());
    let status = &reply["STATUS"][0];
    assert_eq!(
        (&status["STATUS"], &status["Code"]),
        (&json!("S"), &json!(code))
    );
    assert_eq!(status["Description"], "tensority 0.2.0");
    assert!(status["When"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(reply["id"], 1);
    reply[command.to_uppercase()].as_array().unwrap().clone()
}

fn assert_fields(object: &Value, fields: Value) {
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&object[name], value, "{name}");
    }
}

#[test]
fn every_command_of_the_tools_is_answered() {
    let served = Served::new();
    assert_fields(
        &section(&served, "summary", 11)[0],
        json!({
            "Elapsed": 3600, "HS 5s": 12.5, "HS av": 11.75, "MHS 5s": 12.5e-6, "MHS av": 11.75e-6,
            "Accepted": 28, "Rejected": 3, "Stale": 1, "Hardware Errors": 3, "Device Hardware%": 3.0,
            "Getworks": 40, "Total MH": 0.0423, "Pool Rejected%": 9.375, "Remote Failures": 4,
        }),
    );
    let devices = section(&served, "devs", 9);
    assert_fields(
        &devices[0],
        json!({
            "PGA": 0, "Name": BOARD, "Enabled": "Y", "Status": "Alive", "Temperature": 41.5,
            "Serial": "0011223344556677", "Hardware Errors": 3, "HS 1m": 12.25, "MHS 1m": 12.25e-6,
        }),
    );
    assert_fields(&devices[1], json!({"PGA": 1, "Name": ODD, "Enabled": "N"}));
    for unknown in [
        "Temperature",
        "MHS av",
        "HS 5s",
        "Device Path",
        "Last Valid Work",
    ] {
        assert!(devices[1].get(unknown).is_none(), "{unknown} is not known");
    }
    assert!(devices[0].get("HS 15m").is_none());
    let pools = section(&served, "pools", 7);
    assert_fields(
        &pools[0],
        json!({
            "POOL": 0, "URL": "stratum+tcp://pool.example:1118", "Status": "Alive", "Priority": 0,
            "User": "bm1q.rig", "Accepted": 28, "Rejected": 3, "Stratum Active": true,
        }),
    );
    assert_fields(
        &pools[1],
        json!({"POOL": 1, "Status": "Dead", "Stratum Active": false}),
    );
    let version = json!([{"Miner": "tensority 0.2.0", "API": "3.7", "Type": "Tensority"}]);
    assert_eq!(json!(section(&served, "version", 22)), version);
    assert_fields(
        &section(&served, "stats", 70)[0],
        json!({"STATS": 0, "ID": BOARD, "Restarts": 2, "Expected HS": 12.5, "Canaries Wrong": 1}),
    );
    assert_fields(
        &section(&served, "config", 33)[0],
        json!({"PGA Count": 2, "Pool Count": 2, "Strategy": "Failover"}),
    );
    assert_fields(
        &section(&served, "coin", 78)[0],
        json!({"Hash Method": "tensority", "Network Difficulty": 1.5e9}),
    );
}

#[test]
fn times_of_day_are_seconds_since_1970() {
    let served = Served::new();
    let reply = ask(&served, r#"{"command":"devs"}"#);
    let when = reply["STATUS"][0]["When"].as_u64().unwrap();
    assert_eq!(reply["DEVS"][0]["Last Valid Work"], when - 20);
}

#[test]
fn text_is_answered_with_text() {
    let served = Served::new();
    for request in [
        "summary",
        "summary|",
        "summary\n",
        "summary\0",
        "SUMMARY|0\r\n",
    ] {
        let reply = served.fleet(request.as_bytes());
        assert!(reply.starts_with("STATUS=S,When="), "{reply}");
        let rest = ",Code=11,Msg=Summary,Description=tensority 0.2.0|SUMMARY,Elapsed=3600,\
                    MHS av=0.00001175,MHS 5s=0.0000125,";
        assert!(reply.contains(rest) && reply.ends_with("|\0"), "{reply}");
    }
    let reply = served.fleet(b"devs\n");
    assert!(reply.contains("|PGA=0,Name=/dev/ttyUSB0,ID=0,"), "{reply}");
    assert!(
        reply.contains(r#"|PGA=1,Name=a "b\\c\|d\,e\=f g,ID=1,"#),
        "{reply}"
    );
}

#[test]
fn joined_commands_are_answered_together() {
    let served = Served::new();
    let reply = ask(&served, r#"{"command":"summary+devs+nonsense+quit"}"#);
    assert_eq!(reply["summary"][0]["SUMMARY"][0]["Accepted"], 28);
    assert_eq!(reply["devs"][0]["DEVS"][1]["PGA"], 1);
    assert_eq!(reply["nonsense"][0]["STATUS"][0]["Code"], 14);
    assert_eq!(reply["quit"][0]["STATUS"][0]["Code"], 45);
    let reply = served.fleet(b"version+coin\n");
    assert!(reply.starts_with("CMD=version|STATUS=S,"), "{reply}");
    assert!(
        reply.contains("|VERSION,Miner=tensority 0.2.0,API=3.7,Type=Tensority|CMD=coin|STATUS=S,")
    );
}

#[test]
fn what_is_not_answered_is_an_error_that_tools_know() {
    let served = Served::new();
    for (request, code, message) in [
        (r#"{"command":"dance"}"#, 14, "Invalid command"),
        (r#"{"command":""}"#, 14, "Invalid command"),
        (
            r#"{"command":"quit"}"#,
            45,
            "Access denied to 'quit' command",
        ),
        (
            r#"{"command":"pgadisable","parameter":"0"}"#,
            45,
            "Access denied to 'pgadisable' command",
        ),
        (r#"{"command":7}"#, 24, "Missing JSON 'command'"),
        ("{}", 24, "Missing JSON 'command'"),
        ("{]", 23, "Invalid JSON"),
    ] {
        let reply = ask(&served, request);
        let status = &reply["STATUS"][0];
        assert_eq!(
            (&status["STATUS"], &status["Code"]),
            (&json!("E"), &json!(code)),
            "{request}"
        );
        assert_eq!(status["Msg"], message);
        assert_eq!(
            reply.as_object().unwrap().len(),
            2,
            "nothing but STATUS and id"
        );
    }
    for request in [
        "\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u{7f}\n",
        "|",
    ] {
        let reply = served.fleet(request.as_bytes());
        assert!(
            reply.starts_with("STATUS=E,") && reply.contains("Code=14"),
            "{reply}"
        );
    }
}

#[test]
fn a_miner_that_has_just_started_is_answered_for() {
    let served = Served::new();
    served.published.publish(State::default());
    for command in [
        "summary", "devs", "pools", "version", "stats", "config", "coin",
    ] {
        let reply = ask(&served, &json!({ "command": command }).to_string());
        assert_eq!(reply["STATUS"][0]["STATUS"], "S", "{command}");
    }
}

#[test]
fn a_request_may_come_in_pieces_and_need_not_end() {
    let served = Served::new();
    let address = served.running.fleet_addr().unwrap();
    let mut stream = connect(address);
    for piece in [r#"{"comm"#, r#"and":"#, r#""coin"}"#] {
        stream.write_all(piece.as_bytes()).unwrap();
        // Pieces that come together would be read together.
        std::thread::sleep(Duration::from_millis(400));
    }
    assert!(read_to_end(&mut stream).ends_with(b"}\0"));
    let mut stream = connect(address);
    stream.write_all(br#"{"comm"#).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let reply = String::from_utf8(read_to_end(&mut stream)).unwrap();
    assert!(reply.contains("Invalid JSON"), "{reply}");
}

#[test]
fn slow_clients_are_cut_off_while_others_are_served() {
    let served = Served::new();
    let address = served.running.fleet_addr().unwrap();
    let began = Instant::now();
    let mut silent = connect(address);
    let mut half = connect(address);
    half.write_all(br#"{"command":"#).unwrap();
    assert!(served.fleet(b"coin\n").contains("Code=78"));
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(read_to_end(&mut half).ends_with(b"\0"));
    read_to_end(&mut silent);
    let took = began.elapsed();
    assert!(
        took > Duration::from_secs(4) && took < Duration::from_secs(12),
        "{took:?}"
    );
}

#[test]
fn no_garbage_stops_it() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let served = Served::new();
    let address = served.running.fleet_addr().unwrap();
    for _ in 0..50 {
        let mut garbage = vec![0; random.random_range(1..6000)];
        random.fill(&mut garbage[..]);
        if random.random() {
            garbage[0] = b'{';
        }
        garbage.push(0);
        let reply = exchange(address, &garbage);
        assert!(reply.ends_with(b"\0"), "{reply:?}");
    }
    for huge in ["x".repeat(1 << 20), "{".repeat(1 << 20), "[".repeat(5000)] {
        let reply = String::from_utf8(exchange(address, huge.as_bytes())).unwrap();
        assert!(reply.is_empty() || reply.contains('E'), "{reply}");
    }
    let state = sample();
    served.published.publish(state);
    assert!(
        served.fleet(b"summary\n").contains("Code=11"),
        "and the next is served"
    );
}
