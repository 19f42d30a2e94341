//! Children for real: shells, and what they start.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::*;

struct Heard(Mutex<Sender<Event>>);

impl Events for Heard {
    fn tell(&self, _: u32, event: Event) {
        let _ = self.0.lock().unwrap().send(event);
    }
}

struct Child {
    remote: Remote,
    events: Receiver<Event>,
}

impl Child {
    /// All that happens up to the end, and how that was.
    fn wait(&self) -> (Vec<Event>, Box<Report>) {
        let mut before = Vec::new();
        loop {
            match self.events.recv_timeout(Duration::from_secs(20)).expect("it ends") {
                Event::Closed(report) => return (before, report),
                Event::Failed { errno, call, path } => panic!("{call} {path:?}: {errno}"),
                event => before.push(event),
            }
        }
    }

    /// What it writes first, once it is claimed.
    fn first_data(&self) -> Vec<u8> {
        loop {
            match self.events.recv_timeout(Duration::from_secs(20)).expect("it writes") {
                Event::Data { bytes, .. } if !bytes.is_empty() => return bytes,
                _ => {}
            }
        }
    }

    fn pid(&self) -> i32 {
        match self.events.recv_timeout(Duration::from_secs(20)).expect("it starts") {
            Event::Spawned { pid } => pid,
            event => panic!("{event:?}"),
        }
    }
}

/// A plan, by what is unusual of it.
fn plan(argv: &[&str], unusual: serde_json::Value) -> String {
    let mut plan = serde_json::json!({
        "file": argv[0],
        "argv": argv,
        "env": ["PATH=/usr/local/bin:/usr/bin:/bin"],
        "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": 1 << 30 }, { "kind": "output", "keep": 1 << 30 }],
        "killsDescendants": true,
        "cleanup": true,
        "killSignal": libc::SIGTERM,
        "forceKillAfter": 5000,
    });
    for (name, value) in unusual.as_object().unwrap() {
        plan[name] = value.clone();
    }
    plan.to_string()
}

fn started(plan: String) -> Child {
    static IDS: AtomicU32 = AtomicU32::new(0);
    let (tell, events) = channel();
    let id = IDS.fetch_add(1, Ordering::Relaxed);
    let remote = start(u32::MAX, id, plan, Arc::new(Heard(Mutex::new(tell)))).unwrap();
    Child { remote, events }
}

fn run(argv: &[&str], unusual: serde_json::Value) -> Box<Report> {
    started(plan(argv, unusual)).wait().1
}

fn sh(line: &str) -> Box<Report> {
    run(&["sh", "-c", line], serde_json::json!({}))
}

fn text(report: &Report, number: usize) -> String {
    String::from_utf8(report.outputs[number].clone().unwrap()).unwrap()
}

fn exists(pid: i32) -> bool {
    // SAFETY: only numbers.
    unsafe { libc::kill(pid, 0) == 0 }
}

/// Waits until something is so.
fn until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(10), "it never was");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn both_outputs_and_the_exit_code() {
    let report = sh("echo out; echo err >&2; exit 7");
    assert_eq!((text(&report, 1).as_str(), text(&report, 2).as_str()), ("out\n", "err\n"));
    assert_eq!((report.exit, report.cause, report.forced), (Exit::Code(7), None, false));
}

#[test]
fn a_signal_ends_it() {
    assert_eq!(sh("kill -9 $$").exit, Exit::Signal(9));
}

#[test]
fn what_cannot_be_started_says_why() {
    let cases = [
        (plan(&["offloop-no-such-program"], serde_json::json!({})), libc::ENOENT, "spawn", None),
        (plan(&["/etc/passwd"], serde_json::json!({})), libc::EACCES, "spawn", None),
        (plan(&["true"], serde_json::json!({ "cwd": "/no/such" })), libc::ENOENT, "chdir", Some("/no/such")),
        (
            plan(&["true"], serde_json::json!({ "stdio": [{ "kind": "inputFile", "path": "/no/such" }] })),
            libc::ENOENT,
            "open",
            Some("/no/such"),
        ),
    ];
    for (plan, errno, call, path) in cases {
        let child = started(plan);
        match child.events.recv().unwrap() {
            Event::Failed { errno: found, call: failed, path: about } => {
                assert_eq!((found, failed, about.as_deref()), (errno, call, path));
            }
            event => panic!("{event:?}"),
        }
    }
}

#[test]
fn a_script_without_an_interpreter_is_the_shells() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "echo \"I got $1\"\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let report = run(&[script.to_str().unwrap(), "it"], serde_json::json!({}));
    assert_eq!(text(&report, 1), "I got it\n");
    // Found from the child's folder.
    let relative = run(&["./script", "too"], serde_json::json!({ "cwd": folder.path() }));
    assert_eq!(text(&relative, 1), "I got too\n");
}

#[test]
fn the_environment_and_the_folder() {
    let unusual = serde_json::json!({ "env": ["PATH=/usr/bin:/bin", "WORD=so it is"], "cwd": "/" });
    assert_eq!(text(&run(&["sh", "-c", "echo $WORD in $PWD"], unusual), 1), "so it is in /\n");
}

