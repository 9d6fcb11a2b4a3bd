//! Outcomes for tools: one JSON object a line, one for each test as it ends, and a summary.

use super::{Outcome, Show};
use crate::print;
use mesh_driver::TestCase;
use serde_json::{Value, json};
use std::time::Duration;

pub struct Json;

impl Show for Json {
    fn outcome(&mut self, test: &TestCase, outcome: &Outcome) {
        let mut value = json!({
            "event": "test",
            "module": test.module,
            "name": test.name,
            "file": test.file,
            "line": test.line,
            "status": outcome.failure.as_ref().map_or("passed", |failure| failure.kind),
            "ms": milliseconds(outcome.time),
        });
        if let (Some(failure), Some(fields)) = (&outcome.failure, value.as_object_mut()) {
            let place = failure.place.as_ref();
            let place = place.map_or(
                Value::Null,
                |(file, line)| json!({ "file": file, "line": line }),
            );
            fields.insert("message".to_string(), json!(failure.message));
            fields.insert("place".to_string(), place);
            fields.insert("calls".to_string(), json!(failure.calls));
            if let Some((seed, command)) = &failure.again {
                fields.insert("seed".to_string(), json!(seed));
                fields.insert("again".to_string(), json!(command));
            }
            fields.insert("stdout".to_string(), json!(failure.out));
            fields.insert("stderr".to_string(), json!(failure.err));
        }
        line(&value);
    }

    fn end(&mut self, _tests: &[TestCase], outcomes: &[Outcome], time: Duration) {
        let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some());
        let failed = failed.count();
        line(&json!({
            "event": "summary",
            "passed": outcomes.len() - failed,
            "failed": failed,
            "ms": milliseconds(time),
        }));
    }
}

fn line(value: &Value) {
    print::to_stdout(format!("{value}\n").as_bytes());
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
