//! A session connects one JS layer with the engine: it hands outcomes to JavaScript, keeps the event loop alive exactly
//! while tasks are outstanding, and ends all work when the environment ends. Runs on: the JS thread.
//!
//! There is one for every evaluation of the JS layer: one in a program, one in each worker thread that loads offloop,
//! and one for each test file that Jest evaluates in a realm of its own. Between tasks a session holds its JavaScript
//! weakly, so that a realm that is done can be collected, and the session with it.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

use crate::engine::{Answer, Cancel, Code, Crew, News, Outcome, Pool, Reason, TaskError, Value};

use super::completions::{Completions, Event};
use super::values::{self, Borrowed, Leases};
use super::wake::Wake;

/// How many events one call of `settle` gets: enough to make the call's cost vanish, few enough that timers and sockets
/// get their turn in between. Exported as `batchSize`.
pub(super) const BATCH: usize = 512;

/// How long the end of a process waits for tasks to notice that they were cancelled.
const PATIENCE: Duration = Duration::from_millis(100);

/// What an event in the batch is, and how many entries of `values` belong to it.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Kind {
    /// The task gave `undefined`. None.
    Undefined = 0,
    /// A number. One.
    Number = 1,
    /// JSON text. One.
    Json = 2,
    /// JSON text or `undefined`, then an array of element numbers and `ArrayBuffer`s by turns. Two.
    Binary = 3,
    /// Code, message, and the operating system's name or `undefined`. Three.
    Error = 4,
    /// Completed, total. Two.
    Progress = 5,
    /// A queue has room again; the number is the pool's. None.
    Room = 6,
    /// The call's result is in the mail of a worker. Worker and run. Two.
    Mail = 7,
    /// The call threw; JSON text. One.
    Thrown = 8,
    /// The call threw, and what it threw is in the mail of a worker. Worker and run. Two.
    ThrownMail = 9,
    /// The progress of a call, as JSON text. One.
    Report = 10,
    /// The progress of a call, in the mail of a worker. Worker and run. Two.
    ReportMail = 11,
    /// A worker wants the parcel of a call. The worker. One.
    ParcelWanted = 12,
    /// The task has been started. None.
    Started = 13,
    /// A worker takes calls; the number is the crew's, so below. The worker. One.
    Ready = 14,
    /// A run was cancelled. Worker, run, and the code of the error. Three.
    Stopping = 15,
    /// A worker takes no more calls and has none. The worker. One.
    Retired = 16,
    /// A worker is gone, and all that it said before was told. The worker. One.
    Gone = 17,
    /// A worker was called for what another left. The worker. One.
    Called = 18,
}

/// What JavaScript holds of a session.
#[napi(js_name = "Session")]
pub struct SessionHandle(pub(super) Rc<Session>);

pub(super) struct Session {
    env: sys::napi_env,
    pub(super) completions: Arc<Completions>,
    pub(super) leases: Arc<Leases>,
    /// Tasks that can be cancelled by slot, and the JS buffers they read.
    tracked: RefCell<Vec<Option<Tracked>>>,
    /// The pools of this session, to end with it.
    pools: RefCell<Vec<std::sync::Weak<Pool>>>,
    crews: RefCell<Vec<std::sync::Weak<Crew>>>,
    /// Tasks that have not settled in JavaScript.
    outstanding: Cell<usize>,
    /// JavaScript's `settle(count, values)`; strong while tasks are outstanding.
    settle: sys::napi_ref,
    /// The memory of JavaScript's `batch`: `BATCH` pairs of slot and kind. Valid while `settle` is held, which closes over
    /// it; a reference of its own would keep the whole realm alive.
    batch: *mut u32,
    /// Events that were taken and did not fit into the last batch, the next one last.
    backlog: RefCell<Vec<(u32, Event)>>,
    /// How many events JavaScript has got since the last pause.
    delivered: Cell<usize>,
    /// JavaScript has got a turn's share, and calls `deliver` on a later turn. Node calls `on_wake` up to a thousand times
    /// in one turn while there are wake-ups, and no timer or socket would have its turn.
    paused: Cell<bool>,
    /// No task is taken any more.
    closed: Cell<bool>,
    /// The environment has ended, and Node has freed or will free what it gave.
    ended: Cell<bool>,
}

