//! The broker's process.

use std::env;
use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// The broker that `tests/servers/with` started, to be ill-treated.
#[derive(Debug)]
pub struct Broker {
    folder: PathBuf,
    /// The process, if this program started it.
    child: Option<Child>,
}

impl Broker {
    /// The one in `WIREFORM_KAFKA`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn find() -> Self {
        Self::at(home())
    }

    /// That of a cluster which has this number, from 1.
    ///
    /// # Panics
    /// If `tests/servers/with` started no cluster.
    #[must_use]
    pub fn of_cluster(number: i32) -> Self {
        let folder = home().join(number.to_string());
        assert!(folder.is_dir(), "run this with WIREFORM_NODES=3");
        Self::at(folder)
    }

    fn at(folder: PathBuf) -> Self {
        Self {
            folder,
            child: None,
        }
    }

    fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.join("pid")).unwrap();
        let status = Command::new("kill").args([signal, pid.trim()]).status();
        assert!(status.unwrap().success(), "kill {signal}");
    }

    /// Takes it from the processor: it lives, and does not answer.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Kills it, without any chance to tidy up.
    ///
    /// # Panics
    /// If it is not there.
    pub fn kill(&mut self) {
        self.signal("-KILL");
        if let Some(mut child) = self.child.take() {
            child.wait().unwrap();
        }
    }

    /// Starts it again on the same logs, and waits until it listens.
    ///
    /// # Panics
    /// If it does not within two minutes.
    pub fn start(&mut self) {
        let started = Instant::now();
        let child = Command::new(self.folder.join("start")).spawn().unwrap();
        self.child = Some(child);
        let end = Instant::now() + Duration::from_secs(120);
        let address = fs::read_to_string(self.folder.join("address")).unwrap();
        while TcpStream::connect(address.trim()).is_err() {
            assert!(Instant::now() < end, "the broker did not start");
            thread::sleep(Duration::from_millis(100));
        }
        if started.elapsed() > Duration::from_secs(20) {
            println!("  the broker took {:?} to start", started.elapsed());
        }
    }
}

fn home() -> PathBuf {
    let home = env::var_os("WIREFORM_KAFKA");
    home.expect("run this with tests/servers/with").into()
}
