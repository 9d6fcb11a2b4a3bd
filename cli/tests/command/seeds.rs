//! `MESH_SEED` and `mesh test --seeds`: the same number gives the same run, and others find what only some orders show.

use crate::{Place, Said, said};
use std::collections::HashSet;
use std::path::Path;

/// Actors that wait, compute and send, each in its own time, and what arrives in which order.
const MANY: &str = r#"
fn spin(n: Int) -> Int do
  if n <= 0 do 0 else 1 + spin(n - 1) end
end

fn worker(id: Int, out: Pid<(Int, Int)>, left: Int) do
  if left > 0 do
    Timer.sleep(Random.int(0..4))
    send(out, (id, spin(Random.int(0..300)) * 0 + left))
    worker(id, out, left - 1)
  end
end

fn collect(left: Int) do
  if left > 0 do
    receive do
      (id, n) -> do
        println("${id}:${n}")
        collect(left - 1)
      end
    end
  end
end

fn main() do
  for id in 0..40 do spawn(worker, id, Pid.sender(self()), 5) end
  collect(200)
  println(Map.keys(Map.from_list(List.map(List.range(0, 40), fn n -> (n, n) end))))
  println("${DateTime.now()} ${System.monotonic_time()}")
end
"#;

/// The executable of a program.
fn built(place: &Place, release: bool) -> std::path::PathBuf {
    let mut arguments = vec!["build", "a.mesh", "-o", "a"];
    if release {
        arguments.push("--release");
    }
    place.mesh(&arguments).expect(0, "");
    place.path("a")
}

fn seeded(place: &Place, binary: &Path, seed: &str) -> Said {
    said(place.command(binary, &[]).env("MESH_SEED", seed))
}

/// A hundred runs with one seed say the same, and one with each of others something else.
#[track_caller]
fn repeats(release: bool) {
    let place = Place::with(MANY);
    let binary = built(&place, release);
    let first = seeded(&place, &binary, "7");
    first.expect(0, "");
    assert_eq!(first.out.lines().count(), 202, "{}", first.out);
    for _ in 1..100 {
        let again = seeded(&place, &binary, "7");
        assert_eq!(again.out, first.out);
    }
    let others = (0..10).map(|seed| seeded(&place, &binary, &seed.to_string()).out);
    assert_eq!(others.collect::<HashSet<_>>().len(), 10);
}

#[test]
fn a_seed_repeats_a_run() {
    repeats(false);
}

#[test]
fn a_seed_repeats_a_run_of_a_release_build() {
    repeats(true);
}

#[test]
fn a_seed_is_a_whole_number() {
    let place = Place::with("fn main() do\n  println(Process.workers())\nend\n");
    let binary = built(&place, false);
    assert_eq!(seeded(&place, &binary, " -3 ").out, "1\n");
    seeded(&place, &binary, "seven").expect(1, "MESH_SEED=seven is not a whole number of 64 bits");
    seeded(&place, &binary, "").expect(0, "");
}

#[test]
fn an_hour_passes_when_nobody_can_run() {
    let place = Place::with(
        r#"
fn busy(n: Int) do busy(n + 1) end

fn main() do
  let before = System.monotonic_time()
  Timer.sleep(1.hours())
  println((System.monotonic_time() - before) / 3_600_000_000_000)
  receive do
    x -> println(x + 1)
  after 2.hours() -> println("late")
  end
  println((System.monotonic_time() - before) / 3_600_000_000_000)
  spawn(busy, 0)
  Timer.sleep(20)
  println("a busy actor lets time pass")
end
"#,
    );
    let binary = built(&place, false);
    for seed in ["1", "2", "3"] {
        let run = seeded(&place, &binary, seed);
        run.expect(0, "");
        assert_eq!(run.out, "1\nlate\n3\na busy actor lets time pass\n");
    }
}

