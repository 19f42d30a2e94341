//! One child from its start to its end.
//!
//! Runs on: the thread of the children. Commands come from JS threads; events go to whoever started the child. The last
//! event is `Closed`, or `Failed` when there was no child.

use std::cell::RefCell;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::{sleep, sleep_until};

use super::channel::{self, Post};
use super::group::{Listed, Target};
use super::input::{self, Piece};
use super::launch::launch;
use super::output::{self, Output};
use super::plan::{Plan, Stdio};
use super::runtime;
use super::watch::{Exit, exit_of, reap};

/// How often it is looked whether descendants are left that were told to end.
const PATIENCE: Duration = Duration::from_millis(20);

/// What a child is to be done to.
#[derive(Debug)]
pub enum Command {
    /// A signal. One that `ends` a child is followed by SIGKILL after the plan's delay.
    Kill {
        signal: i32,
        ends: bool,
    },
    /// Nobody wants it any more.
    Cancel,
    Write(Vec<u8>),
    EndInput,
    /// Hand on what comes from this output.
    Claim(usize),
    /// So many bytes of it have been read.
    Credit(usize, i64),
    /// Nobody wants what else comes from it: its pipe is closed.
    Close(usize),
    Post(Vec<u8>),
    Disconnect,
}

/// Why a child was told to end, which decides about the error that its caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Killed,
    Canceled,
    TimedOut,
    /// More than is to be kept came from the output of this number.
    TooMuch(usize),
}

#[derive(Debug)]
pub enum Event {
    Spawned {
        pid: i32,
    },
    /// There is no child. The error's number, what failed, and the file it is about when that is not the program.
    Failed {
        errno: i32,
        call: &'static str,
        path: Option<String>,
    },
    Data {
        number: usize,
        bytes: Vec<u8>,
    },
    /// The output has ended.
    End {
        number: usize,
    },
    /// A piece of input was written, or could not be: the error's number.
    Wrote {
        errno: Option<i32>,
    },
    Messages {
        messages: Vec<Vec<u8>>,
        advanced: bool,
    },
    Sent {
        posts: u32,
    },
    Disconnected,
    Exited(Exit),
    Closed(Box<Report>),
}

/// How it went.
#[derive(Debug)]
pub struct Report {
    /// By number: what was kept.
    pub outputs: Vec<Option<Vec<u8>>>,
    pub all: Option<Vec<u8>>,
    pub exit: Exit,
    pub cause: Option<Cause>,
    /// SIGKILL came after the delay.
    pub forced: bool,
    pub duration: Duration,
}

/// Who is told. From the thread of the children; must not block.
pub trait Events: Send + Sync {
    fn tell(&self, id: u32, event: Event);
}

/// The way to a child.
#[derive(Clone, Debug)]
pub struct Remote(UnboundedSender<Command>);

impl Remote {
    /// Does nothing once the child has ended.
    pub fn command(&self, command: Command) {
        let _ = self.0.send(command);
    }
}

/// Starts a child. `owner` is the environment that it is ended with, `id` its number there, `plan` a `Plan` as JSON, which
/// is read on the thread of the children.
pub fn start(owner: u32, id: u32, plan: String, events: Arc<dyn Events>) -> io::Result<Remote> {
    let (remote, commands) = unbounded_channel();
    runtime::run(move || live(owner, id, plan, commands, events))?;
    Ok(Remote(remote))
}

/// What the child's pipes say to its life.
enum Note {
    Ended,
    TooMuch(usize),
}

/// Tells of one pipe.
struct Teller {
    id: u32,
    number: usize,
    events: Arc<dyn Events>,
    notes: UnboundedSender<Note>,
}

impl Teller {
    fn tell(&self, event: Event) {
        self.events.tell(self.id, event);
    }
}

impl output::Told for Teller {
    fn data(&self, bytes: Vec<u8>) {
        self.tell(Event::Data { number: self.number, bytes });
    }

    fn too_much(&self) {
        let _ = self.notes.send(Note::TooMuch(self.number));
    }
}

impl channel::Told for Teller {
    fn messages(&self, messages: Vec<Vec<u8>>, advanced: bool) {
        self.tell(Event::Messages { messages, advanced });
    }

    fn sent(&self, posts: u32) {
        self.tell(Event::Sent { posts });
    }
}