struct Tracked {
    task: Arc<dyn Cancel>,
    borrowed: Borrowed,
}

thread_local! {
    /// The sessions of this thread's environment, for its `'exit'` event.
    static SESSIONS: RefCell<Vec<Weak<Session>>> = const { RefCell::new(Vec::new()) };
}

#[napi]
impl SessionHandle {
    /// `settle(count, values, more)` is called with what happened: `count` pairs of slot and kind are in `batch`. When there
    /// is `more`, it calls `deliver` on the next turn of the event loop. It must close over `batch`.
    #[napi(constructor)]
    pub fn new(env: Env, settle: Unknown<'_>, batch: Unknown<'_>) -> Result<Self> {
        napi::bindgen_prelude::retain_current_module_for_unload_safety();
        Session::open(env, settle, batch).map(Self)
    }

    /// Goes on handing over what has happened, when `settle` was told that there is more.
    #[napi]
    pub fn deliver(&self) {
        self.0.paused.set(false);
        self.0.deliver();
    }

    /// Asks the task in `slot` to stop because the caller aborted it.
    #[napi]
    pub fn abort(&self, slot: u32) {
        if let Some(Some(tracked)) = self.0.tracked.borrow().get(slot as usize) {
            tracked.task.cancel(Reason::Aborted);
        }
    }
}

impl Session {
    fn open(env: Env, settle: Unknown<'_>, batch: Unknown<'_>) -> Result<Rc<Self>> {
        let raw = env.raw();
        let mut settle_ref = ptr::null_mut();
        let (mut len, mut data) = (0, ptr::null_mut());
        // SAFETY: both values are live in this environment, and the out pointers through the calls.
        unsafe {
            check_status!(sys::napi_create_reference(raw, settle.raw(), 0, &mut settle_ref))?;
            check_status!(sys::napi_get_typedarray_info(
                raw,
                batch.raw(),
                ptr::null_mut(),
                &mut len,
                &mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            ))?;
        }
        if len < 2 * BATCH {
            return Err(Error::from_reason("the batch is too small"));
        }
        let session = Rc::new(Self {
            env: raw,
            completions: Arc::new(Completions::new()),
            leases: Arc::default(),
            tracked: RefCell::default(),
            pools: RefCell::default(),
            crews: RefCell::default(),
            outstanding: Cell::new(0),
            settle: settle_ref,
            batch: data.cast(),
            backlog: RefCell::default(),
            delivered: Cell::new(0),
            paused: Cell::new(false),
            closed: Cell::new(false),
            ended: Cell::new(false),
        });
        let me = Rc::as_ptr(&session).cast_mut().cast::<c_void>();
        // SAFETY: this is the thread of `env`. `me` is valid until the session is dropped, which closes the wake and
        // takes the hook back first. The hook comes after the threadsafe function, so that it runs before Node frees
        // that one.
        unsafe {
            let wake = Wake::new(raw, me, Some(on_wake))?;
            let _ = session.completions.wake.set(wake);
            check_status!(sys::napi_add_env_cleanup_hook(raw, Some(on_env_end), me))?;
        }
        SESSIONS.with_borrow_mut(|sessions| {
            sessions.retain(|session| session.strong_count() > 0);
            sessions.push(Rc::downgrade(&session));
        });
        Ok(session)
    }

    fn wake(&self) -> &Wake {
        self.completions.wake.get().expect("set when the session was opened")
    }

    /// Notes that a task is on its way. Follows a successful submit.
    pub(super) fn expect_one(&self) {
        let before = self.outstanding.replace(self.outstanding.get() + 1);
        if before == 0 {
            self.wake().keep_alive(self.env, true);
            // SAFETY: `settle` is a reference of this environment, and this is its thread. The weak reference has its
            // function: the JS layer keeps it on the object of this session, and that one is being called.
            unsafe { sys::napi_reference_ref(self.env, self.settle, ptr::null_mut()) };
        }
    }

    /// Makes a task cancellable by its slot, and keeps the JS memory it reads.
    pub(super) fn track(&self, slot: u32, task: Arc<dyn Cancel>, borrowed: Borrowed) {
        let mut tracked = self.tracked.borrow_mut();
        let slot = slot as usize;
        if tracked.len() <= slot {
            tracked.resize_with(slot + 1, || None);
        }
        tracked[slot] = Some(Tracked { task, borrowed });
    }

