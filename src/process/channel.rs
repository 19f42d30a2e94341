//! The channel to a Node script, by Node's own protocol (lib/internal/child_process/serialization.js): a pair of sockets,
//! and on it lines of JSON, or V8's serialization with 4 bytes of its length before it, the high byte first.
//!
//! Messages are cut apart and put together here; what is in them JavaScript reads and writes.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::mpsc::UnboundedReceiver;

/// The largest message that is taken from a child: more would not fit into one of V8's strings.
const LARGEST: usize = 512 << 20;

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// Cuts what comes into messages.
#[derive(Default)]
pub(super) struct Cutter {
    advanced: bool,
    bytes: Vec<u8>,
    /// Up to where there is no end of a line.
    searched: usize,
}

impl Cutter {
    pub(super) fn new(advanced: bool) -> Self {
        Self { advanced, ..Self::default() }
    }

    /// The bytes of all messages that are complete now.
    pub(super) fn cut(&mut self, piece: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        self.bytes.extend_from_slice(piece);
        let mut messages = Vec::new();
        let mut at = 0;
        while let Some((from, to, next)) = self.next(at) {
            messages.push(self.bytes[from..to].to_vec());
            at = next;
        }
        self.bytes.drain(..at);
        self.searched = if self.advanced { 0 } else { self.bytes.len() };
        if self.expected() > LARGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a message is too large"));
        }
        Ok(messages)
    }

    /// Where the next message begins and ends, and where the one after it begins.
    fn next(&mut self, at: usize) -> Option<(usize, usize, usize)> {
        let rest = &self.bytes[at..];
        if self.advanced {
            let len = u32::from_be_bytes(*rest.first_chunk()?) as usize;
            return (rest.len() - 4 >= len).then_some((at + 4, at + 4 + len, at + 4 + len));
        }
        let from = if at == 0 { self.searched } else { 0 };
        let len = from + rest[from..].iter().position(|byte| *byte == b'\n')?;
        Some((at, at + len, at + len + 1))
    }

    /// How long the message is that is not complete.
    fn expected(&self) -> usize {
        match self.bytes.first_chunk() {
            Some(head) if self.advanced => u32::from_be_bytes(*head) as usize,
            _ => self.bytes.len(),
        }
    }
}

pub(super) enum Post {
    Bytes(Vec<u8>),
    End,
}

/// What is told of the channel.
pub(super) trait Told {
    fn messages(&self, messages: Vec<Vec<u8>>, advanced: bool);
    /// So many posts have been written.
    fn sent(&self, posts: u32);
}

/// Carries messages both ways until one side ends it.
pub(super) async fn run(
    socket: OwnedFd,
    advanced: bool,
    mut posts: UnboundedReceiver<Post>,
    told: &impl Told,
) -> io::Result<()> {
    let socket = std::os::unix::net::UnixStream::from(socket);
    socket.set_nonblocking(true)?;
    let socket = UnixStream::from_std(socket)?;
    let mut cutter = Cutter::new(advanced);
    let mut piece = Vec::with_capacity(PIECE);
    // What is being written: the bytes, how many of them are gone, and how many posts they are.
    let (mut bytes, mut gone, mut waiting) = (Vec::new(), 0, 0);
    let mut ended = false;
    loop {
        let interest = if bytes.is_empty() { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
        tokio::select! {
            post = posts.recv(), if !ended => match post {
                Some(Post::Bytes(post)) => {
                    bytes.extend_from_slice(&post);
                    waiting += 1;
                }
                Some(Post::End) | None => ended = true,
            },
            ready = socket.ready(interest) => {
                let ready = ready?;
                if ready.is_writable() && !bytes.is_empty() {
                    match socket.try_write(&bytes[gone..]) {
                        Ok(written) => gone += written,
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                    if gone == bytes.len() {
                        (bytes, gone) = (Vec::new(), 0);
                        told.sent(std::mem::take(&mut waiting));
                    }
                }
                if ready.is_readable() {
                    piece.clear();
                    match socket.try_read_buf(&mut piece) {
                        Ok(0) => return Ok(()),
                        Ok(_) => {
                            let messages = cutter.cut(&piece)?;
                            if !messages.is_empty() {
                                told.messages(messages, advanced);
                            }
                        }
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        if ended && bytes.is_empty() {
            return Ok(());
        }
    }
}
