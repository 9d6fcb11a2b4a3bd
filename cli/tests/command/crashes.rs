//! A thousand actors that crash at once, each with a report, beside others that work.

use crate::Place;

/// Ten rounds: the first is there for what a program only takes once. Prints how many ended as they should, what the
/// others computed, and whether memory, stacks and descriptors are what they were after the first round.
const PROGRAM: &str = r#"
type Way =
  | Divide(Int)
  | Overflow(Int)
  | Index(Int)
  | Deep(Int)
  | Shift(Int)
  | Say(Int)

fn down(n) = if n == 0 do 0 else 1 + down(n - 1) end

fn crash(way: Way) -> Int do
  match way do
    Divide(n) -> n / (n - n)
    Overflow(n) -> n + 9_223_372_036_854_775_807
    Index(n) -> [n][n]
    Deep(n) -> down(1_000_000_000 + n)
    Shift(n) -> Int.shift_left(n, 64 + n)
    Say(n) -> panic("${n} is enough")
  end
end

actor bad() do
  receive do
    way -> do
      let texts = for n in 1..=200 do "text ${n}" end
      let _ = crash(way)
      println("${List.length(texts)} and it goes on")
    end
  end
end

fn way(n) do
  match n % 6 do
    0 -> Divide(n)
    1 -> Overflow(n)
    2 -> Index(n)
    3 -> if n < 100 do Deep(n) else Divide(n) end
    4 -> Shift(n)
    _ -> Say(n)
  end
end

actor good(sum) do
  receive do
    n when n > 0 -> good(sum + List.sum(for m in 1..=n do m end))
    _ -> reply(sum)
  end
end

fn downs(0, right) = right

fn downs(left, right) do
  receive do
    signal Down(_, _, reason) -> do
      let expected = match reason do
        Normal | Killed | Shutdown -> 0
        _ -> 1
      end
      downs(left - 1, right + expected)
    end
  end
end

fn round() do
  let goods = for _ in 1..=100 do spawn(good, 0) end
  for n in 1..=1000 do
    let pid = spawn(bad)
    let _ = monitor(pid)
    send(pid, way(n))
    if n % 10 == 0 do
      goods |> List.each(fn pid -> send(pid, n / 10) end)
    end
  end
  let crashed = downs(1000, 0)
  let sums = goods |> List.map(fn pid -> call(pid, 0, 600_000) end)
  (crashed, List.min(sums), List.max(sums))
end

fn megabytes() -> Int do
  match File.read("/proc/self/statm") do
    Ok(text) -> (Int.parse(String.split(text, " ")[1]) |> Result.unwrap_or(0)) * 4096 / 1_000_000
    Err(error) -> panic("${error}")
  end
end

# Whether the process has no more than so many megabytes, now or within some seconds.
fn settles(most: Int, left: Int) -> Bool do
  if megabytes() <= most do
    true
  else if left == 0 do
    false
  else
    Process.sleep(250)
    settles(most, left - 1)
  end
end

fn descriptors() -> Int do
  match File.list("/proc/self/fd") do
    Ok(names) -> List.length(names)
    Err(error) -> panic("${error}")
  end
end

fn main() do
  let first = round()
  let (memory, open) = (megabytes(), descriptors())
  let rounds = for _ in 1..=9 do round() end
  println("${first} ${rounds |> List.all(fn found -> found == first end)}")
  println("${settles(memory + 24, 80)} ${descriptors() == open}")
end
"#;

#[test]
fn a_thousand_crashes_leave_the_others_and_the_memory_alone() {
    let place = Place::with(PROGRAM);
    let said = place.mesh(&["run", "a.mesh"]);
    let expected = "(1000, Some(171700), Some(171700)) true\ntrue true\n";
    assert_eq!(
        said.out,
        expected,
        "{}",
        &said.err[..said.err.len().min(2000)]
    );
    let reports = said.err.matches("bad crashed: ").count();
    assert_eq!(reports, 10_000);
}
