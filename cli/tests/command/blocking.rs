//! Actors that wait for the system: the others go on, on one worker too, and may end them.

use crate::{Place, said};
use std::fs;
use std::process::Command;

/// Reads from two pipes, of which nobody ever writes to the first; `main` ends that actor while it waits.
const PIPES: &str = r#"
fn tick(left: Int) do
  if left > 0 do
    Timer.sleep(1)
    tick(left - 1)
  end
end

fn read_into(out: Pid<String>, path: String) do
  send(out, File.read(path).unwrap_or("unreadable"))
end

fn main() do
  let for_ever = spawn(read_into, Pid.sender(self()), "silent")
  let linked = spawn(fn -> do
    spawn_link(read_into, Pid.sender(self()), "silent")
    panic("and so the reader ends")
  end end)
  let read = spawn(read_into, Pid.sender(self()), "spoken")
  let watches = [monitor(for_ever), monitor(linked)]
  tick(20)
  kill(for_ever)
  for _ in watches do
    receive do
      signal Down(_, _, reason) -> eprintln(reason)
    end
  end
  match File.write("go", "") do
    Ok(_) -> ()
    Err(error) -> eprintln("${error}")
  end
  receive do
    text -> println(text)
  end
  println(Process.workers())
end
"#;

#[test]
fn a_reader_of_a_silent_pipe_keeps_nobody_from_running() {
    let place = Place::with(PIPES);
    place.mesh(&["build", "a.mesh", "-o", "a"]).expect(0, "");
    for pipe in ["silent", "spoken"] {
        let made = Command::new("mkfifo").arg(place.path(pipe)).status();
        assert!(made.expect("started").success());
    }
    let (go, spoken) = (place.path("go"), place.path("spoken"));
    // Writes only when the program has gone on.
    let writer = std::thread::spawn(move || {
        while !go.exists() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        fs::write(spoken, "heard").expect("written");
    });
    // Where the program stands still, the test fails.
    let mut command = place.command("timeout".as_ref(), &["60", "./a"]);
    let run = said(command.env("MESH_WORKERS", "1"));
    run.expect(0, "Killed");
    assert_eq!(run.out, "heard\n1\n");
    writer.join().expect("written");
}

/// Many at once, each in a thread of its own meanwhile.
#[test]
fn many_programs_run_at_once() {
    let place = Place::with(
        r#"
fn run(n: Int) -> String do
  match System.run("sh", ["-c", "sleep 0.2; echo ${n}"]) do
    Ok(done) -> String.trim(Bytes.to_text_lossy(done.out))
    Err(error) -> error.inspect()
  end
end

fn main() do
  let jobs = for n in 0..40 do Job.async(fn -> run(n) end) end
  println(List.map(jobs, fn job -> Job.await(job) end) |> String.join(" "))
end
"#,
    );
    place.mesh(&["build", "a.mesh", "-o", "a"]).expect(0, "");
    let run = said(
        place
            .command(&place.path("a"), &[])
            .env("MESH_WORKERS", "1"),
    );
    run.expect(0, "");
    let all: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    assert_eq!(run.out.trim(), all.join(" "));
}