/// The pipes of a child, by way of which its life reaches those who carry them.
#[derive(Default)]
struct Pipes {
    outputs: Vec<Option<(Rc<Output>, Rc<Teller>)>>,
    all: Option<Rc<RefCell<Vec<u8>>>>,
    input: Option<UnboundedSender<Piece>>,
    channel: Option<UnboundedSender<Post>>,
    /// Outputs and channels that have not ended.
    open: usize,
}

async fn live(owner: u32, id: u32, plan: String, mut commands: UnboundedReceiver<Command>, events: Arc<dyn Events>) {
    let began = Instant::now();
    let Ok(plan) = serde_json::from_str::<Plan>(&plan) else {
        return events.tell(id, Event::Failed { errno: libc::EINVAL, call: "spawn", path: None });
    };
    let launched = match launch(&plan) {
        Ok(launched) => launched,
        Err(refused) => {
            let errno = refused.error.raw_os_error().unwrap_or(libc::EIO);
            return events.tell(id, Event::Failed { errno, call: refused.call, path: refused.path });
        }
    };
    let target = Target { pid: launched.pid, group: plan.detached || plan.kills_descendants };
    let listed = plan.cleanup.then(|| Listed::new(owner, id, target));
    events.tell(id, Event::Spawned { pid: launched.pid });
    let (notes, mut noted) = unbounded_channel();
    let mut pipes = connect(id, &plan, launched.ours, &events, &notes);

    let mut ending = Ending { target, plan: &plan, cause: None, forced: false, force_at: None };
    let timeout = plan.timeout.map(|ms| tokio::time::Instant::now() + Duration::from_secs_f64(ms / 1000.0));
    let mut watching = pin!(exit_of(launched.pid, launched.pidfd));
    let mut exit = None;
    let mut listens = true;
    let exit = loop {
        if let Some(exit) = exit.filter(|_| pipes.open == 0) {
            break exit;
        }
        tokio::select! {
            // Commands first: who asks for output before the child's exit is seen gets it as it comes.
            biased;
            command = commands.recv(), if listens => match command {
                Some(Command::Kill { signal, ends: true }) => ending.end(Cause::Killed, signal),
                Some(Command::Kill { signal, ends: false }) => drop(target.send(signal)),
                Some(Command::Cancel) => ending.end(Cause::Canceled, plan.kill_signal),
                Some(command) => pipes.obey(command),
                None => {
                    listens = false;
                    pipes.close();
                }
            },
            Some(note) = noted.recv() => match note {
                Note::Ended => pipes.open -= 1,
                Note::TooMuch(number) => ending.end(Cause::TooMuch(number), plan.kill_signal),
            },
            exited = &mut watching, if exit.is_none() => {
                // Only when somebody else has reaped it there is no status.
                let exited = exited.unwrap_or(Exit::Code(-1));
                exit = Some(exited);
                events.tell(id, Event::Exited(exited));
                pipes.child_is_gone();
            }
            () = at(timeout), if ending.cause.is_none() => ending.end(Cause::TimedOut, plan.kill_signal),
            () = at(ending.force_at), if ending.force_at.is_some() => ending.force(),
        }
        // Descendants that got away may have its pipes.
        if exit.is_some() && ending.is_over() {
            pipes.give_up();
        }
    };
    let report = Report {
        outputs: pipes.outputs.iter().map(|output| output.as_ref().and_then(|(output, _)| output.take())).collect(),
        all: pipes.all.map(|all| all.take()),
        exit,
        cause: ending.cause,
        forced: ending.forced,
        duration: began.elapsed(),
    };
    events.tell(id, Event::Closed(Box::new(report)));
    ending.wait_for_descendants().await;
    drop(listed);
    reap(target.pid);
}

/// At this moment, or never.
async fn at(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

/// How a child is brought to its end.
struct Ending<'a> {
    target: Target,
    plan: &'a Plan,
    cause: Option<Cause>,
    forced: bool,
    /// When SIGKILL comes.
    force_at: Option<tokio::time::Instant>,
}