    pub(super) fn adopt(&self, pool: &Arc<Pool>) {
        let mut pools = self.pools.borrow_mut();
        pools.retain(|pool| pool.strong_count() > 0);
        pools.push(Arc::downgrade(pool));
    }

    pub(super) fn adopt_crew(&self, crew: &Arc<Crew>) {
        let mut crews = self.crews.borrow_mut();
        crews.retain(|crew| crew.strong_count() > 0);
        crews.push(Arc::downgrade(crew));
    }

    /// These tasks have settled, and JavaScript knows.
    pub(super) fn forget(&self, slots: &[u32]) {
        for slot in slots {
            self.untrack(*slot);
        }
        self.settled(slots.len());
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Hands one batch of events to JavaScript. When there may be more, JavaScript is told so, and calls again on the next
    /// turn of the event loop: a threadsafe function that is called meanwhile would be answered in the same turn.
    fn deliver(&self) {
        // Held until the end, it keeps the memory of `batch`, which it closes over.
        let Some(settle) = self.settle_function() else { return };
        let mut events = self.backlog.borrow_mut();
        let mut batch = Batch { env: self.env, at: self.batch, count: 0, values: None, len: 0 };
        let (mut settled, mut answered) = (0, false);
        while batch.count < BATCH {
            if events.is_empty() {
                self.completions.take(&mut events);
                events.reverse();
            }
            match events.pop() {
                Some((slot, Event::Settled(outcome))) => {
                    settled += 1;
                    batch.settle(slot, outcome);
                    // After that: the result may be in memory that this keeps.
                    self.untrack(slot);
                }
                Some((slot, Event::Answered { answer, threw, worker, run })) => {
                    settled += 1;
                    batch.answered(slot, answer, threw, worker, run);
                    self.untrack(slot);
                }
                Some((number, event)) => batch.tell(number, &event),
                None if answered => break,
                None => {
                    self.completions.answer();
                    answered = true;
                }
            }
        }
        drop(events);
        self.delivered.set(self.delivered.get() + batch.count);
        let more = self.delivered.get() >= BATCH;
        if more {
            self.delivered.set(0);
            self.paused.set(true);
            self.completions.take_back();
        }
        if batch.count > 0 {
            self.call(settle, &batch, more);
        }
        self.settled(settled);
    }

    /// JavaScript's `settle`. `None` when the JS layer was collected as garbage: then no task is outstanding.
    fn settle_function(&self) -> Option<sys::napi_value> {
        let mut settle = ptr::null_mut();
        // SAFETY: on the thread of a live `env`, inside the handle scope of the caller's.
        unsafe { sys::napi_get_reference_value(self.env, self.settle, &mut settle) };
        (!settle.is_null()).then_some(settle)
    }

    fn untrack(&self, slot: u32) {
        let tracked = self.tracked.borrow_mut().get_mut(slot as usize).and_then(Option::take);
        if let Some(tracked) = tracked {
            // SAFETY: on the thread of a live `env`.
            unsafe { tracked.borrowed.release(self.env) };
        }
    }

    fn call(&self, settle: sys::napi_value, batch: &Batch, more: bool) {
        let (mut this, mut count, mut flag) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: on the thread of a live `env`, inside the handle scope of the caller's. When the environment is being
        // terminated the call fails, and nobody is left to hear of it.
        unsafe {
            sys::napi_get_undefined(self.env, &mut this);
            sys::napi_create_uint32(self.env, batch.count as u32, &mut count);
            sys::napi_get_boolean(self.env, more, &mut flag);
            let arguments = [count, batch.values.unwrap_or(this), flag];
            sys::napi_call_function(self.env, this, settle, 3, arguments.as_ptr(), ptr::null_mut());
        }
    }

    fn settled(&self, count: usize) {
        let left = self.outstanding.get() - count;
        self.outstanding.set(left);
        if count > 0 && left == 0 {
            self.wake().keep_alive(self.env, false);
            // SAFETY: on the thread of a live `env`; undoes the one of `expect_one`.
            unsafe { sys::napi_reference_unref(self.env, self.settle, ptr::null_mut()) };
        }
    }

    /// Takes no more tasks and cancels all there are. Pool threads get `PATIENCE` to end.
    fn shut_down(&self) {
        self.closed.set(true);
        for tracked in self.tracked.borrow().iter().flatten() {
            tracked.task.cancel(Reason::Closed);
        }
        let pools: Vec<_> = self.pools.borrow().iter().filter_map(std::sync::Weak::upgrade).collect();
        for pool in &pools {
            pool.destroy();
        }
        // Node ends the workers themselves.
        for crew in self.crews.borrow().iter().filter_map(std::sync::Weak::upgrade) {
            crew.destroy();
        }
        for pool in &pools {
            pool.join(PATIENCE);
        }
    }
}

impl Drop for Session {
    /// Collected as garbage, or at the end of the environment, when `on_env_end` has run.
    fn drop(&mut self) {
        let me = ptr::from_mut(self).cast::<c_void>();
        if self.completions.wake.get().is_some() && !self.ended.get() {
            // SAFETY: the environment lives, this is its thread.
            unsafe { sys::napi_remove_env_cleanup_hook(self.env, Some(on_env_end), me) };
            self.wake().close(true);
            // SAFETY: as above; the reference is of this environment and deleted once.
            unsafe { sys::napi_delete_reference(self.env, self.settle) };
        }
    }
}

/// The JS thread was woken up.
unsafe extern "C" fn on_wake(env: sys::napi_env, _: sys::napi_value, session: *mut c_void, _: *mut c_void) {
    // Without an environment Node is only clearing the queue of a function that was closed.
    if env.is_null() {
        return;
    }
    // SAFETY: the session lives until it has closed its wake, and then Node calls no more.
    let session = unsafe { &*session.cast::<Session>() };
    if !session.paused.get() {
        session.deliver();
    }
}

/// The environment ends: a worker was terminated, or the process exits of itself.
unsafe extern "C" fn on_env_end(session: *mut c_void) {
    // SAFETY: the session is dropped later, with its JS object, or has taken this hook back.
    let session = unsafe { &*session.cast::<Session>() };
    session.ended.set(true);
    session.wake().close(false);
    session.completions.close();
    session.backlog.take();
    session.shut_down();
    session.leases.wait();
}

/// Ends all work of this thread's environment, in bounded time: for the `'exit'` event of the process, after which the
/// main thread may go without any hook being run.
pub(super) fn shut_down_all() {
    let sessions: Vec<_> = SESSIONS.with_borrow(|sessions| sessions.iter().filter_map(Weak::upgrade).collect());
    for session in sessions {
        session.shut_down();
    }
}

/// A batch of events while it is written.
struct Batch {
    env: sys::napi_env,
    at: *mut u32,
    count: usize,
    /// The JS array of values, made for the first event that has one.
    values: Option<sys::napi_value>,
    len: u32,
}

impl Batch {
    fn add(&mut self, number: u32, kind: Kind) {
        // SAFETY: the batch has room for `BATCH` pairs, and `deliver` stops before.
        unsafe {
            self.at.add(2 * self.count).write(number);
            self.at.add(2 * self.count + 1).write(kind as u32);
        }
        self.count += 1;
    }

