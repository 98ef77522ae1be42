//! ModemManager, which writes to serial ports to see whether modems are there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::discovery::{UsbId, UsbIds};

/// As the kernel calls its process.
const PROCESS: &str = "ModemManager";

/// What a rule of udev sets to keep it away.
const IGNORE: &str = "ID_MM_DEVICE_IGNORE";

/// Where rules of udev are.
const RULES: [&str; 4] = [
    "/etc/udev/rules.d",
    "/run/udev/rules.d",
    "/usr/local/lib/udev/rules.d",
    "/usr/lib/udev/rules.d",
];

/// Whether it runs.
pub fn is_running() -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut names =
        processes.filter_map(|process| fs::read_to_string(process.path().join("comm")).ok());
    names.any(|name| name.trim_end() == PROCESS)
}

/// Those products that no rule of this machine keeps it away from.
pub fn unguarded(ids: &UsbIds) -> Vec<UsbId> {
    unguarded_by(&rules(&RULES.map(Path::new)), ids)
}

/// The lines of all rules that keep it away from something, in lower case.
fn rules(folders: &[&Path]) -> Vec<String> {
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let files = files.flatten().map(|file| file.path());
    let rules = files.filter(|file: &PathBuf| file.extension().is_some_and(|it| it == "rules"));
    let texts = rules.filter_map(|file| fs::read_to_string(file).ok());
    texts.flat_map(|text| guards(&text)).collect()
}

fn guards(text: &str) -> Vec<String> {
    // A rule may go on in the next line.
    let text = text.replace("\\\n", " ");
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with('#') && line.contains(IGNORE));
    lines.map(str::to_lowercase).collect()
}

fn unguarded_by(rules: &[String], ids: &UsbIds) -> Vec<UsbId> {
    let names = |rule: &String, id: &UsbId| {
        let has = |number: u16| rule.contains(&format!("\"{number:04x}\""));
        has(id.vendor) && has(id.product)
    };
    let unguarded = ids
        .iter()
        .filter(|id| !rules.iter().any(|rule| names(rule, id)));
    unguarded.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::USB_IDS;
    use crate::permission::{udev_rule, udev_rules};

    #[test]
    fn the_rules_that_we_print_guard_all_and_without_them_none_is() {
        let ids = UsbIds::with(&[(0x1209, 0x5af0)]);
        assert_eq!(unguarded_by(&guards(&udev_rules(&ids)), &ids), []);
        assert_eq!(unguarded_by(&[], &ids).len(), USB_IDS.len() + 1);
        let others = unguarded_by(&guards(&udev_rule(&USB_IDS[0])), &UsbIds::with(&[]));
        assert_eq!(others.len(), USB_IDS.len() - 1);
        let comment = format!("# {}", udev_rule(&USB_IDS[0]));
        assert_eq!(guards(&comment), Vec::<String>::new());
    }

    #[test]
    fn rules_are_read_from_files_of_their_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = udev_rules(&UsbIds::with(&[]));
        fs::write(folder.path().join("70-a.rules"), &text).expect("a file");
        fs::write(folder.path().join("70-b.rules.old"), &text).expect("a file");
        assert_eq!(
            rules(&[folder.path(), Path::new("/nowhere")]).len(),
            USB_IDS.len()
        );
    }
}
