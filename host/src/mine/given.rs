//! The arguments that tell a miner its sources, devices and files. What looks at its set-up takes them, too.

use std::path::PathBuf;

use tensority_config::Overrides;

#[derive(clap::Args)]
pub struct Given {
    /// The configuration; without it, that of TENSORITY_CONFIG, of the user or of the machine.
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A source of work: http(s)://HOST:PORT of a node, stratum+tcp://HOST:PORT or stratum+ssl:// of a
    /// pool; repeat it for more, in the order of preference.
    #[arg(short = 'o', long = "url")]
    pub urls: Vec<String>,
    /// The login at the pools, ACCOUNT.WORKER, or the id of the nodes' access token.
    #[arg(short, long)]
    pub user: Option<String>,
    /// The password at the pools, or the secret of the nodes' access token. Others on this machine may
    /// see it here; better write it into a file for the configuration.
    #[arg(short, long)]
    pub pass: Option<String>,
    /// A device; repeat it for more: auto for every board that is found, the path of a serial port,
    /// serial:NUMBER of a board, sim[:OPTIONS] for a simulated board (sim:lanes=4,array=rtl),
    /// cpu[:THREADS] for the processor.
    #[arg(short, long = "device", value_name = "DEVICE")]
    pub devices: Vec<String>,
}

#[derive(clap::Args)]
pub struct Files {
    /// Where totals are kept from one run to the next, or off.
    #[arg(long, value_name = "FILE")]
    pub state_file: Option<String>,
    /// Keep a receipt of each share that is answered, and of the work, in this file, for `tensority audit receipts`.
    #[arg(long, value_name = "FILE")]
    pub receipts: Option<PathBuf>,
    /// Write the run down, for `tensority replay`.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// What both say over the configuration.
pub fn overrides(given: &Given, files: &Files) -> Overrides {
    Overrides {
        urls: given.urls.clone(),
        user: given.user.clone(),
        pass: given.pass.clone(),
        devices: given.devices.clone(),
        state_file: files.state_file.clone(),
        ..Overrides::default()
    }
}