    fn settle(&mut self, slot: u32, outcome: Outcome) {
        match outcome {
            Ok(output) if !output.binaries.is_empty() => {
                self.add(slot, Kind::Binary);
                let json = match &output.value {
                    Value::Json(text) => self.text(text),
                    _ => self.undefined(),
                };
                self.value(json);
                let binaries = self.binaries(output.binaries);
                self.value(binaries);
            }
            Ok(output) => match output.value {
                Value::Undefined => self.add(slot, Kind::Undefined),
                Value::Number(number) => {
                    self.add(slot, Kind::Number);
                    let number = self.number(number);
                    self.value(number);
                }
                Value::Json(text) => {
                    self.add(slot, Kind::Json);
                    let text = self.text(&text);
                    self.value(text);
                }
            },
            Err(error) => self.error(slot, &error),
        }
    }

    fn error(&mut self, slot: u32, error: &TaskError) {
        self.add(slot, Kind::Error);
        let code = self.text(error.code.as_str());
        self.value(code);
        let message = self.text(&error.message);
        self.value(message);
        let errno = error.errno.map_or_else(|| self.undefined(), |errno| self.text(errno));
        self.value(errno);
    }

    fn tell(&mut self, number: u32, event: &Event) {
        match event {
            Event::Progress(report) => {
                self.add(number, Kind::Progress);
                for count in [report.completed, report.total] {
                    let count = self.number(count as f64);
                    self.value(count);
                }
            }
            Event::Room => self.add(number, Kind::Room),
            Event::Reported { answer: Answer::Json(text), .. } => {
                self.add(number, Kind::Report);
                let text = self.text(text);
                self.value(text);
            }
            Event::Reported { worker, run, .. } => self.mail(number, Kind::ReportMail, *worker, *run),
            Event::Started => self.add(number, Kind::Started),
            Event::ParcelWanted(worker) => self.worker(number, Kind::ParcelWanted, *worker),
            Event::News(News::Ready { worker }) => self.worker(number, Kind::Ready, *worker),
            Event::News(News::Retired { worker }) => self.worker(number, Kind::Retired, *worker),
            Event::News(News::Called { worker }) => self.worker(number, Kind::Called, *worker),
            Event::News(News::Gone { worker }) => self.worker(number, Kind::Gone, *worker),
            Event::News(News::Stopping { worker, run, reason }) => {
                self.mail(number, Kind::Stopping, *worker, *run);
                let code = self.text(reason.error().code.as_str());
                self.value(code);
            }
            Event::Settled(_) | Event::Answered { .. } => unreachable!("settled by `settle` and `answered`"),
        }
    }