#[test]
fn actors_that_wait_for_each_other_end_the_program() {
    let place = Place::with(
        r#"
fn quiet() do
  receive do
    :never -> quiet()
  end
end

fn main() do
  spawn(quiet)
  receive do
    n -> println(n + 1)
  end
end
"#,
    );
    let binary = built(&place, false);
    seeded(&place, &binary, "1").expect(1, "every actor waits for something that nobody will do");
}

/// Two actors read, add one and write, and one may do so between the other's read and write.
const LOST_UPDATE: &str = r#"
type Msg =
  | Get
  | Set(Int)

fn account(balance: Int) do
  receive do
    Get -> do
      reply(balance)
      account(balance)
    end
    Set(new) -> do
      reply(new)
      account(new)
    end
  end
end

test "both deposits are there" do
  let shared = spawn(account, 0)
  let deposit = fn -> do
    let balance = call(shared, Get)
    call(shared, Set(balance + 1))
  end end
  let jobs = for _ in 0..2 do Job.async(deposit) end
  for job in jobs do Job.await(job) end
  assert_eq(call(shared, Get), 2)
end
"#;

/// Two actors send, and nothing says whose message comes first.
const ORDER: &str = r#"
fn say(to: Pid<String>, text: String) do
  send(to, text)
end

test "hello comes first" do
  let me = Pid.sender(self())
  spawn(say, me, "hello")
  spawn(say, me, "goodbye")
  assert_eq(assert_receive(), "hello")
end
"#;

/// `--seeds` finds the fault, and the command that it prints shows it again, each time.
#[track_caller]
fn found_and_repeated(program: &str) {
    let place = Place::with(program);
    let found = place.mesh(&["test", "a.mesh", "--seeds", "100", "--seed", "1"]);
    assert_eq!(found.code, 1, "{}{}", found.out, found.err);
    let command = found
        .out
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("mesh test "));
    let command = command.unwrap_or_else(|| panic!("no command in {}", found.out));
    let (_, rest) = command.split_once("--seed ").expect("a seed");
    let (seed, rest) = rest.split_once(" --filter \"").expect("a filter");
    let filter = rest.strip_suffix('"').expect("a quoted name");
    let failure = |said: &Said| {
        let from = said.out.find("failed: ").expect("a failure");
        let to = said.out.rfind("failed, in").expect("a summary");
        said.out[from..to].to_owned()
    };
    for _ in 0..3 {
        let again = place.mesh(&["test", "a.mesh", "--seed", seed, "--filter", filter]);
        assert_eq!(again.code, 1, "{}", again.out);
        assert_eq!(failure(&again), failure(&found));
    }
}

#[test]
fn seeds_find_a_lost_update() {
    found_and_repeated(LOST_UPDATE);
}

#[test]
fn seeds_find_an_order_that_nobody_promised() {
    found_and_repeated(ORDER);
}

#[test]
fn seeds_find_nothing_where_nothing_is() {
    let place = Place::with(&LOST_UPDATE.replace("0..2", "0..1").replace(", 2)", ", 1)"));
    let said = place.mesh(&["test", "a.mesh", "--seeds", "30"]);
    said.expect(0, "");
    assert!(said.out.contains("1 passed, 0 failed"), "{}", said.out);
    place
        .mesh(&["test", "a.mesh", "--seeds", "0"])
        .expect(2, "--seeds");
}

/// In whatever order actors run, and on however many workers, calls that close a cycle fail, and no others.
#[test]
fn cycles_of_calls_are_found_in_every_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/run/actors");
    for name in ["cycles_of_services", "cycles_at_once"] {
        let read = |ending| {
            let path = folder.join(name).with_extension(ending);
            std::fs::read_to_string(path).expect("the language tests have it")
        };
        let place = Place::with(&read("mesh"));
        let binary = built(&place, false);
        for seed in 0..20 {
            assert_eq!(seeded(&place, &binary, &seed.to_string()).out, read("out"));
        }
        for workers in ["1", "2", "7"] {
            let run = said(place.command(&binary, &[]).env("MESH_WORKERS", workers));
            assert_eq!(run.out, read("out"), "{workers} workers");
        }
    }
}
