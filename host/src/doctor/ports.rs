//! Serial ports: what is there, who may use it and who does, and how fast it is. No port is opened here.

use std::fs;
use std::path::{Path, PathBuf};

use tensority_device::adapter::Adapter;
use tensority_device::discovery::{ListedPort, UsbId, UsbIds};
use tensority_device::{holder, modem_manager, permission};

use super::finding::{Check, Finding};

/// An FTDI chip that keeps bytes back for longer makes jobs late.
const LATENCY_MS: u32 = 1;

/// The speed of the USB that a serial line of 1 Mbaud needs, in Mbit/s.
const FULL_SPEED: f64 = 12.0;

/// The miner, as the kernel calls its process.
const OWN: &str = "tensority (";

/// What is known of a port without opening it.
#[derive(Clone, Debug)]
pub struct Port {
    pub path: PathBuf,
    /// Vendor and product, if it is on the USB.
    pub usb: Option<(u16, u16)>,
    /// What a board may be behind.
    pub adapter: Option<UsbId>,
    /// The configuration or a flag names it.
    pub named: bool,
    pub is_there: bool,
    pub may_use: bool,
    /// What to do where it may not be used.
    pub advice: String,
    /// The programs that have it open.
    pub holders: Vec<String>,
    pub hardware: Adapter,
}

impl Port {
    /// Whether a board may be there and can be asked.
    pub fn is_free(&self) -> bool {
        self.is_there && self.may_use && self.holders.is_empty()
    }
}

/// The ports of the system that boards may be at and those that are named; and how many others there are.
pub fn look(listed: &[ListedPort], adapters: &UsbIds, named: &[PathBuf]) -> (Vec<Port>, usize) {
    let is_same = |port: &ListedPort, path: &Path| {
        fs::canonicalize(path).is_ok_and(|path| path == Path::new(&port.path))
    };
    let is_named = |port: &ListedPort| named.iter().any(|path| is_same(port, path));
    let (wanted, others): (Vec<_>, Vec<_>) = listed
        .iter()
        .partition(|port| adapters.at(port).is_some() || is_named(port));
    let of_system = wanted
        .iter()
        .map(|port| look_at(Path::new(&port.path), adapters, Some(port), is_named(port)));
    let alone = named
        .iter()
        .filter(|path| !listed.iter().any(|port| is_same(port, path)));
    let mut ports: Vec<_> = of_system
        .chain(alone.map(|path| look_at(path, adapters, None, true)))
        .collect();
    ports.sort_by(|one, other| one.path.cmp(&other.path));
    (ports, others.len())
}

fn look_at(path: &Path, adapters: &UsbIds, listed: Option<&ListedPort>, named: bool) -> Port {
    let may_use = permission::may_use(path);
    Port {
        path: path.to_owned(),
        usb: listed.and_then(|port| port.usb),
        adapter: listed.and_then(|port| adapters.at(port)).copied(),
        named,
        is_there: path.exists(),
        may_use,
        advice: match may_use {
            true => String::new(),
            false => permission::advice(path),
        },
        holders: match is_of_hardware(path) {
            true => holder::holders_of(path),
            false => Vec::new(),
        },
        hardware: Adapter::of(path),
    }
}

/// Whether it is a terminal of hardware. Others may have something else open; and a simulated board has its own
/// pseudo-terminal open, which is told by its lock.
fn is_of_hardware(path: &Path) -> bool {
    let path = fs::canonicalize(path).ok();
    let name = path.as_deref().and_then(Path::file_name);
    name.is_some_and(|name| Path::new("/sys/class/tty").join(name).exists())
}

/// What all ports mean together: `wanted` if boards are to mine wherever they are.
pub fn judge(ports: &[Port], others: usize, wanted: bool) -> Vec<Finding> {
    let mut findings: Vec<_> = ports.iter().flat_map(judge_one).collect();
    let all = Check::new("ports", "all");
    let candidates = ports.iter().filter(|port| port.adapter.is_some()).count();
    if candidates == 0 && wanted {
        findings.push(all.warn(
            "no adapter of a kind that boards have",
            "plug a board in, or name its port with -d; `lsusb` shows whether the system sees it",
        ));
    }
    if others > 0 {
        findings.push(all.skip(format!("no adapters of boards: {others} others")));
    }
    findings
}

fn judge_one(port: &Port) -> Vec<Finding> {
    let path = port.path.display();
    let check = Check::new("port", &path);
    if !port.is_there {
        return vec![check.fail(
            "no such port",
            "plug the board in, or correct the path; `tensority devices` lists the ports",
        )];
    }
    if !port.may_use {
        return vec![check.fail("permission denied", &port.advice)];
    }
    let mut findings = vec![used(&check, port)];
    let usb = Check::new("port speed", &path);
    if let Some(speed) = port.hardware.speed {
        findings.push(match speed < FULL_SPEED {
            true => usb.warn(
                format!("{speed} Mbit/s, which is less than the line"),
                "plug it into another port of the USB, without an old hub",
            ),
            false => usb.pass(format!("{speed} Mbit/s")),
        });
    }
    let latency = Check::new("port latency", &path);
    if let (Some(ms), Some(file)) = (port.hardware.latency, &port.hardware.latency_file) {
        findings.push(match ms > LATENCY_MS {
            true => latency.warn(
                format!("the adapter keeps bytes back for {ms} ms"),
                format!(
                    "run `echo {LATENCY_MS} | sudo tee {}`, or have a rule of udev do it",
                    file.display()
                ),
            ),
            false => latency.pass(format!("{ms} ms")),
        });
    }
    findings
}

