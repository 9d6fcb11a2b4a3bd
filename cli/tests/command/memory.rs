//! What a program has, when nothing is left to do, of the memory that it needed before.

use crate::{Place, said};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// What of the process the system knows.
const SYSTEM: &str = r#"
fn read(path: String) -> String do
  match File.read(path) do
    Ok(text) -> text
    Err(error) -> panic("${path}: ${error}")
  end
end

fn megabytes() -> Int do
  (Int.parse(String.split(read("/proc/self/statm"), " ")[1]) |> Result.unwrap_or(0)) * 4096 / 1_000_000
end

# Waits until the process has no more than so many megabytes, at most some seconds.
fn settle(most: Int, left: Int) -> Bool do
  if megabytes() <= most do
    true
  else if left == 0 do
    eprintln("${megabytes()} MB, where ${most} were expected")
    false
  else
    Process.sleep(250)
    settle(most, left - 1)
  end
end
"#;

/// Three that need much for a moment, and then wait: as a closure, after a deep recursion, and in the middle of
/// something. What they keep is there afterwards.
const RESTS: &str = r#"
type Ask =
  | Texts(Int)
  | Deep(Int)
  | Kept

fn down(n) = if n == 0 do 0 else 1 + down(n - 1) end

fn texts(n) = for i in 1..=n do "text number ${i}" end

actor holder(kept: List<String>) do
  receive do
    Texts(n) -> do
      let all = texts(n)
      reply(List.length(all))
      holder(all |> List.take(10))
    end
    Deep(n) -> do
      reply(down(n))
      holder(kept)
    end
    Kept -> do
      reply(List.length(kept))
      holder(kept)
    end
  end
end

fn wait_inside(done: Pid<Int>) -> Int receives Int do
  send(done, List.length(texts(600_000)))
  receive do
    n -> n
  end
end

fn inside(done: Pid<Int>) -> () receives Int do
  let n = wait_inside(done)
  send(done, n + 1)
end

fn answer() -> Int receives Int do
  receive do
    n -> n
  end
end

fn main() do
  let start = megabytes()
  let holders = for _ in 1..=3 do spawn(holder, []) end
  let asks = [Texts(600_000), Deep(1_000_000), Texts(600_000)]
  let answers = for (pid, ask) in List.zip(holders, asks) do call(pid, ask, 600_000) end
  let other = spawn(inside, Pid.sender(self()))
  println("${answers} ${answer()}")
  println("much: ${megabytes() >= start + 100}")
  println("given back: ${settle(start + 24, 60)}")
  let kept = for pid in holders do call(pid, Kept) end
  send(other, 41)
  println("${kept} ${answer()}")
  println("ready")
  Process.wait_forever()
end
"#;

/// What the system counts of a process: how often its threads have waited, and the ticks of time that it ran for.
fn activity(process: u32) -> (u64, u64) {
    let read = |path: &str| fs::read_to_string(format!("/proc/{process}/{path}")).expect("it runs");
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let waits = threads.map(|thread| {
        let thread = thread.expect("a thread").file_name();
        let status = read(&format!("task/{}/status", thread.to_string_lossy()));
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.expect("the line")
            .trim()
            .parse::<u64>()
            .expect("a number")
    });
    let waits = waits.sum();
    let ticks = read("stat");
    let ticks = ticks
        .split(' ')
        .skip(13)
        .take(2)
        .map(|field| field.parse::<u64>().expect("a number"));
    (waits, ticks.sum())
}

#[test]
fn actors_that_rest_give_memory_back_and_an_idle_program_does_nothing() {
    let place = Place::with(&[SYSTEM, RESTS].concat());
    place.mesh(&["build", "a.mesh", "-o", "a"]).expect(0, "");
    let mut command = place.command(&place.path("a"), &[]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let said: Vec<_> = lines
        .map(|line| line.expect("text"))
        .take_while(|line| line != "ready")
        .collect();
    // The last ones that allocated rest, and then nothing is left to do.
    let does_nothing = (0..10).any(|_| {
        let before = activity(child.id());
        sleep(Duration::from_secs(3));
        activity(child.id()) == before
    });
    child.kill().and_then(|()| child.wait()).expect("it runs");
    let expected = [
        "[600000, 1000000, 600000] 600000",
        "much: true",
        "given back: true",
        "[10, 0, 10] 42",
    ];
    assert_eq!(said, expected);
    assert!(does_nothing, "waits and ticks");
}

/// Actors with some data each, all alive at once, twice over: first they end, then they rest.
const BURST: &str = r#"
type Ask =
  | Fill(Int)
  | Forget
  | Stop

actor holder(kept: List<String>, to: Pid<Int>) do
  receive do
    Fill(n) -> do
      let texts = for i in 1..=n do "text ${i} of ${n}" end
      send(to, List.length(texts))
      holder(texts, to)
    end
    Forget -> holder([], to)
    Stop -> send(to, List.length(kept))
  end
end

fn sum(left: Int, total: Int) -> Int receives Int do
  if left == 0 do
    total
  else
    receive do
      n -> sum(left - 1, total + n)
    end
  end
end

fn start(count: Int, size: Int) -> List<Pid<Ask>> receives Int do
  let pids = for _ in 1..=count do spawn(holder, [], Pid.sender(self())) end
  for pid in pids do send(pid, Fill(size)) end
  println(sum(count, 0))
  pids
end

fn main() do
  let before = megabytes()
  let pids = start(100_000, 20)
  println("much: ${megabytes() >= before + 150}")
  for pid in pids do send(pid, Stop) end
  println(sum(100_000, 0))
  println("back: ${settle(before + 20, 80)}")
  let others = start(2_000, 2_000)
  println("much: ${megabytes() >= before + 150}")
  for pid in others do send(pid, Forget) end
  println("back: ${settle(before + 90, 80)}")
  for pid in others do send(pid, Stop) end
  println(sum(2_000, 0))
end
"#;

#[test]
fn what_a_burst_needed_goes_back() {
    let place = Place::with(&[SYSTEM, BURST].concat());
    let said = place.mesh(&["run", "a.mesh"]);
    let expected = "2000000\nmuch: true\n2000000\nback: true\n4000000\nmuch: true\nback: true\n0\n";
    assert_eq!(said.out, expected, "{}", said.err);
}

/// Two that do not look into their mailboxes, to which more is sent than one may have: many small messages, and large ones.
const FLOOD: &str = r#"
actor busy() do
  receive do
    _ -> do
      Process.sleep(60_000)
      busy()
    end
  end
end

fn flood(count: Int, size: Int) do
  let before = megabytes()
  let message = List.range(0, size)
  let pid = spawn(busy)
  let m = monitor(pid)
  for _ in 1..=count do send(pid, message) end
  let most = megabytes() - before
  if most > 150 do eprintln("${most} MB") end
  receive do
    signal Down(n, _, reason) when n == m -> println("${reason} ${most <= 150}")
  after 10_000 -> println("it does not end")
  end
end

fn main() do
  flood(1_000_000, 10)
  flood(1000, 50_000)
end
"#;

#[test]
fn one_that_more_is_sent_to_than_it_may_have_ends() {
    let place = Place::with(&[SYSTEM, FLOOD].concat());
    let mut command = place.command(Path::new(env!("CARGO_BIN_EXE_mesh")), &["run", "a.mesh"]);
    let said = said(command.env("MESH_MAX_HEAP", "32M"));
    assert_eq!(said.out, "HeapLimit true\n".repeat(2), "{}", said.err);
    assert!(said.err.contains("MESH_MAX_HEAP"), "{}", said.err);
}
