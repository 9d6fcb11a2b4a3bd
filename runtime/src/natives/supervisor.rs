//! Supervisors. The compiler makes no executable of a program that has one: these are not reached.

use crate::crash::Reason;
use crate::native;
use crate::natives::Cx;
use crate::natives::words::Pointer;

fn unsupported(cx: &mut Cx) -> ! {
    let text = "this version of Mesh runs no supervisors";
    cx.crash(Reason::Other(String::from(text)))
}

native! {
    fn mesh_supervisor_start as "Supervisor.start"(
        cx, _strategy: i64, _restarts: i64, _seconds: i64, _children: Pointer, _range: i64
    ) -> i64 {
        unsupported(cx)
    }

    fn mesh_supervisor_child as "Supervisor.current"(
        cx, _sup: i64, _name: Pointer, _witness: Pointer
    ) -> (i64, i64) {
        unsupported(cx)
    }
}