fn used(check: &Check, port: &Port) -> Finding {
    if !port.holders.is_empty() {
        return held(check, &port.holders);
    }
    match (port.usb, port.adapter) {
        (_, Some(adapter)) => check.pass(format!("{adapter} {}, may be used", adapter.name)),
        (Some((vendor, product)), None) => {
            check.pass(format!("{vendor:04x}:{product:04x}, may be used"))
        }
        (None, None) => check.pass("may be used"),
    }
}

/// A port that these programs have open.
pub fn held(check: &Check, holders: &[String]) -> Finding {
    let names = holders.join(", ");
    let found = format!("in use by {names}");
    match holders.iter().all(|holder| holder.starts_with(OWN)) {
        true => check.warn(
            found,
            "if that is the miner, all is well; end it to have its board looked at",
        ),
        false => check.fail(found, format!("end {names}")),
    }
}

/// Whether ModemManager writes to the ports of boards.
pub fn modem_manager(adapters: &UsbIds) -> Finding {
    let unguarded = modem_manager::unguarded(adapters);
    judge_modem_manager(modem_manager::is_running(), &unguarded)
}

fn judge_modem_manager(is_running: bool, unguarded: &[UsbId]) -> Finding {
    let check = Check::new("ModemManager", "all");
    match (is_running, unguarded) {
        (false, _) => check.pass("does not run"),
        (true, []) => check.pass("is kept away by a rule of udev"),
        (true, ids) => {
            let ids: Vec<_> = ids.iter().map(UsbId::to_string).collect();
            let ids = ids.join(", ");
            check.warn(
                format!("runs, and writes to ports of {ids}"),
                format!(
                    "run `tensority generate udev | sudo tee {}`, then `sudo udevadm control --reload` and plug \
                     the boards in again",
                    permission::UDEV_FILE
                ),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use tensority_device::discovery::USB_IDS;

    use super::super::finding::Verdict;
    use super::*;

    fn port() -> Port {
        Port {
            path: "/dev/ttyUSB0".into(),
            usb: Some((0x0403, 0x6015)),
            adapter: Some(USB_IDS[4]),
            named: false,
            is_there: true,
            may_use: true,
            advice: "join a group".to_owned(),
            holders: Vec::new(),
            hardware: Adapter {
                speed: Some(12.0),
                latency: Some(1),
                latency_file: Some("/sys/latency_timer".into()),
            },
        }
    }

    #[test]
    fn a_port_that_is_well_passes() {
        let findings = judge(&[port()], 0, true);
        let is_well = |it: &Finding| it.verdict == Verdict::Pass;
        assert!(
            findings.len() == 3 && findings.iter().all(is_well),
            "{findings:?}"
        );
    }

    #[test]
    fn a_port_that_cannot_be_used_says_why() {
        use Verdict::{Fail, Warn};
        let gone = Port {
            is_there: false,
            ..port()
        };
        judge_one(&gone)[0].assert(Fail, "no such port", "plug");
        let denied = Port {
            may_use: false,
            ..port()
        };
        judge_one(&denied)[0].assert(Fail, "denied", "join a group");
        let held = |holder: &str| Port {
            holders: vec![holder.to_owned()],
            ..port()
        };
        let other = held("minicom (7)");
        judge_one(&other)[0].assert(Fail, "minicom (7)", "end minicom (7)");
        let own = held("tensority (8)");
        judge_one(&own)[0].assert(Warn, "tensority (8)", "miner");
        assert!(!gone.is_free() && !denied.is_free() && !own.is_free());
    }

    #[test]
    fn a_slow_adapter_is_warned_of() {
        let slow = Port {
            hardware: Adapter {
                speed: Some(1.5),
                latency: Some(16),
                ..port().hardware
            },
            ..port()
        };
        let findings = judge_one(&slow);
        findings[1].assert(Verdict::Warn, "1.5 Mbit/s", "USB");
        findings[2].assert(Verdict::Warn, "16 ms", "/sys/latency_timer");
    }

    #[test]
    fn no_adapter_is_a_warning_only_if_boards_are_to_mine() {
        let findings = judge(&[], 4, true);
        findings[0].assert(Verdict::Warn, "no adapter", "plug");
        findings[1].assert(Verdict::Skip, ": 4 others", "");
        assert_eq!(judge(&[], 0, false), []);
    }

    #[test]
    fn modem_manager_is_warned_of_where_no_rule_keeps_it_away() {
        judge_modem_manager(false, USB_IDS).assert(Verdict::Pass, "", "");
        judge_modem_manager(true, &[]).assert(Verdict::Pass, "rule", "");
        let some = judge_modem_manager(true, &USB_IDS[..1]);
        some.assert(Verdict::Warn, "0403:6001", "generate udev");
    }

    #[test]
    fn a_named_port_is_looked_at_also_if_it_is_not_there() {
        let (ports, others) = look(
            &[],
            &UsbIds::with(&[]),
            &["/nowhere".into(), "/dev/null".into()],
        );
        let is_there: Vec<_> = ports.iter().map(|port| port.is_there).collect();
        assert_eq!((is_there, others), (vec![true, false], 0));
    }
}
