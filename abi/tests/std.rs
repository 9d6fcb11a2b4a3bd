//! The table of natives against what std declares: each row has its `extern fn` and each of those its row, with the same words.

use mesh_abi::native::STD;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What std says of a native.
struct Declared {
    generics: Vec<String>,
    params: Vec<String>,
    result: String,
}

/// The text of every module of std, by its name.
fn modules() -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../std");
    let mut open = vec![root];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).expect("std is there").flatten();
        for path in entries.map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "mesh") {
                out.insert(module_name(&path), fs::read_to_string(&path).expect("text"));
            }
        }
    }
    out
}

fn module_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    stem.split('_').map(capital).collect()
}

/// The parts of a text between commas that stand in no brackets.
fn parts(text: &str) -> Vec<String> {
    let (mut out, mut depth) = (vec![String::new()], 0);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '(' | '<' => depth += 1,
            ')' => depth -= 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        before = c;
        match (c, depth) {
            (',', 0) => out.push(String::new()),
            _ => out.last_mut().expect("one at least").push(c),
        }
    }
    let parts = out.iter().map(|part| part.trim().to_string());
    parts.filter(|part| !part.is_empty()).collect()
}

/// The text up to the bracket that closes the one before it, and what is behind that.
fn closed(text: &str, open: char, close: char) -> (&str, &str) {
    let (mut depth, mut before) = (1, ' ');
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close && before != '-' {
            depth -= 1;
        }
        if depth == 0 {
            return (&text[..at], &text[at + c.len_utf8()..]);
        }
        before = c;
    }
    panic!("`{text}` does not close");
}

/// The natives that a module declares.
fn natives(module: &str, text: &str) -> Vec<(String, Declared)> {
    let mut out = Vec::new();
    let mut before = "";
    for (at, line) in text
        .match_indices('\n')
        .map(|(at, _)| (at + 1, &text[at + 1..]))
    {
        let head = line.strip_prefix("pub ").unwrap_or(line);
        let last = std::mem::replace(&mut before, text[..at].lines().last().unwrap_or(""));
        let Some(rest) = head.strip_prefix("extern fn ") else {
            continue;
        };
        if [last, before].contains(&"@intrinsic") && before.starts_with('@') {
            continue;
        }
        let end = rest.find(['<', '(']).expect("parameters");
        let (name, rest) = rest.split_at(end);
        let (generics, rest) = match rest.strip_prefix('<') {
            Some(rest) => closed(rest, '<', '>'),
            None => ("", rest),
        };
        let (params, rest) = closed(&rest[1..], '(', ')');
        let line = rest.lines().next().unwrap_or("");
        let result = line.strip_prefix(" -> ").unwrap_or("()");
        let result = result.split(" receives ").next().unwrap_or("");
        let types = parts(params).into_iter();
        let declared = Declared {
            generics: parts(generics),
            params: types
                .map(|param| param.split_once(": ").expect("a type").1.to_string())
                .collect(),
            result: result.to_string(),
        };
        out.push((format!("{module}.{name}"), declared));
    }
    out
}

/// The types of the fields of std's structs without type parameters that matter.
fn structs(text: &str, out: &mut BTreeMap<String, Vec<String>>) {
    for piece in text.split("struct ").skip(1) {
        let Some((head, body)) = piece.split_once(" do\n") else {
            continue;
        };
        let body = body.split("\nend").next().unwrap_or("");
        let fields = body.lines().filter_map(|line| {
            let ty = line.split_once(": ")?.1;
            Some(ty.split([' ', '#']).next().unwrap_or("").to_string())
        });
        let name = head.split('<').next().unwrap_or("").to_string();
        out.insert(name, fields.collect());
    }
}

/// The words that a type takes.
fn words(ty: &str, generics: &[String], structs: &BTreeMap<String, Vec<String>>) -> String {
    let of = |ty: &str| words(ty, generics, structs);
    let name = ty.split('<').next().unwrap_or("");
    if generics.iter().any(|param| param == ty) {
        return "b".to_string();
    }
    if let Some(inner) = ty.strip_suffix('?') {
        return match of(inner).as_str() {
            "p" => "p".to_string(),
            other => format!("i{other}"),
        };
    }
    match name {
        "()" | "Never" => String::new(),
        "Int" | "Bool" | "Pid" => "i".to_string(),
        "Float" => "f".to_string(),
        "String" | "Bytes" => "p".to_string(),
        "List" => "pi".to_string(),
        _ if ty.starts_with("fn(") => "p".to_string(),
        _ if ty.starts_with('(') => {
            let inner = parts(&ty[1..ty.len() - 1]);
            inner.iter().map(|part| of(part)).collect()
        }
        _ => match structs.get(name) {
            Some(fields) => fields.iter().map(|field| of(field)).collect(),
            None => panic!("this test does not know the words of `{ty}`"),
        },
    }
}

#[test]
fn the_table_says_what_std_declares() {
    let modules = modules();
    let mut fields = BTreeMap::new();
    modules.values().for_each(|text| structs(text, &mut fields));
    let mut left: BTreeSet<&str> = STD.iter().map(|row| row.name).collect();
    let declared = modules
        .iter()
        .flat_map(|(module, text)| natives(module, text));
    for (name, native) in declared {
        let row = STD.iter().find(|row| row.name == name);
        let row = row.unwrap_or_else(|| panic!("`{name}` has no row"));
        left.remove(row.name);
        let params = native.params.iter();
        let params: String = params
            .map(|ty| words(ty, &native.generics, &fields))
            .collect();
        assert_eq!(row.params, params, "the parameters of `{name}`");
        assert_eq!(
            row.diverges,
            native.result == "Never",
            "whether `{name}` returns"
        );
        if !row.diverges {
            let result = words(&native.result, &native.generics, &fields);
            assert_eq!(row.result, result, "the result of `{name}`");
        }
    }
    assert!(left.is_empty(), "std does not declare {left:?}");
}
