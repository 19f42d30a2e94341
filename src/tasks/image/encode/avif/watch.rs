//! A way to stop rav1e, which has none of its own: it can tell a profiler whenever one of its functions begins (the
//! crates `profiling` and `tracing`), many times for each block of a picture. What listens here is no profiler. It looks
//! at the cancel token, and leaves by unwinding, past the encoder, whose memory is freed on the way.
//!
//! Runs on: the thread of the task, which is the only one that encodes. Listeners are known by thread, so whoever else uses
//! `tracing` in the process is not concerned.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::OnceLock;

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::engine::{Context, TaskError};

thread_local! {
    /// The task that encodes on this thread.
    static TASK: Cell<Option<NonNull<Context<'static>>>> = const { Cell::new(None) };
}

/// What is unwound with.
struct Stopped;

struct Listener;

/// Takes the task away from its thread.
struct TaskGuard;

impl Drop for TaskGuard {
    fn drop(&mut self) {
        TASK.set(None);
    }
}

/// Runs what calls rav1e, until it is done or the task is cancelled.
pub(super) fn watched<R>(context: &Context<'_>, encode: impl FnOnce() -> R) -> Result<R, TaskError> {
    static LISTENER: OnceLock<Dispatch> = OnceLock::new();
    let listener = LISTENER.get_or_init(|| Dispatch::new(Listener));
    context.check()?;
    TASK.set(Some(NonNull::from(context).cast()));
    let guard = TaskGuard;
    // What was being made is dropped with the encoder: nothing half done is left.
    let result = catch_unwind(AssertUnwindSafe(|| tracing::dispatcher::with_default(listener, encode)));
    drop(guard);
    result.or_else(|payload| match payload.downcast::<Stopped>() {
        Ok(_) => Err(context.check().expect_err("it is cancelled for good")),
        Err(panic) => resume_unwind(panic),
    })
}

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // Every time, not once.
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        // SAFETY: `watched` borrows the context for as long as it stands there, and takes it away, on this thread, before
        // it returns.
        let is_canceled = TASK.get().is_some_and(|task| unsafe { task.as_ref() }.is_canceled());
        if is_canceled {
            // Not a panic: nothing is printed.
            resume_unwind(Box::new(Stopped));
        }
        false
    }

    // Nothing is enabled, so none of these is ever called.

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
