//! The JS handle of a pool. Runs on: the JS thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::engine::{Budget, Code, Job, Pool, PoolConfig, Sink, TaskError, Ticket, budget};
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
    /// Bytes of input that tasks may hold before no more are taken. May be `Infinity`.
    pub max_queue_bytes: f64,
    /// 0 to 19.
    pub nice_increment: i32,
}

/// Options of one task that the JS layer has checked. Times are in milliseconds.
#[napi(object)]
pub struct TaskOptions {
    pub timeout: Option<f64>,
    pub queue_timeout: Option<f64>,
    pub priority: i32,
    pub wants_progress: bool,
    pub traced: bool,
}

/// What JavaScript holds of a pool. Collected as garbage, it lets the pool go.
#[napi(js_name = "Pool")]
pub struct PoolHandle(Rc<Handle>);

struct Handle {
    /// The pool's place in `POOLS`.
    number: u32,
    pool: Arc<Pool>,
    session: Rc<Session>,
}

thread_local! {
    /// The pools of this environment by number, for `submit`: looking one up here costs a fraction of unwrapping a JS
    /// object.
    static POOLS: RefCell<Vec<Option<Rc<Handle>>>> = const { RefCell::new(Vec::new()) };
}

/// Queues a task without input and options. Answers the code of an error when the pool refuses.
#[napi]
pub fn submit(pool: u32, slot: u32, task: u32) -> Option<&'static str> {
    POOLS.with_borrow(|pools| match pools.get(pool as usize) {
        Some(Some(handle)) => {
            handle.queue(slot, Job::new(&tasks::ALL[task as usize], crate::engine::Payload::default()), 0).err()
        }
        _ => Some(Code::PoolClosed.as_str()),
    })
}

#[napi]
impl PoolHandle {
    /// Starts the threads.
    #[napi(constructor)]
    pub fn new(session: &SessionHandle, options: PoolOptions) -> Result<Self, String> {
        let session = Rc::clone(&session.0);
        let shared = budget_or_throw()?;
        let number = POOLS.with_borrow(|pools| pools.iter().position(Option::is_none).unwrap_or(pools.len())) as u32;
        let pool = Pool::new(PoolConfig {
            name: options.name,
            size: options.size.map_or(shared.tokens(), |size| size as usize),
            // A float beyond what a count can hold becomes the largest count: no bound.
            max_queue: options.max_queue as usize,
            max_queue_bytes: options.max_queue_bytes as usize,
            nice_increment: options.nice_increment,
            budget: options.size.is_none().then_some(shared),
            told: (Arc::clone(&session.completions) as Arc<dyn Sink>, number),
        });
        let pool = Arc::new(pool.map_err(|error| thrown(&error))?);
        session.adopt(&pool);
        let handle = Rc::new(Handle { number, pool, session });
        POOLS.with_borrow_mut(|pools| {
            pools.resize_with(pools.len().max(number as usize + 1), || None);
            pools[number as usize] = Some(Rc::clone(&handle));
        });
        Ok(Self(handle))
    }

    /// The pool's number in `submit` and in events of the session.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.0.number
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
        let (payload, borrowed) = payload(env, json, binaries, &kinds, &self.0.session.leases)?;
        let job = job(task, payload, &options);
        Ok(match self.0.queue(slot, job, options.priority) {
            Ok(ticket) => {
                self.0.session.track(slot, ticket, borrowed);
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
        self.0.pool.size() as u32
    }

    #[napi(getter)]
    pub fn queued(&self) -> u32 {
        self.0.pool.queued() as u32
    }

    /// How many more small tasks would be taken.
    #[napi(getter)]
    pub fn room(&self) -> f64 {
        self.0.pool.room() as f64
    }

    /// Asks for one event when there is room.
    #[napi]
    pub fn want_room(&self) {
        self.0.pool.want_room();
    }

    /// Statistics as JSON text.
    #[napi]
    pub fn stats(&self) -> String {
        serde_json::to_string(&self.0.pool.stats()).expect("plain numbers can be written as JSON")
    }

    #[napi]
    pub fn cancel_queued(&self) {
        self.0.pool.cancel_queued();
    }

    /// Takes no more tasks; threads end when those that are in are done.
    #[napi]
    pub fn close(&self) {
        self.0.pool.close();
    }

    /// Closes the pool and cancels every task.
    #[napi]
    pub fn destroy(&self) {
        self.0.pool.destroy();
    }
}

impl Drop for PoolHandle {
    fn drop(&mut self) {
        // At the end of a thread its table may be gone before its objects.
        let _ = POOLS.try_with(|pools| pools.borrow_mut()[self.0.number as usize].take());
    }
}

impl Handle {
    fn queue(&self, slot: u32, job: Job, priority: i32) -> std::result::Result<Arc<Ticket>, &'static str> {
        if self.session.is_closed() {
            return Err(Code::PoolClosed.as_str());
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
        traced: options.traced,
    }
}

pub(super) fn budget_or_throw() -> Result<&'static Budget, String> {
    budget::shared().map_err(|error| thrown(&error))
}

/// An error to throw: with our own code instead of one of napi's.
fn thrown(error: &TaskError) -> Error<String> {
    Error::new(error.code.as_str().to_owned(), error.message.clone())
}
