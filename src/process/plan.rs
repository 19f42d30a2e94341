//! What is to be started, as the JS layer wrote it: every option is checked there, and nothing is left to be guessed here.

use serde::Deserialize;

/// A program to start, and how to treat it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// A path, or a name to be found on the `PATH` of `env`.
    pub file: String,
    /// What the program is told that its name is, and its arguments.
    pub argv: Vec<String>,
    /// `NAME=value`.
    pub env: Vec<String>,
    pub cwd: Option<String>,
    /// By number: what the child has as its file descriptors.
    pub stdio: Vec<Stdio>,
    /// In a session of its own.
    #[serde(default)]
    pub detached: bool,
    /// Its descendants get the signals too: it leads a process group of its own.
    #[serde(default)]
    pub kills_descendants: bool,
    /// It gets SIGTERM when this process ends.
    #[serde(default)]
    pub cleanup: bool,
    /// The signal that the kernel sends it when this process ends in any way, where the kernel can do that.
    pub death_signal: Option<i32>,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    /// Added to its niceness.
    pub nice: Option<i32>,
    /// Milliseconds after which it is killed.
    pub timeout: Option<f64>,
    pub kill_signal: i32,
    /// Milliseconds from a signal that should have ended it to SIGKILL.
    pub force_kill_after: Option<f64>,
    /// What it writes to 1 and 2 is kept in one piece too, in the order in which it came.
    #[serde(default)]
    pub all: bool,
}

/// What one file descriptor of the child is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Stdio {
    Ignore,
    /// A file descriptor of this process.
    Fd {
        fd: i32,
    },
    File {
        path: String,
        append: bool,
    },
    /// Read from a file.
    InputFile {
        path: String,
    },
    /// We write, the child reads.
    Input,
    /// The child writes, we read.
    Output {
        /// Kept for the result, up to so many bytes.
        keep: Option<usize>,
    },
    /// The channel of a Node script, by Node's protocol.
    Channel {
        /// Messages are V8's serialization, with their length before them; else lines of JSON.
        advanced: bool,
    },
}
