//! A TCP proxy in front of the broker that does what networks do.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Requests go in, and stay there half; then the connection is reset.
    ResetMidRequest,
    /// Requests go through, answers do not: the connection is reset instead.
    ResetBeforeAnswer,
    /// Nothing comes out in either direction.
    BlackHole,
    /// Requests go through, answers vanish.
    LostAnswers,
    /// Every write is one byte.
    SingleBytes,
    /// A pause before each piece.
    Slow,
    /// A pause of any length before each piece.
    Jitter,
    /// The first bytes of an answer, its length and number, are others.
    CorruptAnswers,
    /// An answer ends in the middle, and the connection with it.
    TruncatedAnswers,
    /// The proxy ends its writing to the broker.
    HalfCloseToBroker,
    /// The proxy ends its writing to the client.
    HalfCloseToClient,
    /// Connections are accepted and closed.
    Refuse,
    /// Answers come two seconds late.
    LateAnswers,
    /// Any piece may be the last.
    RandomReset,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::ResetMidRequest,
        Self::ResetBeforeAnswer,
        Self::BlackHole,
        Self::LostAnswers,
        Self::SingleBytes,
        Self::Slow,
        Self::Jitter,
        Self::CorruptAnswers,
        Self::TruncatedAnswers,
        Self::HalfCloseToBroker,
        Self::HalfCloseToClient,
        Self::Refuse,
        Self::LateAnswers,
        Self::RandomReset,
    ];
}

/// A running proxy; it ends with its runtime.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Index of the current fault in [`Fault::ALL`], from 1; 0 is none.
    current: Arc<AtomicUsize>,
    hits: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    ToBroker,
    ToClient,
}

/// What becomes of a piece.
enum Then {
    GoOn,
    HalfClose,
    Reset,
}

impl Proxy {
    /// Listens on `listen`, and connects to `upstream`.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(listen: &str, upstream: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let proxy = Self {
            current: Arc::default(),
            hits: Arc::default(),
        };
        let (accepting, upstream) = (proxy.clone(), upstream.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (proxy, upstream) = (accepting.clone(), upstream.clone());
                tokio::spawn(async move { proxy.serve(client, &upstream).await });
            }
        });
        Ok(proxy)
    }

    /// Sets what happens from now on, to open connections, too.
    pub fn set(&self, fault: Fault) {
        let index = Fault::ALL.iter().position(|other| *other == fault);
        self.current
            .store(index.map_or(0, |index| index + 1), Ordering::Relaxed);
    }

    /// How many pieces and connections met a fault.
    #[must_use]
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::Relaxed)
    }

    fn fault(&self) -> Fault {
        let index = self.current.load(Ordering::Relaxed);
        let fault = index
            .checked_sub(1)
            .map_or(Fault::None, |index| Fault::ALL[index]);
        if fault != Fault::None {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        fault
    }

    async fn serve(&self, client: TcpStream, upstream: &str) {
        if self.fault() == Fault::Refuse {
            return;
        }
        let Ok(broker) = TcpStream::connect(upstream).await else {
            return;
        };
        // Closing with this set resets, as a crash does.
        let _ = client.set_zero_linger();
        let _ = broker.set_zero_linger();
        let (from_client, to_client) = client.into_split();
        let (from_broker, to_broker) = broker.into_split();
        // Whichever way ends first ends both.
        tokio::select! {
            () = self.pump(from_client, to_broker, Way::ToBroker) => {}
            () = self.pump(from_broker, to_client, Way::ToClient) => {}
        }
    }

    async fn pump(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: Way) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let Ok(length @ 1..) = from.read(&mut buffer).await else {
                return;
            };
            let piece = &mut buffer[..length];
            match self.pass(piece, &mut to, way).await {
                Ok(Then::GoOn) => {}
                Ok(Then::HalfClose) => {
                    let _ = to.shutdown().await;
                    // The other way goes on until somebody is tired of it.
                    sleep(Duration::from_secs(5)).await;
                    return;
                }
                Ok(Then::Reset) | Err(_) => return,
            }
        }
    }

    async fn pass(&self, piece: &mut [u8], to: &mut OwnedWriteHalf, way: Way) -> io::Result<Then> {
        let half = piece.len() / 2;
        match (self.fault(), way) {
            (Fault::ResetMidRequest, Way::ToBroker) | (Fault::TruncatedAnswers, Way::ToClient) => {
                to.write_all(&piece[..half]).await?;
                sleep(Duration::from_millis(5)).await;
                return Ok(Then::Reset);
            }
            (Fault::ResetBeforeAnswer, Way::ToClient) => return Ok(Then::Reset),
            (fault @ Fault::BlackHole, _) | (fault @ Fault::LostAnswers, Way::ToClient) => {
                // TCP loses no bytes in between: what is held back stays so until the end.
                while self.fault() == fault {
                    sleep(Duration::from_millis(20)).await;
                }
                return Ok(Then::Reset);
            }
            (Fault::SingleBytes, _) => {
                to.set_nodelay(true)?;
                // The rest in one: hours for a megabyte help nobody.
                let (single, rest) = piece.split_at(piece.len().min(200));
                for byte in single {
                    to.write_all(&[*byte]).await?;
                }
                to.write_all(rest).await?;
                return Ok(Then::GoOn);
            }
            (Fault::Slow, _) => sleep(Duration::from_millis(50)).await,
            (Fault::Jitter, _) => sleep(Duration::from_millis(random() % 200)).await,
            (Fault::LateAnswers, Way::ToClient) => sleep(Duration::from_secs(2)).await,
            // Elsewhere nobody could tell: Kafka's answers have no checksum but TCP's.
            (Fault::CorruptAnswers, Way::ToClient) => {
                for byte in piece.iter_mut().take(8) {
                    *byte ^= 0x5a;
                }
            }
            (Fault::HalfCloseToBroker, Way::ToBroker)
            | (Fault::HalfCloseToClient, Way::ToClient) => return Ok(Then::HalfClose),
            (Fault::Refuse, _) => return Ok(Then::Reset),
            (Fault::RandomReset, _) if random().is_multiple_of(8) => return Ok(Then::Reset),
            _ => {}
        }
        to.write_all(piece).await?;
        Ok(Then::GoOn)
    }
}

trait NoDelay {
    fn set_nodelay(&self, on: bool) -> io::Result<()>;
}

impl NoDelay for OwnedWriteHalf {
    fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.as_ref().set_nodelay(on)
    }
}

/// Any number; runs are not meant to be repeatable, networks are not either.
#[must_use]
pub fn random() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0)
}
