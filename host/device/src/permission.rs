//! Fixing serial-port permissions.

use std::fmt::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::discovery::{UsbId, UsbIds, list};

/// Where the rules of [`udev_rules`] belong. They are read in the order of their numbers, and those
/// that heed the tag have 73.
pub const UDEV_FILE: &str = "/etc/udev/rules.d/70-tensority.rules";

/// The rule of udev that lets who sits at the machine open the ports of such a product, and the
/// product itself as a flasher does, and keeps the system's manager of modems from writing to them.
pub fn udev_rule(id: &UsbId) -> String {
    let UsbId {
        vendor, product, ..
    } = id;
    format!(
        "SUBSYSTEM==\"tty|usb\", ATTRS{{idVendor}}==\"{vendor:04x}\", \
         ATTRS{{idProduct}}==\"{product:04x}\", TAG+=\"uaccess\", \
         ENV{{ID_MM_DEVICE_IGNORE}}=\"1\""
    )
}

/// The text of a file with the rules of all these products.
pub fn udev_rules(ids: &UsbIds) -> String {
    let mut text = format!(
        "# {UDEV_FILE}: lets who sits at the machine open the serial ports and the cables at which a board may be.\n\
         # After a change: sudo udevadm control --reload && sudo udevadm trigger\n"
    );
    for id in ids.iter() {
        // A string takes all.
        let _ = write!(text, "\n# {}\n{}\n", id.name, udev_rule(id));
    }
    text
}

/// Whether this user may read and write a device file. It is not opened for that, which a board could notice.
pub fn may_use(path: &Path) -> bool {
    let access = Access::READ_OK | Access::WRITE_OK;
    accessat(CWD, path, access, AtFlags::EACCESS).is_ok()
}

/// What to do about a port that may not be opened.
pub fn advice(path: &Path) -> String {
    let name = path.display().to_string();
    let listed = list().into_iter().find(|port| port.path == name);
    permission_advice(group_of(path).as_deref(), listed.and_then(|port| port.usb))
}

/// What to do about a port of this group that may not be opened.
fn permission_advice(group: Option<&str>, usb: Option<(u16, u16)>) -> String {
    match (group, usb) {
        (Some(group), _) if group != "root" => {
            format!("run `sudo usermod -aG {group} $USER` and log in again")
        }
        (_, Some((vendor, product))) => format!(
            "write {} to {UDEV_FILE}, run `sudo udevadm control --reload` and plug it in again",
            udev_rule(&UsbId {
                vendor,
                product,
                name: ""
            })
        ),
        _ => "run as the user who owns it".into(),
    }
}

/// Name of the group that may use the file, if a group may.
fn group_of(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    if metadata.mode() & 0o060 != 0o060 {
        return None;
    }
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    group_name(&groups, metadata.gid())
}

/// The name of a group in the text of `/etc/group`.
fn group_name(groups: &str, id: u32) -> Option<String> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let own: u32 = fields.nth(1)?.parse().ok()?;
        (own == id).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::USB_IDS;

    #[test]
    fn a_file_that_may_not_be_used_is_told_without_opening_it() {
        assert!(may_use(Path::new("/dev/null")));
        assert!(!may_use(Path::new("/nowhere")));
    }

    #[test]
    fn permission_errors_name_the_group_or_the_rule() {
        let groups = "root:x:0:\ndialout:x:20:someone\n";
        assert_eq!(group_name(groups, 20).as_deref(), Some("dialout"));
        assert_eq!(group_name(groups, 21), None);

        let advice = permission_advice(Some("dialout"), Some((0x0403, 0x6010)));
        assert_eq!(
            advice,
            "run `sudo usermod -aG dialout $USER` and log in again"
        );
        let advice = permission_advice(Some("root"), Some((0x0403, 0x6010)));
        assert!(advice.contains(r#"ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6010""#));
        assert_eq!(advice.lines().count(), 1);
    }

    #[test]
    fn the_rules_are_one_line_for_each_product() {
        let text = udev_rules(&UsbIds::with(&[]));
        let rules: Vec<_> = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        let expected: Vec<_> = USB_IDS.iter().map(udev_rule).collect();
        assert_eq!(rules, expected);
        assert_eq!(
            udev_rule(&USB_IDS[0]),
            r#"SUBSYSTEM=="tty|usb", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1""#
        );
    }
}