#[test]
fn signals_are_not_ignored_and_not_blocked() {
    let report = sh("grep -E 'Sig(Ign|Blk)' /proc/self/status");
    let text = text(&report, 1);
    let mut sets = text.lines().map(|line| u64::from_str_radix(&line[line.len() - 16..], 16).unwrap());
    // 32 and 33 are the C library's own.
    assert_eq!((sets.next(), sets.next().map(|ignored| ignored & !(3 << 31))), (Some(0), Some(0)));
}

#[test]
fn only_what_is_planned_is_inherited() {
    // Some may come from who started the tests.
    let usual = std::process::Command::new("sh").args(["-c", "ls /proc/self/fd | wc -l"]).output().unwrap();
    assert_eq!(text(&sh("ls /proc/self/fd | wc -l"), 1).as_bytes(), usual.stdout);
}

#[test]
fn niceness_and_session() {
    let unusual = serde_json::json!({ "nice": 5, "detached": true });
    let report = run(&["sh", "-c", "nice; ps -o sid= -p $$; echo $$"], unusual);
    let text = text(&report, 1);
    let mut lines = text.lines().map(str::trim);
    assert_eq!(lines.next(), Some("5"));
    assert_eq!(lines.next(), lines.next());
}

#[test]
fn input_goes_through() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "input" }, { "kind": "output", "keep": 1 << 30 }] });
    let child = started(plan(&["cat"], unusual));
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..20 {
        child.remote.command(Command::Write(piece.clone()));
    }
    child.remote.command(Command::EndInput);
    let (events, report) = child.wait();
    assert_eq!(report.outputs[1].as_ref().map(Vec::len), Some(20 << 20));
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Wrote { errno: None })).count(), 20);
}

#[test]
fn who_does_not_read_is_no_trouble() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "input" }, { "kind": "ignore" }] });
    let child = started(plan(&["true"], unusual));
    child.remote.command(Command::Write(vec![0; 10 << 20]));
    let (events, report) = child.wait();
    assert_eq!(report.exit, Exit::Code(0));
    // Refused, or never taken: it had ended by then.
    assert!(!events.iter().any(|event| matches!(event, Event::Wrote { errno: None })));
}

#[test]
fn output_waits_for_its_reader() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": null }] });
    let child = started(plan(&["sh", "-c", "head -c 8000000 /dev/zero"], unusual));
    child.remote.command(Command::Claim(1));
    std::thread::sleep(Duration::from_millis(300));
    let mut read = 0;
    let mut events: Vec<Event> = child.events.try_iter().collect();
    assert!(!events.iter().any(|event| matches!(event, Event::Exited(_))), "it must wait");
    let before: usize =
        events.iter().map(|event| if let Event::Data { bytes, .. } = event { bytes.len() } else { 0 }).sum();
    assert!((1 << 20..3 << 20).contains(&before), "{before}");
    loop {
        for event in events.drain(..) {
            match event {
                Event::Data { bytes, .. } => {
                    read += bytes.len();
                    child.remote.command(Command::Credit(1, bytes.len() as i64));
                }
                Event::Closed(_) => {
                    assert_eq!(read, 8_000_000);
                    return;
                }
                _ => {}
            }
        }
        events.push(child.events.recv_timeout(Duration::from_secs(20)).unwrap());
    }
}

#[test]
fn too_much_ends_it_and_keeps_the_beginning() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": 1000 }] });
    let report = run(&["yes"], unusual);
    assert_eq!((report.cause, report.exit), (Some(Cause::TooMuch(1)), Exit::Signal(libc::SIGTERM)));
    assert_eq!(report.outputs[1].as_ref().unwrap().len(), 1000);
}

#[test]
fn a_timeout_ends_all_of_it() {
    let child = started(plan(&["sh", "-c", "sleep 100 & echo $!; wait"], serde_json::json!({ "timeout": 200 })));
    let (_, report) = child.wait();
    assert_eq!((report.cause, report.exit), (Some(Cause::TimedOut), Exit::Signal(libc::SIGTERM)));
    let grandchild: i32 = text(&report, 1).trim().parse().unwrap();
    until(|| !exists(grandchild));
}

#[test]
fn a_closed_output_ends_who_writes() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": null }] });
    let child = started(plan(&["yes"], unusual));
    child.remote.command(Command::Claim(1));
    child.first_data();
    child.remote.command(Command::Close(1));
    let (_, report) = child.wait();
    assert_eq!((report.exit, report.cause), (Exit::Signal(libc::SIGPIPE), None));
}

#[test]
fn who_is_forgotten_is_reaped() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": null }] });
    let child = started(plan(&["yes"], unusual));
    let pid = child.pid();
    child.remote.command(Command::Claim(1));
    child.first_data();
    let Child { remote, events: _events } = child;
    drop(remote);
    until(|| !exists(pid));
}

#[test]
fn what_nobody_has_read_yet_is_not_lost() {
    let unusual = serde_json::json!({ "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": null }] });
    assert_eq!(text(&run(&["echo", "late"], unusual), 1), "late\n");
}

