//! An actor that sends faster than another one receives lets that one come to its turn.

use crate::{Place, said};

/// How far a sender gets ahead of a receiver that says from time to time what it has received.
const AHEAD: &str = r#"
type Ack = Int

fn receiver(count: Int, to: Pid<Ack>) receives Int do
  receive do
    _ -> do
      if count % 500 == 0 do send(to, count) end
      receiver(count + 1, to)
    end
  end
end

fn sender(n: Int, to: Pid<Int>, acked: Int, most: Int) -> Int receives Ack do
  if n == 400_000 do
    most
  else
    send(to, n)
    let acked = receive do
      ack -> ack
    after 0 -> acked
    end
    sender(n + 1, to, acked, Int.max(most, n - acked))
  end
end

fn main() do
  let to = Pid.sender(spawn(receiver, 0, Pid.sender(self())))
  let most = sender(0, to, 0, 0)
  println(if most < 10_000 do "in step" else "${most} ahead" end)
end
"#;

#[test]
fn a_sender_does_not_run_away_from_its_receiver() {
    let place = Place::with(AHEAD);
    place
        .mesh(&["build", "a.mesh", "--release", "-o", "a"])
        .expect(0, "");
    let run = said(
        place
            .command(&place.path("a"), &[])
            .env("MESH_WORKERS", "1"),
    );
    assert_eq!(run.out, "in step\n");
}
