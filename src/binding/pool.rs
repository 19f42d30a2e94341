//! The JS handle of a pool. Runs on: the JS thread.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::engine::{Budget, Job, Pool, PoolConfig, Sink, Ticket, budget};
use crate::tasks;

use super::session::{Session, SessionHandle, refusal};
use super::values::payload;

/// Options of a pool that the JS layer has checked.
#[napi(object)]
pub struct PoolOptions {
    pub name: String,
    /// Threads; `undefined` for the program's budget, shared with every other pool of that kind.
    pub size: Option<u32>,
    /// Tasks that may wait. May be `Infinity`.
    pub max_queue: f64,
    /// Bytes of input that tasks may hold. May be `Infinity`.
    pub max_queue_bytes: f64,
}

/// Options of one task that the JS layer has checked. Times are in milliseconds.
#[napi(object)]
pub struct TaskOptions {
    pub timeout: Option<f64>,
    pub queue_timeout: Option<f64>,
    pub priority: i32,
    pub wants_progress: bool,
}

#[napi(js_name = "Pool")]
pub struct PoolHandle {
    pool: Arc<Pool>,
    session: Rc<Session>,
}

#[napi]
impl PoolHandle {
    /// Starts the threads. `number` names the pool in events of the session.
    #[napi(constructor)]
    pub fn new(session: &SessionHandle, number: u32, options: PoolOptions) -> Result<Self> {
        let session = Rc::clone(&session.0);
        let shared = budget_or_throw()?;
        let pool = Pool::new(PoolConfig {
            name: options.name,
            size: options.size.map_or(shared.tokens(), |size| size as usize),
            // A float beyond what a count can hold becomes the largest count: no bound.
            max_queue: options.max_queue as usize,
            max_queue_bytes: options.max_queue_bytes as usize,
            budget: options.size.is_none().then_some(shared),
            told: (Arc::clone(&session.completions) as Arc<dyn Sink>, number),
        });
        let pool = Arc::new(pool.map_err(|error| Error::new(Status::GenericFailure, error.message))?);
        session.adopt(&pool);
        Ok(Self { pool, session })
    }

    /// Queues a task without input and options. Answers the code of an error when the pool refuses.
    #[napi]
    pub fn submit(&self, slot: u32, task: u32) -> Option<&'static str> {
        self.queue(slot, Job::new(&tasks::ALL[task as usize], crate::engine::Payload::default()), 0).err()
    }

    /// Queues a task. `kinds` says of each of the `binaries` what it is and how it may be used.
    #[napi]
    #[allow(clippy::too_many_arguments, reason = "a JS call with positional arguments is the cheapest there is")]
    pub fn submit_with(
        &self,
        env: Env,
        slot: u32,
        task: u32,
        json: Option<String>,
        binaries: Option<Vec<Unknown<'_>>>,
        kinds: Uint32ArraySlice<'_>,
        options: TaskOptions,
    ) -> Result<Option<&'static str>> {
        let (payload, borrowed) = payload(env, json, binaries, &kinds, &self.session.leases)?;
        let job = job(task, payload, &options);
        Ok(match self.queue(slot, job, options.priority) {
            Ok(ticket) => {
                self.session.track(slot, ticket, borrowed);
                None
            }
            Err(code) => {
                // SAFETY: on the thread of `env`, which is calling us.
                unsafe { borrowed.release(env.raw()) };
                Some(code)
            }
        })
    }

    #[napi(getter)]
    pub fn size(&self) -> u32 {
        self.pool.size() as u32
    }

    #[napi(getter)]
    pub fn queued(&self) -> u32 {
        self.pool.queued() as u32
    }

    /// How many more small tasks would be taken.
    #[napi(getter)]
    pub fn room(&self) -> f64 {
        self.pool.room() as f64
    }

    /// Whether a task with so many bytes of input would be taken.
    #[napi]
    pub fn has_room_for(&self, bytes: f64) -> bool {
        self.pool.has_room_for(bytes as usize)
    }

    /// Asks for one event when there is room.
    #[napi]
    pub fn want_room(&self) {
        self.pool.want_room();
    }

    /// Statistics as JSON text.
    #[napi]
    pub fn stats(&self) -> String {
        serde_json::to_string(&self.pool.stats()).expect("plain numbers can be written as JSON")
    }

    #[napi]
    pub fn cancel_queued(&self) {
        self.pool.cancel_queued();
    }

    /// Takes no more tasks; threads end when those that are in are done.
    #[napi]
    pub fn close(&self) {
        self.pool.close();
    }

    /// Closes the pool and cancels every task.
    #[napi]
    pub fn destroy(&self) {
        self.pool.destroy();
    }
}

impl PoolHandle {
    fn queue(&self, slot: u32, job: Job, priority: i32) -> std::result::Result<Arc<Ticket>, &'static str> {
        if self.session.is_closed() {
            return Err(crate::engine::Code::PoolClosed.as_str());
        }
        let sink = Arc::clone(&self.session.completions) as Arc<dyn Sink>;
        let ticket = self.pool.submit(slot, sink, job, priority).map_err(|error| refusal(&error))?;
        self.session.expect_one();
        Ok(ticket)
    }
}

pub(super) fn job(task: u32, payload: crate::engine::Payload, options: &TaskOptions) -> Job {
    let limit = |ms: Option<f64>| ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
    Job {
        entry: &tasks::ALL[task as usize],
        payload,
        timeout: limit(options.timeout),
        queue_timeout: limit(options.queue_timeout),
        wants_progress: options.wants_progress,
    }
}

pub(super) fn budget_or_throw() -> Result<&'static Budget> {
    budget::shared().map_err(|error| Error::new(Status::InvalidArg, error.message))
}