impl Ending<'_> {
    fn end(&mut self, cause: Cause, signal: i32) {
        self.cause.get_or_insert(cause);
        self.target.send(signal);
        if signal != libc::SIGKILL && self.force_at.is_none() && !self.forced {
            let delay = self.plan.force_kill_after.map(|ms| Duration::from_secs_f64(ms / 1000.0));
            self.force_at = delay.map(|delay| tokio::time::Instant::now() + delay);
        }
    }

    /// Whether everything was done that could end the child and its descendants.
    fn is_over(&self) -> bool {
        self.cause.is_some() && (self.force_at.is_none() || !self.target.has_others())
    }

    fn force(&mut self) {
        self.force_at = None;
        self.forced = true;
        self.target.send(libc::SIGKILL);
    }

    /// A child that was told to end may leave descendants who take longer, but not for ever.
    async fn wait_for_descendants(&mut self) {
        while self.cause.is_some() && self.target.has_others() {
            let Some(force_at) = self.force_at else {
                self.target.send(libc::SIGKILL);
                return;
            };
            if tokio::time::Instant::now() >= force_at {
                return self.force();
            }
            sleep(PATIENCE).await;
        }
    }
}

fn connect(
    id: u32,
    plan: &Plan,
    ours: Vec<Option<std::os::fd::OwnedFd>>,
    events: &Arc<dyn Events>,
    notes: &UnboundedSender<Note>,
) -> Pipes {
    let mut pipes = Pipes { all: plan.all.then(Rc::default), ..Pipes::default() };
    for (number, (stdio, our)) in plan.stdio.iter().zip(ours).enumerate() {
        let teller = Rc::new(Teller { id, number, events: Arc::clone(events), notes: notes.clone() });
        let mut output = None;
        match (stdio, our) {
            (Stdio::Output { keep }, Some(pipe)) => {
                let all = pipes.all.as_ref().filter(|_| number == 1 || number == 2).map(Rc::clone);
                let shared = Rc::new(Output::new(*keep, all));
                output = Some((Rc::clone(&shared), Rc::clone(&teller)));
                pipes.open += 1;
                spawn_local(async move {
                    // What cannot be read has ended.
                    let _ = shared.run(pipe, &*teller).await;
                    teller.tell(Event::End { number });
                    let _ = teller.notes.send(Note::Ended);
                });
            }
            (Stdio::Input, Some(pipe)) => {
                let (pieces, coming) = unbounded_channel();
                pipes.input = Some(pieces);
                spawn_local(input::run(pipe, coming, move |result| {
                    let errno = result.err().map(|error| error.raw_os_error().unwrap_or(libc::EIO));
                    teller.tell(Event::Wrote { errno });
                }));
            }
            (Stdio::Channel { advanced }, Some(socket)) => {
                let (posts, coming) = unbounded_channel();
                pipes.channel = Some(posts);
                pipes.open += 1;
                let advanced = *advanced;
                spawn_local(async move {
                    // A channel that breaks, or on which there is something else than messages, has ended.
                    let _ = channel::run(socket, advanced, coming, &*teller).await;
                    teller.tell(Event::Disconnected);
                    let _ = teller.notes.send(Note::Ended);
                });
            }
            _ => {}
        }
        pipes.outputs.push(output);
    }
    pipes
}

impl Pipes {
    fn obey(&mut self, command: Command) {
        match command {
            Command::Write(bytes) => send(&self.input, Piece::Bytes(bytes)),
            Command::EndInput => send(&self.input, Piece::End),
            Command::Claim(number) => {
                if let Some(Some((output, teller))) = self.outputs.get(number) {
                    output.claim(&**teller);
                }
            }
            Command::Credit(number, bytes) => {
                if let Some(Some((output, _))) = self.outputs.get(number) {
                    output.add_credit(bytes);
                }
            }
            Command::Close(number) => {
                if let Some(Some((output, _))) = self.outputs.get(number) {
                    output.close();
                }
            }
            Command::Post(bytes) => send(&self.channel, Post::Bytes(bytes)),
            Command::Disconnect => send(&self.channel, Post::End),
            Command::Kill { .. } | Command::Cancel => unreachable!("they are not for the pipes"),
        }
    }

    /// The environment that started the child has ended: nobody reads or writes any more.
    fn close(&mut self) {
        for (output, _) in self.outputs.iter().flatten() {
            output.close();
        }
        self.input = None;
        send(&self.channel, Post::End);
    }

    /// Takes what is there, and waits for no more.
    fn give_up(&self) {
        for (output, _) in self.outputs.iter().flatten() {
            output.give_up();
        }
        send(&self.channel, Post::End);
    }

    /// Nobody reads what would still be written, and nobody writes what nobody would read.
    fn child_is_gone(&mut self) {
        for (output, _) in self.outputs.iter().flatten() {
            output.give_up_if_unused();
        }
    }
}

fn send<T>(to: &Option<UnboundedSender<T>>, what: T) {
    if let Some(to) = to {
        let _ = to.send(what);
    }
}
