//! Random programs over lists against a model: whatever is taken from a list and added to it, at either end, in whatever
//! order, and wherever older lists are kept meanwhile, no list changes.

use crate::{Place, said};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// What the functions of a program make use of.
const PRELUDE: &str = r#"
fn fresh(n: Int) -> List<Int> = List.generate(n, fn i -> i end)

fn run(f: fn() -> List<Int>) -> List<Int> = f()

fn third(t: (Int, Int, List<Int>)) -> List<Int> do
  match t do
    (_, _, xs) -> xs
  end
end

fn second(t: (Int, List<Int>)) -> List<Int> do
  match t do
    (_, xs) -> xs
  end
end

fn rest(xs: List<Int>) -> List<Int>? do
  match xs do
    [_ | rest] -> Some(rest)
    [] -> None
  end
end

fn or_empty(xs: List<Int>?) -> List<Int> do
  match xs do
    Some(list) -> list
    None -> []
  end
end

fn head(xs: List<Int>) -> Int do
  match xs do
    [x | _] -> x
    [] -> 0
  end
end

fn same<T>(value: T) -> T = value

fn digest(xs: List<Int>) -> Int = List.fold(xs, 7, fn a, x -> (a * 31 + x) % 1000 end)
"#;

/// A list.
enum List {
    Var(usize),
    Fresh(usize),
    Literal(Vec<Int>),
    Prepend(Vec<Int>, Box<List>),
    Append(Box<List>, Int),
    Join(Box<List>, Box<List>),
    Drop(Box<List>, usize),
    DropLast(Box<List>, usize),
    Take(Box<List>, usize),
    Call(usize, Box<[List; 2]>, Int),
    /// Through a call that gives what it gets, a closure, a tuple in memory or in registers, an option.
    Through(&'static str, &'static str, Box<List>),
    /// One of the two in a list of lists.
    Nested(Box<[List; 2]>, usize),
}

/// A number.
enum Int {
    Const(i64),
    /// The function's own parameter.
    Left,
    Var(usize),
    Length(usize),
    Head(usize),
    Digest(usize),
}

/// What a function does.
enum Body {
    Give(List),
    /// The function again, with one time less to go.
    Again(List, List),
    Let(usize, List, Box<Body>),
    Show(usize, Box<Body>),
    /// Takes numbers from the front of a variable, where there are as many and the first is even, or needs not be.
    Match {
        of: usize,
        numbers: Vec<usize>,
        even: bool,
        rest: usize,
        then: Box<Body>,
        other: Box<Body>,
    },
    If(Int, Box<Body>, Box<Body>),
}

/// Numbers that look random (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// Makes the functions of a program.
struct Maker {
    random: Random,
    names: usize,
    lists: Vec<usize>,
    ints: Vec<usize>,
    /// The function that is made; it may call those before.
    number: usize,
    calls: usize,
}

/// What lists pass through unchanged, but for the option.
const WAYS: [(&str, &str); 6] = [
    ("same(", ")"),
    ("run(fn -> ", " end)"),
    ("third((1, 2, ", "))"),
    ("second((3, ", "))"),
    ("or_empty(rest(", "))"),
    ("or_empty(List.tail(", "))"),
];

impl Maker {
    fn name(&mut self) -> usize {
        self.names += 1;
        self.names
    }

    fn of_lists(&mut self) -> usize {
        // The newest ones more often.
        let back = self
            .random
            .below(self.lists.len())
            .min(self.random.below(3));
        self.lists[self.lists.len() - 1 - back]
    }

    fn int(&mut self) -> Int {
        match self.random.below(7) {
            0 => Int::Const(self.random.below(100) as i64),
            1 => Int::Left,
            2 => Int::Length(self.of_lists()),
            3 => Int::Head(self.of_lists()),
            4 => Int::Digest(self.of_lists()),
            _ if self.ints.is_empty() => Int::Const(5),
            _ => Int::Var(self.ints[self.random.below(self.ints.len())]),
        }
    }

