//! The thread that all children of the process are driven from. Started by the first child, and never ended: the kernel
//! ties a child's death signal to the thread that started it.

use std::future::Future;
use std::io;
use std::sync::OnceLock;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

/// Makes a future on the thread that runs it, so that the future need not be `Send`.
type Job = Box<dyn FnOnce() + Send>;

static JOBS: OnceLock<io::Result<UnboundedSender<Job>>> = OnceLock::new();

/// Runs a future on the thread of the children.
pub(super) fn run<F: Future<Output = ()> + 'static>(make: impl FnOnce() -> F + Send + 'static) -> io::Result<()> {
    let jobs = JOBS.get_or_init(begin).as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let job: Job = Box::new(move || drop(tokio::task::spawn_local(make())));
    jobs.send(job).map_err(|_| io::Error::other("the thread of the child processes has ended"))
}

fn begin() -> io::Result<UnboundedSender<Job>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let (jobs, mut coming) = unbounded_channel::<Job>();
    std::thread::Builder::new().name("offloop-io".into()).spawn(move || {
        LocalSet::new().block_on(&runtime, async {
            while let Some(job) = coming.recv().await {
                job();
            }
        });
    })?;
    Ok(jobs)
}
