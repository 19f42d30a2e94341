//! The JS handle of a pool of JS workers, as its owner has it. Runs on: the owner's JS thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::engine::{Code, Crew, CrewConfig, CrewSink, Input, Order};

use super::session::{Session, SessionHandle};
use super::values::{Borrowed, bytes_of};

/// Numbers of crews are unique in the process, since workers find their crew by it, and have the highest bit set, so that
/// in the events of a session they differ from those of its pools.
static NEXT_NUMBER: AtomicU32 = AtomicU32::new(1 << 31);

/// The crews of the process, for workers that take their seats.
static CREWS: Mutex<Option<HashMap<u32, Weak<Crew>>>> = Mutex::new(None);

/// The crew of this number, while its owner has it.
pub(super) fn crew_of(number: u32) -> Option<Arc<Crew>> {
    let crews = CREWS.lock().unwrap_or_else(PoisonError::into_inner);
    crews.as_ref()?.get(&number)?.upgrade()
}

/// Options of a crew that the JS layer has checked.
#[napi(object)]
pub struct CrewOptions {
    /// Calls that may wait. May be `Infinity`.
    pub max_queue: f64,
    /// Bytes of input that calls may hold before no more are taken. May be `Infinity`.
    pub max_queue_bytes: f64,
    pub max_size: u32,
    pub concurrency: u32,
    /// Calls after which a worker is replaced.
    pub recycle_tasks: Option<f64>,
    /// Milliseconds after which a worker is replaced.
    pub recycle_age: Option<f64>,
    /// 0 to 19.
    pub nice_increment: i32,
}

/// Options of one call that the JS layer has checked. Times are in milliseconds.
#[napi(object)]
pub struct CallOptions {
    /// The number of the export.
    pub name: u32,
    pub timeout: Option<f64>,
    pub queue_timeout: Option<f64>,
    pub priority: i32,
    pub wants_progress: bool,
    pub traced: bool,
    pub affinity: Option<String>,
    pub fair_key: Option<String>,
    pub retry: u32,
    /// The size of a parcel.
    pub bytes: f64,
    /// The worker that was sent the parcel.
    pub to: Option<u32>,
}

/// What is to be done after a worker is gone.
#[napi(object)]
pub struct Departure {
    /// Slots of calls that have settled, and whose callers have not been told.
    pub lost: Vec<u32>,
    /// Workers to call.
    pub wake: Vec<u32>,
    /// How many calls the worker had taken.
    pub taken: f64,
}

#[napi(js_name = "Crew")]
pub struct CrewHandle(Rc<Handle>);

struct Handle {
    number: u32,
    crew: Arc<Crew>,
    session: Rc<Session>,
}

thread_local! {
    /// The crews of this environment by number, for `call_plain`.
    static OWN: RefCell<HashMap<u32, Rc<Handle>>> = RefCell::default();
}

/// What a submit answers: a refusal, or the worker to call (0 for none) and whether another worker is wanted.
const CLOSED: i32 = -1;
const FULL: i32 = -2;

/// Queues a call of the default export without options. Answers as `call` does.
#[napi]
pub fn call_plain(crew: u32, slot: u32, input: Option<Either<f64, String>>) -> i32 {
    let input = match input {
        None => Input::Undefined,
        Some(Either::A(number)) => Input::Number(number),
        Some(Either::B(text)) => Input::Json(text),
    };
    OWN.with_borrow(|own| own.get(&crew).map_or(CLOSED, |handle| handle.submit(slot, Order::new(input), false)))
}

