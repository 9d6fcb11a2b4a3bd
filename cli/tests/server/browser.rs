//! Pages of the examples in a browser: a form that is filled in and sent, and a stream of events.
//!
//! Chromium, without a window, is told what to do through a pipe in its DevTools protocol: JSON in both directions, each
//! message with a NUL behind it. Without Chromium, which `./x setup` installs, these tests fail.

use crate::server::{Server, build};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// For everything that must happen at some time: a browser does a lot, and the machine may do more beside it.
const PATIENCE: Duration = Duration::from_secs(180);

/// What the program is called in Debian, and elsewhere.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// For root, without a network beyond this machine, and without anything that a page does not need.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,800",
    "--remote-debugging-pipe",
];

/// A browser with one page.
struct Page {
    browser: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    count: u64,
    /// What names the page in messages, once there is one.
    session: Option<String>,
    folder: TempDir,
}

impl Page {
    fn open(url: &str) -> Page {
        let folder = tempfile::tempdir().unwrap();
        let errors = std::fs::File::create(folder.path().join("errors")).unwrap();
        let name = NAMES.iter().find(|name| {
            let there = Command::new("sh")
                .args(["-c", &format!("command -v {name}")])
                .stdout(Stdio::null())
                .status();
            there.is_ok_and(|status| status.success())
        });
        let name = name.expect("Chromium is there: `./x setup` installs it");
        // It reads from descriptor 3 and writes to 4.
        let mut browser = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >&2", "sh", name])
            .args(FLAGS)
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("profile").display()
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let commands = browser.stdin.take().unwrap();
        let mut messages = BufReader::new(browser.stdout.take().unwrap()).split(0);
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            while let Some(Ok(message)) = messages.next() {
                let message = serde_json::from_slice(&message).unwrap_or(Value::Null);
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut page = Page {
            browser,
            commands,
            answers,
            count: 0,
            session: None,
            folder,
        };
        let target = page.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = page.ask(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        page.session = attached["sessionId"].as_str().map(String::from);
        page.ask("Page.navigate", json!({ "url": url }));
        page.until(&format!(
            "location.href.startsWith('{url}') && document.readyState === 'complete'"
        ));
        page
    }

    /// What the browser answers to a command; null if it cannot do that.
    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.count += 1;
        let mut message = json!({ "id": self.count, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let sent = write!(self.commands, "{message}\0");
        let start = Instant::now();
        while sent.is_ok() {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let Ok(mut answer) = self.answers.recv_timeout(left) else {
                break;
            };
            if answer["id"] == json!(self.count) {
                return answer["result"].take();
            }
        }
        let said = std::fs::read_to_string(self.folder.path().join("errors"));
        panic!("no answer to {method}; Chromium said: {}", said.unwrap());
    }

    /// The value of a script in the page; null while there is none, as between two pages.
    fn value(&mut self, script: &str) -> Value {
        let parameters = json!({ "expression": script, "returnByValue": true });
        self.ask("Runtime.evaluate", parameters)["result"]["value"].take()
    }

    fn text(&mut self, script: &str) -> String {
        self.value(script).as_str().unwrap_or_default().to_string()
    }

    /// Waits until a script's value is `true`.
    fn until(&mut self, script: &str) {
        let start = Instant::now();
        while self.value(script) != json!(true) {
            let page = "document.documentElement.outerHTML";
            assert!(
                start.elapsed() < PATIENCE,
                "never: {script}\n{}",
                self.text(page)
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses the mouse in the middle of the first element that a selector finds.
    fn click(&mut self, selector: &str) {
        let script = format!(
            "(box => [box.x + box.width / 2, box.y + box.height / 2])\
             (document.querySelector('{selector}').getBoundingClientRect())"
        );
        let place = self.value(&script);
        for kind in ["mousePressed", "mouseReleased"] {
            let parameters = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1
            });
            self.ask("Input.dispatchMouseEvent", parameters);
        }
    }

    /// Writes into the field that has the focus, in place of what is there.
    fn write(&mut self, text: &str) {
        self.value("document.activeElement.select()");
        self.ask("Input.insertText", json!({ "text": text }));
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}

fn example(name: &str) -> Server {
    Server::run(
        &build(&format!("../../../examples/{name}")),
        &[("PORT", "0")],
    )
}

#[test]
fn a_form_is_filled_in_and_sent() {
    let server = example("link_shortener.mesh");
    let home = format!("http://127.0.0.1:{}/", server.port);
    let mut page = Page::open(&home);
    page.until("document.querySelector('.empty') !== null");
    page.click("input");
    page.write("<no address>");
    page.click("button");
    page.until("document.querySelector('[role=alert]') !== null");
    assert_eq!(
        page.text("document.querySelector('input').value"),
        "<no address>"
    );
    let long = format!("{home}?of=this&page=1");
    page.click("input");
    page.write(&long);
    page.click("button");
    page.until("document.querySelector('li') !== null");
    assert_eq!(
        page.value("document.querySelectorAll('li').length"),
        json!(1)
    );
    assert_eq!(
        page.text("document.querySelector('li span').textContent"),
        long
    );
    assert_eq!(
        page.text("document.querySelector('li small').textContent"),
        "0 visits"
    );
    page.click("li a");
    page.until("location.search === '?of=this&page=1' && document.querySelector('li') !== null");
    assert_eq!(
        page.text("document.querySelector('li small').textContent"),
        "1 visit"
    );
}

#[test]
fn events_arrive_as_they_are_sent() {
    let server = example("event_clock.mesh");
    let mut page = Page::open(&format!("http://127.0.0.1:{}/", server.port));
    let mut seen = BTreeSet::new();
    let start = Instant::now();
    while seen.len() < 3 {
        assert!(
            start.elapsed() < PATIENCE,
            "three events, but only {seen:?}"
        );
        let time = page.text("document.querySelector('time').textContent");
        if time.starts_with(|first: char| first.is_ascii_digit()) {
            seen.insert(time);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(
        page.text("document.querySelector('p').textContent"),
        "Only you are watching"
    );
    drop(server);
    page.until("document.querySelector('p').textContent.startsWith('The server is gone')");
}