    fn list(&mut self, depth: usize) -> List {
        if depth == 0 || self.random.below(6) == 0 {
            return List::Var(self.of_lists());
        }
        let deeper = depth - 1;
        match self.random.below(16) {
            0 => List::Fresh(self.random.below(7)),
            1 => List::Literal((0..self.random.below(4)).map(|_| self.int()).collect()),
            2..=5 => {
                let items = (0..1 + self.random.below(2)).map(|_| self.int()).collect();
                List::Prepend(items, Box::new(self.list(deeper)))
            }
            6 => List::Append(Box::new(self.list(deeper)), self.int()),
            7 => List::Join(Box::new(self.list(deeper)), Box::new(self.list(deeper))),
            8 => List::Drop(Box::new(self.list(deeper)), self.random.below(3)),
            9 => List::DropLast(Box::new(self.list(deeper)), self.random.below(3)),
            10 => List::Take(Box::new(self.list(deeper)), self.random.below(6)),
            11 | 12 if self.number > 0 && self.calls > 0 => {
                self.calls -= 1;
                let callee = self.random.below(self.number);
                let lists = Box::new([self.list(deeper), self.list(deeper)]);
                List::Call(callee, lists, self.int())
            }
            13 => {
                let lists = Box::new([self.list(deeper), self.list(deeper)]);
                List::Nested(lists, self.random.below(2))
            }
            _ => {
                let (before, behind) = WAYS[self.random.below(WAYS.len())];
                List::Through(before, behind, Box::new(self.list(deeper)))
            }
        }
    }

    fn body(&mut self, depth: usize) -> Body {
        if depth == 0 {
            return match self.random.below(3) {
                0 => Body::Again(self.list(2), self.list(1)),
                _ => Body::Give(self.list(2)),
            };
        }
        let (lists, ints) = (self.lists.len(), self.ints.len());
        let deeper = depth - 1;
        match self.random.below(10) {
            0 => Body::If(
                self.int(),
                Box::new(self.body(deeper)),
                Box::new(self.body(deeper)),
            ),
            1 | 2 => Body::Show(self.of_lists(), Box::new(self.body(deeper))),
            3 | 4 => {
                let value = self.list(2);
                let name = self.name();
                self.lists.push(name);
                let then = Box::new(self.body(deeper));
                self.lists.truncate(lists);
                Body::Let(name, value, then)
            }
            _ => {
                let of = self.of_lists();
                let numbers: Vec<usize> =
                    (0..1 + self.random.below(2)).map(|_| self.name()).collect();
                let rest = self.name();
                self.ints.extend(&numbers);
                self.lists.push(rest);
                let then = Box::new(self.body(deeper));
                self.lists.truncate(lists);
                self.ints.truncate(ints);
                Body::Match {
                    of,
                    numbers,
                    even: self.random.below(3) == 0,
                    rest,
                    then,
                    other: Box::new(self.body(deeper)),
                }
            }
        }
    }
}

/// Writes a program.
struct Printer(String);

impl Printer {
    fn add(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn int(&mut self, int: &Int) {
        let text = match int {
            Int::Const(n) => n.to_string(),
            Int::Left => "n".into(),
            Int::Var(name) => format!("v{name}"),
            Int::Length(name) => format!("List.length(v{name})"),
            Int::Head(name) => format!("head(v{name})"),
            Int::Digest(name) => format!("digest(v{name})"),
        };
        self.add(&text);
    }

    fn ints(&mut self, ints: &[Int]) {
        for (n, int) in ints.iter().enumerate() {
            self.add(if n == 0 { "" } else { ", " });
            self.int(int);
        }
    }

    fn called(&mut self, name: &str, list: &List, number: usize) {
        self.add(&format!("List.{name}("));
        self.list(list);
        self.add(&format!(", {number})"));
    }

    fn list(&mut self, list: &List) {
        match list {
            List::Var(name) => self.add(&format!("v{name}")),
            List::Fresh(n) => self.add(&format!("fresh({n})")),
            List::Literal(items) => {
                self.add("[");
                self.ints(items);
                self.add("]");
            }
            List::Prepend(items, list) => {
                self.add("[");
                self.ints(items);
                self.add(" | ");
                self.list(list);
                self.add("]");
            }
            List::Append(list, item) => {
                self.add("List.append(");
                self.list(list);
                self.add(", ");
                self.int(item);
                self.add(")");
            }
            List::Join(a, b) => {
                self.add("(");
                self.list(a);
                self.add(" ++ ");
                self.list(b);
                self.add(")");
            }
            List::Drop(list, n) => self.called("drop", list, *n),
            List::DropLast(list, n) => self.called("drop_last", list, *n),
            List::Take(list, n) => self.called("take", list, *n),
            List::Call(callee, lists, n) => {
                self.add(&format!("f{callee}("));
                self.list(&lists[0]);
                self.add(", ");
                self.list(&lists[1]);
                self.add(", (");
                self.int(n);
                self.add(") % 3)");
            }
            List::Through(before, behind, list) => {
                self.add(before);
                self.list(list);
                self.add(behind);
            }
            List::Nested(lists, at) => {
                self.add("[");
                self.list(&lists[0]);
                self.add(", ");
                self.list(&lists[1]);
                self.add(&format!("][{at}]"));
            }
        }
    }

    fn body(&mut self, own: usize, body: &Body) {
        match body {
            Body::Give(list) => {
                self.list(list);
                self.add("\n");
            }
            Body::Again(a, b) => {
                self.add(&format!("if n > 0 do\nf{own}("));
                self.list(a);
                self.add(", ");
                self.list(b);
                self.add(", n - 1)\nelse\n");
                self.list(b);
                self.add("\nend\n");
            }
            Body::Let(name, value, then) => {
                self.add(&format!("let v{name} = "));
                self.list(value);
                self.add("\n");
                self.body(own, then);
            }
            Body::Show(name, then) => {
                self.add(&format!("println(v{name})\n"));
                self.body(own, then);
            }
            Body::Match {
                of,
                numbers,
                even,
                rest,
                then,
                other,
            } => {
                let names: Vec<String> = numbers.iter().map(|n| format!("v{n}")).collect();
                let guard = if *even {
                    format!(" when v{} % 2 == 0", numbers[0])
                } else {
                    String::new()
                };
                let names = names.join(", ");
                let _ = write!(self.0, "match v{of} do\n[{names} | v{rest}]{guard} -> do\n");
                self.body(own, then);
                self.add("end\n_ -> do\n");
                self.body(own, other);
                self.add("end\nend\n");
            }
            Body::If(cond, then, other) => {
                self.add("if (");
                self.int(cond);
                self.add(") % 2 == 0 do\n");
                self.body(own, then);
                self.add("else\n");
                self.body(own, other);
                self.add("end\n");
            }
        }
    }
}

/// Does what a program should do.
struct Model<'a> {
    functions: &'a [Body],
    out: String,
    /// Steps that may still be made.
    fuel: usize,
}

