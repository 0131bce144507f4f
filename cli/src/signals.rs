//! Signals that ask the process to end.

use std::io;

use tokio::runtime::{Builder, Runtime};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Receives Ctrl-C, and on Unix SIGTERM.
///
/// After it is created, these signals no longer end the process by themselves.
pub(crate) struct Signals {
    runtime: Runtime,
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        #[cfg(unix)]
        let signals = {
            let _guard = runtime.enter();
            [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            ]
        };
        Ok(Self {
            runtime,
            #[cfg(unix)]
            signals,
        })
    }

    /// Blocks until the next signal.
    #[cfg(unix)]
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        let signals = &mut self.signals;
        self.runtime.block_on(std::future::poll_fn(|context| {
            let is_ready = |signal: &mut Signal| signal.poll_recv(context).is_ready();
            match signals.iter_mut().any(is_ready) {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        }));
        Ok(())
    }

    /// Blocks until the next signal.
    #[cfg(not(unix))]
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        self.runtime.block_on(tokio::signal::ctrl_c())
    }
}
