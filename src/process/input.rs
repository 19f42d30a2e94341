//! What a child reads from us, piece by piece, each in its turn.

use std::io;
use std::os::fd::OwnedFd;

use tokio::net::unix::pipe::Sender;
use tokio::sync::mpsc::UnboundedReceiver;

pub(super) enum Piece {
    Bytes(Vec<u8>),
    End,
}

/// Writes what comes until the end. `wrote` hears of every piece.
pub(super) async fn run(pipe: OwnedFd, mut pieces: UnboundedReceiver<Piece>, wrote: impl Fn(io::Result<()>)) {
    let pipe = match Sender::from_owned_fd(pipe) {
        Ok(pipe) => pipe,
        Err(error) => return wrote(Err(error)),
    };
    while let Some(Piece::Bytes(bytes)) = pieces.recv().await {
        let result = write(&pipe, &bytes).await;
        let broken = result.is_err();
        wrote(result);
        if broken {
            break;
        }
    }
    // The end of the pipe is what the child reads next; whoever still writes hears that it is closed.
    drop(pipe);
    while let Some(Piece::Bytes(_)) = pieces.recv().await {
        wrote(Err(io::Error::from_raw_os_error(libc::EPIPE)));
    }
}

async fn write(pipe: &Sender, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        pipe.writable().await?;
        match pipe.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