/// The variables of a function.
#[derive(Default)]
struct Frame {
    left: i64,
    ints: HashMap<usize, i64>,
    lists: HashMap<usize, Vec<i64>>,
}

/// `None` where a program takes too long, or its lists grow too large.
type Result<T> = Option<T>;

impl Model<'_> {
    fn int(&self, frame: &Frame, int: &Int) -> i64 {
        let digest = |list: &Vec<i64>| list.iter().fold(7, |a, x| (a * 31 + x) % 1000);
        match int {
            Int::Const(n) => *n,
            Int::Left => frame.left,
            Int::Var(name) => frame.ints[name],
            Int::Length(name) => frame.lists[name].len() as i64,
            Int::Head(name) => frame.lists[name].first().copied().unwrap_or(0),
            Int::Digest(name) => digest(&frame.lists[name]),
        }
    }

    fn list(&mut self, frame: &Frame, list: &List) -> Result<Vec<i64>> {
        self.fuel = self.fuel.checked_sub(1)?;
        let made = match list {
            List::Var(name) => frame.lists[name].clone(),
            List::Fresh(n) => (0..*n as i64).collect(),
            List::Literal(items) => items.iter().map(|item| self.int(frame, item)).collect(),
            List::Prepend(items, list) => {
                let mut all: Vec<i64> = items.iter().map(|item| self.int(frame, item)).collect();
                all.extend(self.list(frame, list)?);
                all
            }
            List::Append(list, item) => {
                let mut all = self.list(frame, list)?;
                all.push(self.int(frame, item));
                all
            }
            List::Join(a, b) => {
                let mut all = self.list(frame, a)?;
                all.extend(self.list(frame, b)?);
                all
            }
            List::Drop(list, n) => self.list(frame, list)?.into_iter().skip(*n).collect(),
            List::DropLast(list, n) => {
                let mut all = self.list(frame, list)?;
                all.truncate(all.len().saturating_sub(*n));
                all
            }
            List::Take(list, n) => self.list(frame, list)?.into_iter().take(*n).collect(),
            List::Call(callee, lists, n) => {
                let a = self.list(frame, &lists[0])?;
                let b = self.list(frame, &lists[1])?;
                let left = self.int(frame, n) % 3;
                self.call(*callee, a, b, left)?
            }
            List::Through(before, _, list) => {
                let all = self.list(frame, list)?;
                let skip = usize::from(before.starts_with("or_empty"));
                all.into_iter().skip(skip).collect()
            }
            List::Nested(lists, at) => {
                let both = [self.list(frame, &lists[0])?, self.list(frame, &lists[1])?];
                both[*at].clone()
            }
        };
        (made.len() < 200).then_some(made)
    }

    fn call(&mut self, number: usize, a: Vec<i64>, b: Vec<i64>, left: i64) -> Result<Vec<i64>> {
        let mut frame = Frame {
            left,
            ..Frame::default()
        };
        frame.lists.extend([(0, a), (1, b)]);
        let functions = self.functions;
        self.body(number, &mut frame, &functions[number])
    }

    fn body(&mut self, own: usize, frame: &mut Frame, body: &Body) -> Result<Vec<i64>> {
        match body {
            Body::Give(list) => self.list(frame, list),
            Body::Again(a, b) if frame.left > 0 => {
                let (a, b) = (self.list(frame, a)?, self.list(frame, b)?);
                self.call(own, a, b, frame.left - 1)
            }
            Body::Again(_, b) => self.list(frame, b),
            Body::Let(name, value, then) => {
                let value = self.list(frame, value)?;
                frame.lists.insert(*name, value);
                self.body(own, frame, then)
            }
            Body::Show(name, then) => {
                let items: Vec<String> = frame.lists[name].iter().map(i64::to_string).collect();
                let _ = writeln!(self.out, "[{}]", items.join(", "));
                self.body(own, frame, then)
            }
            Body::Match {
                of,
                numbers,
                even,
                rest,
                then,
                other,
            } => {
                let list = frame.lists[of].clone();
                if list.len() < numbers.len() || *even && list[0] % 2 != 0 {
                    return self.body(own, frame, other);
                }
                let (first, behind) = list.split_at(numbers.len());
                let numbers = numbers.iter().copied();
                frame.ints.extend(numbers.zip(first.iter().copied()));
                frame.lists.insert(*rest, behind.to_vec());
                self.body(own, frame, then)
            }
            Body::If(cond, then, other) => {
                let yes = self.int(frame, cond) % 2 == 0;
                self.body(own, frame, if yes { then } else { other })
            }
        }
    }
}

