//! The one-off door: tasks on libuv's threads, through napi-rs's `AsyncTask`. Runs on: the JS thread and libuv's threads.
//!
//! Node waits for libuv's work before it ends an environment, and before any hook of ours is called: a worker thread
//! that is terminated would hang until the task is done. So the JS layer opens this door on the main thread only; there
//! the `'exit'` event comes in time to cancel.

use std::sync::{Arc, OnceLock};

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::engine::{Code, OneOff, Sink};

use super::pool::{TaskOptions, job};
use super::session::SessionHandle;
use super::values::payload;

/// One queue for the process, as there is one libuv pool.
fn queue() -> &'static OneOff {
    static QUEUE: OnceLock<OneOff> = OnceLock::new();
    QUEUE.get_or_init(|| OneOff::new(OneOff::libuv_threads(std::env::var("UV_THREADPOOL_SIZE").ok().as_deref())))
}

/// Takes tasks from the queue until it is empty. Each settles through its ticket; the promise of this work itself says
/// nothing and nobody looks at it.
pub struct Runner;

#[napi]
impl Task for Runner {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        queue().run();
        Ok(())
    }

    fn resolve(&mut self, _: Env, (): ()) -> Result<()> {
        Ok(())
    }
}

#[napi]
impl SessionHandle {
    /// Queues a one-off task. Answers the code of an error when the session is closed, and whether the caller should
    /// start one more runner.
    #[napi]
    #[allow(clippy::too_many_arguments, reason = "a JS call with positional arguments is the cheapest there is")]
    pub fn submit_one_off(
        &self,
        env: Env,
        slot: u32,
        task: u32,
        json: Option<String>,
        binaries: Option<Vec<Unknown<'_>>>,
        kinds: Uint32ArraySlice<'_>,
        options: TaskOptions,
    ) -> Result<Either<bool, &'static str>> {
        let session = &self.0;
        if session.is_closed() {
            return Ok(Either::B(Code::PoolClosed.as_str()));
        }
        let (payload, borrowed) = payload(env, json, binaries, &kinds, &session.leases)?;
        let sink = Arc::clone(&session.completions) as Arc<dyn Sink>;
        let (ticket, start) = queue().submit(slot, sink, job(task, payload, &options));
        session.track(slot, ticket, borrowed);
        session.expect_one();
        Ok(Either::A(start))
    }
}

/// Starts a runner on libuv's pool.
#[napi]
pub fn start_runner() -> AsyncTask<Runner> {
    AsyncTask::new(Runner)
}
