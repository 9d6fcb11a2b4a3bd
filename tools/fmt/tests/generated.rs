//! The formatter on programs that nobody wrote: the same program in another layout, the same comments, and nothing left to change.

use mesh_fmt::{Unformatted, format};
use mesh_report::FileId;

const PROGRAMS: u64 = 400;

/// Makes programs: the same ones in every run.
struct Maker {
    state: u64,
    out: String,
    comments: usize,
}

impl Maker {
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % end as u64) as usize
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A line end, maybe with a comment or an empty line; any indentation.
    fn line(&mut self) {
        match self.below(8) {
            0 => {
                self.comments += 1;
                self.put("   # said in passing\n");
            }
            1 => {
                self.comments += 1;
                self.put("\n # on a line of its own\n");
            }
            2 => self.put("\n\n"),
            _ => self.put("\n"),
        }
        let blanks = self.below(6);
        self.put(&" ".repeat(blanks));
    }

    fn name(&mut self) {
        let names = [
            "x",
            "total",
            "value_of_it",
            "a_name_that_is_rather_long",
            "f",
        ];
        let name = names[self.below(names.len())];
        self.put(name);
    }

    /// Items with commas between them, now and then on lines of their own.
    fn items(&mut self, deep: usize, item: fn(&mut Maker, usize)) {
        let count = self.below(4);
        let lines = self.below(4) == 0;
        for at in 0..count {
            if at > 0 {
                self.put(",");
            }
            self.put(if lines { "\n" } else { " " });
            item(self, deep);
        }
    }

    fn expr(&mut self, deep: usize) {
        if deep == 0 {
            return self.leaf();
        }
        let deep = deep - 1;
        match self.below(3) {
            0 => self.literal(deep),
            1 => self.call(deep),
            _ => self.block_form(deep),
        }
    }

    fn literal(&mut self, deep: usize) {
        match self.below(5) {
            0 => {
                self.put("[");
                self.items(deep, Maker::expr);
                self.put("]");
            }
            1 => {
                self.put("%{");
                self.items(deep, |maker, deep| {
                    maker.leaf();
                    maker.put("=>");
                    maker.expr(deep);
                });
                self.put("}");
            }
            2 => {
                self.put("Point{");
                self.items(deep, |maker, deep| {
                    maker.name();
                    maker.put(":");
                    maker.expr(deep);
                });
                self.put("}");
            }
            3 => {
                self.put("(");
                self.expr(deep);
                self.put(", ");
                self.expr(deep);
                self.put(")");
            }
            _ => self.leaf(),
        }
    }

    fn call(&mut self, deep: usize) {
        let form = self.below(4);
        if form == 0 {
            let operators = ["+", "*", "==", "and", "or", "<>", "++", "::"];
            let operator = operators[self.below(operators.len())];
            self.put("(");
            self.expr(deep);
            self.put(&format!(" {operator} "));
            self.expr(deep);
            return self.put(")");
        }
        self.name();
        let (there, below) = [("", ""), (" |> ", "\n  |> "), (".", "\n.")][form - 1];
        let steps = if form == 1 { 1 } else { 1 + self.below(4) };
        for _ in 0..steps {
            let own_line = self.below(4) == 0;
            self.put(if own_line { below } else { there });
            if form > 1 {
                self.name();
            }
            self.put("(");
            self.items(deep, Maker::expr);
            self.put(")");
        }
    }

    fn block_form(&mut self, deep: usize) {
        match self.below(6) {
            0 => {
                self.put("fn a, b -> ");
                self.expr(deep);
                self.put(" end");
            }
            1 => {
                self.put("fn(a) do");
                self.block(deep);
                self.put("end");
            }
            2 => {
                self.put("if ");
                self.leaf();
                self.put(" do");
                self.block(deep);
                if self.below(2) == 0 {
                    self.put("else");
                    self.block(deep);
                }
                self.put("end");
            }
            3 => {
                self.put("match ");
                self.leaf();
                self.put(" do");
                self.arms(deep);
                self.put("end");
            }
            4 => {
                self.put("receive do");
                self.arms(deep);
                self.put("after 10->");
                self.expr(deep);
                self.line();
                self.put("end");
            }
            _ => {
                self.put("for x in ");
                self.leaf();
                self.put(" {");
                self.block(deep);
                self.put("}");
            }
        }
    }

    fn leaf(&mut self) {
        let texts = [
            "1",
            "2.5",
            "\"text\"",
            "\"a ${x} b\"",
            ":atom",
            "true",
            "()",
        ];
        let at = self.below(texts.len() + 3);
        match texts.get(at) {
            Some(text) => self.put(text),
            None => self.name(),
        }
    }

    fn arms(&mut self, deep: usize) {
        for _ in 0..=self.below(3) {
            self.line();
            let patterns = ["Some(x)", "None", "(a, _)", "[h | t]", "1..=9", "_"];
            let pattern = patterns[self.below(patterns.len())];
            self.put(pattern);
            if self.below(4) == 0 {
                self.put(" when x > 1");
            }
            self.put("->");
            self.expr(deep);
        }
        self.line();
        if !self.out.trim_end_matches(' ').ends_with('\n') {
            self.put("\n");
        }
    }

    fn block(&mut self, deep: usize) {
        for _ in 0..self.below(3) {
            self.line();
            match self.below(4) {
                0 => {
                    self.put("let ");
                    self.name();
                    self.put("=");
                    self.expr(deep);
                }
                1 => {
                    self.put("let Some(x)=");
                    self.expr(deep);
                    self.put(" else return None");
                }
                _ => self.expr(deep),
            }
        }
        self.line();
        self.leaf();
        self.line();
    }

    fn program(seed: u64) -> Maker {
        let mut maker = Maker {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            out: String::new(),
            comments: 0,
        };
        for _ in 0..=maker.below(3) {
            match maker.below(3) {
                0 => {
                    maker.put("fn f(x:Int,y) = ");
                    maker.expr(4);
                }
                _ => {
                    maker.put("fn g() do");
                    maker.block(4);
                    maker.put("end");
                }
            }
            maker.put("\n");
        }
        maker
    }
}

#[test]
fn generated_programs_stay_the_same_and_format_once() {
    let (mut formatted, mut refused) = (0, 0);
    for seed in 1..=PROGRAMS {
        let made = Maker::program(seed);
        let once = match format(FileId(0), &made.out) {
            Ok(once) => once,
            Err(Unformatted::Errors(_)) => {
                refused += 1;
                continue;
            }
            Err(Unformatted::Unsafe(at)) => {
                panic!("another program at byte {at} of\n{}", made.out)
            }
        };
        formatted += 1;
        assert_eq!(once.matches('#').count(), made.comments, "{}", made.out);
        assert!(!once.contains(" \n"), "blanks at the end of a line: {once}");
        let twice = format(FileId(0), &once);
        assert_eq!(twice.ok().as_ref(), Some(&once), "of\n{}", made.out);
    }
    assert!(
        formatted > PROGRAMS / 2,
        "{formatted} formatted, {refused} with errors of syntax"
    );
}