/// A program, and what it prints.
fn program(seed: u64) -> (String, String) {
    let mut maker = Maker {
        random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
        names: 1,
        lists: vec![0, 1],
        ints: Vec::new(),
        number: 0,
        calls: 0,
    };
    let mut functions = Vec::new();
    for number in 0..40 {
        (maker.number, maker.calls) = (number, 2);
        functions.push(maker.body(5));
    }
    let mut printer = Printer(PRELUDE.into());
    for (number, body) in functions.iter().enumerate() {
        printer.add(&format!(
            "\nfn f{number}(v0: List<Int>, v1: List<Int>, n: Int) -> List<Int> do\n"
        ));
        printer.body(number, body);
        printer.add("end\n");
    }
    printer.add("\nfn main() do\n");
    let mut out = String::new();
    for number in 0..functions.len() {
        let mut model = Model {
            functions: &functions,
            out: String::new(),
            fuel: 20_000,
        };
        let Some(given) = model.call(number, vec![0, 1, 2, 3], vec![0, 1, 2], 3) else {
            continue;
        };
        let items: Vec<String> = given.iter().map(i64::to_string).collect();
        let _ = writeln!(out, "{}f{number} [{}]", model.out, items.join(", "));
        printer.add(&format!("let r = f{number}(fresh(4), fresh(3), 3)\n"));
        printer.add(&format!("println(\"f{number} ${{r}}\")\n"));
    }
    printer.add("end\n");
    (printer.0, out)
}

#[track_caller]
fn agrees(seed: u64, release: bool, stress: bool) {
    let (text, expected) = program(seed);
    assert!(
        expected.lines().count() > 30,
        "few functions end: {expected}"
    );
    let place = Place::with(&text);
    let mut arguments = vec!["build", "a.mesh", "-o", "a"];
    if release {
        arguments.push("--release");
    }
    place.mesh(&arguments).expect(0, "");
    let binary = place.path("a");
    let mut command = place.command(Path::new(&binary), &[]);
    if stress {
        command.env("MESH_GC", "stress");
    }
    let said = said(&mut command);
    said.expect(0, "");
    if said.out != expected {
        let lines = said.out.lines().zip(expected.lines());
        let first = lines.enumerate().find(|(_, (is, should))| is != should);
        panic!("seed {seed}: {first:?}\n{text}");
    }
}

#[test]
fn lists_stay_what_they_are() {
    let seeds = std::env::var("MESH_TEST_LISTS");
    let seeds = seeds.ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(4);
    for seed in 1..=seeds {
        agrees(seed, seed % 2 == 0, seed % 4 > 1);
    }
}