#[napi]
impl CrewHandle {
    #[napi(constructor)]
    pub fn new(session: &SessionHandle, options: CrewOptions) -> Self {
        let session = Rc::clone(&session.0);
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed) | 1 << 31;
        let crew = Crew::new(CrewConfig {
            // A float beyond what a count can hold becomes the largest count: no bound.
            max_queue: options.max_queue as usize,
            max_queue_bytes: options.max_queue_bytes as usize,
            max_size: options.max_size as usize,
            concurrency: options.concurrency,
            recycle_tasks: options.recycle_tasks.map(|tasks| tasks as u64),
            recycle_age: milliseconds(options.recycle_age),
            nice_increment: options.nice_increment,
            told: (Arc::clone(&session.completions) as Arc<dyn CrewSink>, number),
        });
        session.adopt_crew(&crew);
        let mut crews = CREWS.lock().unwrap_or_else(PoisonError::into_inner);
        crews.get_or_insert_default().insert(number, Arc::downgrade(&crew));
        drop(crews);
        let handle = Rc::new(Handle { number, crew, session });
        OWN.with_borrow_mut(|own| own.insert(number, Rc::clone(&handle)));
        Self(handle)
    }

    /// The crew's number in `call_plain`, in events of the session, and for its workers.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.0.number
    }

    /// A worker is about to be started: its number.
    #[napi]
    pub fn hire(&self) -> u32 {
        self.0.crew.hire()
    }

    /// The number of an export, unless too many others were asked for.
    #[napi]
    pub fn name(&self, name: String) -> Option<u32> {
        self.0.crew.name(&name)
    }

    /// Whether another worker would be the home of this key of `affinity`.
    #[napi]
    pub fn wants_home(&self, key: String) -> bool {
        self.0.crew.wants_home(&key)
    }

    /// Queues a call. The kind says what the value is: 0 undefined, 1 a number, 2 JSON text, 3 bytes, 4 the number of a
    /// parcel. Answers -1 when the crew is closed and -2 when it is full; else twice the worker to call, or 0, and 1 more
    /// when another worker is wanted.
    #[napi]
    pub fn call(&self, env: Env, slot: u32, kind: u32, value: Unknown<'_>, options: CallOptions) -> Result<i32> {
        let input = input(env, kind, value)?;
        let order = Order {
            input,
            parcel_bytes: options.bytes as usize,
            name: options.name,
            priority: options.priority,
            timeout: milliseconds(options.timeout),
            queue_timeout: milliseconds(options.queue_timeout),
            wants_progress: options.wants_progress,
            traced: options.traced,
            affinity: options.affinity.map(Into::into),
            tenant: options.fair_key.map(Into::into),
            retries: options.retry,
            to: options.to,
        };
        Ok(self.0.submit(slot, order, true))
    }

    /// Why a call with this `fairKey` would be refused: the code of the error.
    #[napi]
    pub fn refusal(&self, fair_key: Option<String>) -> Option<&'static str> {
        self.0.crew.refusal(fair_key.map(Into::into).as_ref()).map(Code::as_str)
    }

    /// A worker that has nothing to do; the caller posts a parcel to it, or wakes it up.
    #[napi]
    pub fn call_idle(&self) -> Option<u32> {
        self.0.crew.call_idle()
    }

    /// Whether there are more calls than workers that will look for them.
    #[napi(getter)]
    pub fn short(&self) -> bool {
        self.0.crew.is_short()
    }

    /// Whether the worker still has this run; if so, it takes no more calls.
    #[napi]
    pub fn condemn(&self, worker: u32, run: u32) -> bool {
        self.0.crew.condemn(worker, run)
    }

    /// Whether the worker has not loaded its file yet; if so, it takes no calls.
    #[napi]
    pub fn condemn_unready(&self, worker: u32) -> bool {
        self.0.crew.condemn_unready(worker)
    }

    /// A worker's thread has ended: `Gone` comes behind all that it answered.
    #[napi]
    pub fn gone(&self, worker: u32) {
        self.0.crew.gone(worker);
    }

    /// Forgets a worker that is gone.
    #[napi]
    pub fn dismiss(&self, worker: u32) -> Departure {
        let dismissed = self.0.crew.dismiss(worker);
        self.0.session.forget(&dismissed.lost);
        Departure { lost: dismissed.lost, wake: dismissed.wake, taken: dismissed.taken as f64 }
    }

    /// Retires workers that have been idle for so many milliseconds, and keeps so many.
    #[napi]
    pub fn reap(&self, idle: f64, keep: u32) -> Vec<u32> {
        self.0.crew.reap(milliseconds(Some(idle)).unwrap_or(Duration::MAX), keep as usize)
    }

    #[napi(getter)]
    pub fn size(&self) -> u32 {
        self.0.crew.size() as u32
    }

    #[napi(getter)]
    pub fn queued(&self) -> u32 {
        self.0.crew.queued() as u32
    }

    /// How many more small calls would be taken.
    #[napi(getter)]
    pub fn room(&self) -> f64 {
        self.0.crew.room() as f64
    }

    /// Asks for one event when there is room.
    #[napi]
    pub fn want_room(&self) {
        self.0.crew.want_room();
    }

    /// Statistics as JSON text.
    #[napi]
    pub fn stats(&self) -> String {
        serde_json::to_string(&self.0.crew.stats()).expect("plain numbers can be written as JSON")
    }

    #[napi]
    pub fn cancel_queued(&self) {
        self.0.crew.cancel_queued();
    }

    /// Settles the calls that wait, and answers the slots of those whose callers have to be told.
    #[napi]
    pub fn give_up_queued(&self) -> Vec<u32> {
        let slots = self.0.crew.give_up_queued();
        self.0.session.forget(&slots);
        slots
    }

    /// Takes no more calls.
    #[napi]
    pub fn close(&self) {
        self.0.crew.close();
    }

    /// Closes the crew and cancels every call.
    #[napi]
    pub fn destroy(&self) {
        self.0.crew.destroy();
    }
}

impl CrewHandle {
    pub(super) fn crew(&self) -> Arc<Crew> {
        Arc::clone(&self.0.crew)
    }
}

impl Drop for CrewHandle {
    fn drop(&mut self) {
        // At the end of a thread its table may be gone before its objects.
        let _ = OWN.try_with(|own| own.borrow_mut().remove(&self.0.number));
        if let Some(crews) = &mut *CREWS.lock().unwrap_or_else(PoisonError::into_inner) {
            crews.remove(&self.0.number);
        }
    }
}

impl Handle {
    fn submit(&self, slot: u32, order: Order, track: bool) -> i32 {
        if self.session.is_closed() {
            return CLOSED;
        }
        match self.crew.submit(slot, order) {
            Ok(submitted) => {
                self.session.expect_one();
                if track {
                    self.session.track(slot, submitted.call, Borrowed::default());
                }
                submitted.wake.map_or(0, |worker| 2 * worker as i32) + i32::from(submitted.short)
            }
            Err(error) if error.code == Code::QueueFull => FULL,
            Err(_) => CLOSED,
        }
    }
}

fn input(env: Env, kind: u32, value: Unknown<'_>) -> Result<Input> {
    Ok(match kind {
        0 => Input::Undefined,
        1 => Input::Number(f64::from_unknown(value)?),
        2 => Input::Json(String::from_unknown(value)?),
        3 => {
            let (at, len) = bytes_of(env, value)?;
            // SAFETY: Node says that `len` bytes are there; no JavaScript runs while they are copied.
            let bytes = if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(at, len) } };
            Input::Bytes(Arc::new(bytes.to_vec()))
        }
        _ => Input::Parcel(u32::from_unknown(value)?),
    })
}

fn milliseconds(ms: Option<f64>) -> Option<Duration> {
    ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok())
}
