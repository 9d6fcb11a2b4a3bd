//! The package that is measured: modules of types, interfaces, functions with clauses, closures and pipelines, each
//! using the one before it.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a package of about `lines` lines into `folder`; the number it has.
pub fn write(folder: &Path, lines: usize) -> io::Result<usize> {
    let source = folder.join("src");
    fs::create_dir_all(&source)?;
    fs::write(
        folder.join("mesh.toml"),
        "[package]\nname = \"generated\"\nversion = \"0.1.0\"\n",
    )?;
    let modules = modules(lines);
    let mut total = 0;
    for number in 0..modules {
        let text = module(number);
        total += text.lines().count();
        fs::write(source.join(format!("part_{number}.mesh")), text)?;
    }
    let main = main(modules);
    total += main.lines().count();
    fs::write(source.join("main.mesh"), main)?;
    Ok(total)
}

/// The modules of a package of about so many lines, its `main` left out.
pub fn modules(lines: usize) -> usize {
    (lines / module(1).lines().count()).max(2)
}

fn main(modules: usize) -> String {
    let last = modules - 1;
    format!("import Part{last}\n\nfn main() do\n  println(\"${{Part{last}.run(10)}}\")\nend\n")
}

fn module(number: usize) -> String {
    let mut out = String::new();
    let before = number.checked_sub(1);
    if let Some(before) = before {
        let _ = writeln!(out, "import Part{before}\n");
    }
    out.push_str(DECLARATIONS);
    for function in 0..FUNCTIONS {
        out.push_str(&FUNCTION.replace("{n}", &function.to_string()));
    }
    let _ = writeln!(
        out,
        "pub fn run(n: Int) -> Int do\n  let seed = 1\n  let own = total(["
    );
    for function in 0..FUNCTIONS {
        let _ = writeln!(out, "    work{function}(n + seed),");
    }
    out.push_str("  ])\n");
    match before {
        Some(before) => {
            let _ = writeln!(out, "  (own + Part{before}.run(n)) % 1_000_003");
        }
        None => out.push_str("  own\n"),
    }
    out.push_str("end\n");
    out
}

/// Functions of a module, and as many again that they call.
pub const FUNCTIONS: usize = 8;

const DECLARATIONS: &str = "\
struct Point do
  x: Int
  y: Int
end

type Shape =
  | Dot(Point)
  | Line(Point, Point)
  | Blob(size: Int, weight: Int)
  | Nothing

interface Measure do
  fn measure(self) -> Int
  fn twice(self) -> Int = self.measure() * 2
end

impl Measure for Point do
  fn measure(self) = Int.abs(self.x) + Int.abs(self.y)
end

impl Measure for Shape do
  fn measure(self) do
    match self do
      Dot(p) -> p.measure()
      Line(p, q) -> p.measure() + q.twice()
      Blob(size, weight) when size > weight -> size - weight
      Blob(size, weight) -> size * weight
      Nothing -> 0
    end
  end
end

fn total(numbers) = numbers |> List.reduce(0, fn sum, n -> (sum + n) % 1_000_003 end)

fn pick(0, p) = Dot(p)
fn pick(1, p) = Line(p, Point { ..p, x: p.x + 1 })
fn pick(2, p) = Blob(size: p.x, weight: p.y)
fn pick(_, _) = Nothing

";

const FUNCTION: &str = "\
fn work{n}(n: Int) -> Int do
  let points = for i in 0..n do
    Point { x: i * {n}, y: n - i }
  end
  let shapes = points |> List.map(fn p -> pick((p.x + {n}) % 4, p) end)
  let kept = shapes |> List.filter(fn s -> s.measure() > {n} end)
  let names = kept |> List.map(fn s ->
    match s do
      Dot(p) -> \"dot ${p.x}\"
      Line(_, _) -> \"line\"
      _ -> \"other\"
    end
  end)
  let lengths = names |> List.map(fn name -> String.byte_size(name) end) |> List.sum()
  let best = kept |> List.map(fn s -> s.twice() end) |> List.max()
  match best do
    Some(m) when m > 100 -> m - lengths
    Some(m) -> m + lengths
    None -> if n > 0 do work{n}_rest(n - 1, lengths) else 0 end
  end
end

fn work{n}_rest(n: Int, sum: Int) -> Int do
  if n == 0 do
    sum
  else
    work{n}_rest(n - 1, sum + n * {n})
  end
end

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_has_about_the_lines_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let lines = write(dir.path(), 5000).unwrap();
        assert!((4500..5500).contains(&lines), "{lines}");
        assert!(dir.path().join("src/main.mesh").is_file());
        assert!(module(3).contains("import Part2"));
    }
}