#[test]
fn who_got_away_is_not_waited_for() {
    // It is in a session of its own, and keeps the pipe.
    let line = "setsid sleep 3 & echo before; sleep 0.2; exit 0";
    let child = started(plan(&["sh", "-c", line], serde_json::json!({ "timeout": 600 })));
    let (_, report) = child.wait();
    assert_eq!((report.exit, report.cause), (Exit::Code(0), Some(Cause::TimedOut)));
    assert_eq!(text(&report, 1), "before\n");
    assert!(report.duration < Duration::from_secs(2), "{:?}", report.duration);
}

#[test]
fn who_does_not_listen_is_killed() {
    let unusual = serde_json::json!({ "forceKillAfter": 200 });
    let child = started(plan(&["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], unusual));
    child.remote.command(Command::Claim(1));
    child.first_data();
    child.remote.command(Command::Cancel);
    let (_, report) = child.wait();
    assert_eq!((report.cause, report.exit, report.forced), (Some(Cause::Canceled), Exit::Signal(libc::SIGKILL), true));
}

#[test]
fn descendants_that_do_not_listen_are_killed_too() {
    let unusual = serde_json::json!({ "forceKillAfter": 300, "stdio": [{ "kind": "ignore" }, { "kind": "output", "keep": 100 }] });
    let line = "sh -c \"trap '' TERM; while :; do sleep 0.05; done\" >/dev/null & echo $!; wait";
    let child = started(plan(&["sh", "-c", line], unusual));
    let pid = child.pid();
    child.remote.command(Command::Claim(1));
    let bytes = child.first_data();
    // Until it has set its trap.
    std::thread::sleep(Duration::from_millis(100));
    child.remote.command(Command::Kill { signal: libc::SIGTERM, ends: true });
    let (_, report) = child.wait();
    assert_eq!((report.cause, report.exit), (Some(Cause::Killed), Exit::Signal(libc::SIGTERM)));
    let grandchild: i32 = String::from_utf8(bytes).unwrap().trim().parse().unwrap();
    assert!(exists(grandchild), "it has its delay");
    until(|| !exists(grandchild) && !exists(pid));
}

#[test]
fn children_end_with_their_owner() {
    let child = started(plan(&["sleep", "100"], serde_json::json!({})));
    child.pid();
    end_all(u32::MAX - 1);
    std::thread::sleep(Duration::from_millis(50));
    assert!(child.events.try_recv().is_err(), "it is another owner's");
    // Other tests' children have the same owner, so not by `end_all`.
    child.remote.command(Command::Cancel);
    assert_eq!(child.wait().1.exit, Exit::Signal(libc::SIGTERM));
}

#[test]
fn nothing_is_lost_at_the_exit() {
    let children: Vec<Child> =
        (0..200).map(|_| started(plan(&["head", "-c", "1000000", "/dev/zero"], serde_json::json!({})))).collect();
    for child in children {
        assert_eq!(child.wait().1.outputs[1].as_ref().unwrap().len(), 1_000_000);
    }
}

#[test]
fn no_zombies_are_left() {
    let pids: Vec<i32> = (0..50)
        .map(|i| {
            let child =
                started(plan(&["sh", "-c", if i % 2 == 0 { "exit 3" } else { "sleep 50" }], serde_json::json!({})));
            let pid = child.pid();
            if i % 2 == 1 {
                child.remote.command(Command::Cancel);
            }
            child.wait();
            pid
        })
        .collect();
    until(|| pids.iter().all(|pid| !exists(*pid)));
}

#[test]
fn a_channel_cuts_and_joins_messages() {
    let mut cutter = channel::Cutter::new(false);
    let mut messages = Vec::new();
    for piece in "{\"a\":1}\n\"zwei ü\"\n3\n[4".as_bytes().chunks(3) {
        messages.extend(cutter.cut(piece).unwrap());
    }
    assert_eq!(messages, [&b"{\"a\":1}"[..], "\"zwei ü\"".as_bytes(), b"3"]);
    let mut cutter = channel::Cutter::new(true);
    let bytes = [&[0, 0, 0, 2, 1, 2][..], &[0, 0, 0, 0], &[0, 0, 1, 0]].concat();
    let messages: Vec<_> = bytes.chunks(5).flat_map(|piece| cutter.cut(piece).unwrap()).collect();
    assert_eq!(messages, [vec![1, 2], vec![]]);
    assert!(channel::Cutter::new(true).cut(&[255, 255, 255, 255]).is_err(), "too large");
}

#[test]
fn as_another_user() {
    // SAFETY: asks for a number.
    if unsafe { libc::geteuid() } != 0 {
        let child = started(plan(&["true"], serde_json::json!({ "uid": 0 })));
        assert!(matches!(child.events.recv().unwrap(), Event::Failed { errno: libc::EPERM, .. }));
        return;
    }
    let report =
        run(&["sh", "-c", "id -u; id -g; id -G"], serde_json::json!({ "uid": 65534, "gid": 65534, "cwd": "/" }));
    assert_eq!(text(&report, 1), "65534\n65534\n65534\n");
    // SAFETY: as above.
    assert_eq!(unsafe { libc::geteuid() }, 0, "this process is who it was");
}