    fn answered(&mut self, slot: u32, answer: Answer, threw: bool, worker: u32, run: u32) {
        match answer {
            Answer::Undefined => self.add(slot, Kind::Undefined),
            Answer::Number(number) => {
                self.add(slot, Kind::Number);
                let number = self.number(number);
                self.value(number);
            }
            Answer::Json(text) => {
                self.add(slot, if threw { Kind::Thrown } else { Kind::Json });
                let text = self.text(&text);
                self.value(text);
            }
            Answer::Mail => self.mail(slot, if threw { Kind::ThrownMail } else { Kind::Mail }, worker, run),
        }
    }

    fn worker(&mut self, number: u32, kind: Kind, worker: u32) {
        self.add(number, kind);
        let worker = self.number(f64::from(worker));
        self.value(worker);
    }

    fn mail(&mut self, number: u32, kind: Kind, worker: u32, run: u32) {
        self.worker(number, kind, worker);
        let run = self.number(f64::from(run));
        self.value(run);
    }

    /// Appends to `values`.
    fn value(&mut self, value: sys::napi_value) {
        // SAFETY: on the thread of a live `env`, inside a handle scope, with values of this environment; so in all
        // methods below.
        unsafe {
            let values = *self.values.get_or_insert_with(|| {
                let mut array = ptr::null_mut();
                sys::napi_create_array(self.env, &mut array);
                array
            });
            sys::napi_set_element(self.env, values, self.len, value);
        }
        self.len += 1;
    }

    fn undefined(&self) -> sys::napi_value {
        // SAFETY: see `value`.
        unsafe { values::undefined(self.env) }
    }

    fn number(&self, number: f64) -> sys::napi_value {
        // SAFETY: see `value`.
        unsafe { values::number(self.env, number) }
    }

    fn text(&self, text: &str) -> sys::napi_value {
        // SAFETY: see `value`.
        unsafe { values::text(self.env, text.as_bytes()) }
    }

    fn binaries(&self, binaries: Vec<crate::engine::Binary>) -> sys::napi_value {
        // The element's number, and the bytes.
        let values: Vec<_> = binaries
            .into_iter()
            .flat_map(|binary| {
                let element = self.number(f64::from(binary.element() as u8));
                // SAFETY: see `value`.
                [element, unsafe { values::array_buffer(self.env, binary.into_vec()) }]
            })
            .collect();
        // SAFETY: see `value`.
        unsafe { values::array(self.env, values.into_iter()) }
    }
}

/// What a refused submit answers: the stable code of the error.
pub(super) fn refusal(error: &TaskError) -> &'static str {
    match error.code {
        Code::QueueFull => Code::QueueFull.as_str(),
        _ => Code::PoolClosed.as_str(),
    }
}
