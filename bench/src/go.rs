//! Go's side of the comparison of compilers: a package for each module of [`crate::package`], with the same declarations and the
//! same answers.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a program that prints a text.
pub fn write_hello(folder: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("go.mod"), "module hello\n\ngo 1.18\n")?;
    let program =
        format!("package main\n\nimport \"fmt\"\n\nfunc main() {{\n\tfmt.Println({text:?})\n}}\n");
    fs::write(folder.join("main.go"), program)
}

/// Writes a program of so many packages. With another `stamp` nothing that was compiled before is used again.
pub fn write(folder: &Path, modules: usize, stamp: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("go.mod"), "module generated\n\ngo 1.18\n")?;
    for number in 0..modules {
        let package = folder.join(format!("part{number}"));
        fs::create_dir_all(&package)?;
        fs::write(package.join("part.go"), module(number, stamp))?;
    }
    let last = modules - 1;
    let main = format!(
        "package main\n\nimport (\n\t\"fmt\"\n\t\"generated/part{last}\"\n)\n\n\
         func main() {{\n\tfmt.Println(part{last}.Run(10))\n}}\n"
    );
    fs::write(folder.join("main.go"), main)
}

/// Changes the body of a function of the first package.
pub fn edit(folder: &Path, seed: usize) -> io::Result<()> {
    let path = folder.join("part0/part.go");
    let text = fs::read_to_string(&path)?;
    let (before, rest) = text.split_once("seed := ").unwrap_or((&text, "\n"));
    let (_, after) = rest.split_once('\n').unwrap_or(("", ""));
    fs::write(&path, format!("{before}seed := {seed}\n{after}"))
}

fn module(number: usize, stamp: &str) -> String {
    let mut out = format!("// {stamp}\npackage part{number}\n\nimport (\n");
    let before = number.checked_sub(1);
    if let Some(before) = before {
        let _ = writeln!(out, "\t\"generated/part{before}\"");
    }
    out.push_str("\t\"strconv\"\n)\n\n");
    out.push_str(DECLARATIONS);
    for function in 0..crate::package::FUNCTIONS {
        out.push_str(&FUNCTION.replace("{n}", &function.to_string()));
    }
    out.push_str("func Run(n int) int {\n\tseed := 1\n\town := total([]int{\n");
    for function in 0..crate::package::FUNCTIONS {
        let _ = writeln!(out, "\t\twork{function}(n + seed),");
    }
    out.push_str("\t})\n");
    match before {
        Some(before) => {
            let _ = writeln!(out, "\treturn (own + part{before}.Run(n)) % 1_000_003");
        }
        None => out.push_str("\treturn own\n"),
    }
    out.push_str("}\n");
    out
}

const DECLARATIONS: &str = "\
type Point struct {
\tx int
\ty int
}

type Shape interface {
\tmeasure() int
}

type Dot struct{ p Point }
type Line struct{ p, q Point }
type Blob struct{ size, weight int }
type Nothing struct{}

func abs(n int) int {
\tif n < 0 {
\t\treturn -n
\t}
\treturn n
}

func (p Point) measure() int { return abs(p.x) + abs(p.y) }
func (d Dot) measure() int   { return d.p.measure() }
func (l Line) measure() int  { return l.p.measure() + twice(l.q) }
func (Nothing) measure() int { return 0 }

func (b Blob) measure() int {
\tif b.size > b.weight {
\t\treturn b.size - b.weight
\t}
\treturn b.size * b.weight
}

func twice(s Shape) int { return s.measure() * 2 }

func mapped[T, U any](xs []T, f func(T) U) []U {
\tys := make([]U, 0, len(xs))
\tfor _, x := range xs {
\t\tys = append(ys, f(x))
\t}
\treturn ys
}

func total(numbers []int) int {
\tsum := 0
\tfor _, n := range numbers {
\t\tsum = (sum + n) % 1_000_003
\t}
\treturn sum
}

func pick(kind int, p Point) Shape {
\tswitch kind {
\tcase 0:
\t\treturn Dot{p}
\tcase 1:
\t\treturn Line{p, Point{p.x + 1, p.y}}
\tcase 2:
\t\treturn Blob{p.x, p.y}
\t}
\treturn Nothing{}
}

";

const FUNCTION: &str = "\
func work{n}(n int) int {
\tpoints := []Point{}
\tfor i := 0; i < n; i++ {
\t\tpoints = append(points, Point{i * {n}, n - i})
\t}
\tshapes := mapped(points, func(p Point) Shape { return pick((p.x+{n})%4, p) })
\tkept := []Shape{}
\tfor _, s := range shapes {
\t\tif s.measure() > {n} {
\t\t\tkept = append(kept, s)
\t\t}
\t}
\tnames := mapped(kept, func(s Shape) string {
\t\tswitch s := s.(type) {
\t\tcase Dot:
\t\t\treturn \"dot \" + strconv.Itoa(s.p.x)
\t\tcase Line:
\t\t\treturn \"line\"
\t\t}
\t\treturn \"other\"
\t})
\tlengths := 0
\tfor _, name := range names {
\t\tlengths += len(name)
\t}
\tif len(kept) == 0 {
\t\tif n > 0 {
\t\t\treturn work{n}Rest(n-1, lengths)
\t\t}
\t\treturn 0
\t}
\tbest := twice(kept[0])
\tfor _, m := range mapped(kept, twice) {
\t\tif m > best {
\t\t\tbest = m
\t\t}
\t}
\tif best > 100 {
\t\treturn best - lengths
\t}
\treturn best + lengths
}

func work{n}Rest(n int, sum int) int {
\tif n == 0 {
\t\treturn sum
\t}
\treturn work{n}Rest(n-1, sum+n*{n})
}

";
