//! `mesh.ungram` is the one statement of the grammar: the typed views are made from it, and the kinds must agree.
//! `UPDATE=1` writes the views anew.

use mesh_syntax::{NODES, SyntaxKind};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use ungrammar::{Grammar, Node, Rule};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn source() -> String {
    std::fs::read_to_string(root().join("mesh.ungram")).expect("the grammar is there")
}

#[test]
fn every_rule_has_its_kind_and_every_kind_its_rule() {
    let grammar: Grammar = source().parse().expect("the grammar parses");
    let nodes = grammar
        .iter()
        .filter(|&node| choice(&grammar, node).is_none());
    let mut from_rules: Vec<_> = nodes.map(|node| upper_snake(&grammar[node].name)).collect();
    let mut kinds: Vec<_> = NODES.iter().map(|kind| format!("{kind:?}")).collect();
    kinds.retain(|kind| kind != "ERROR");
    from_rules.sort();
    kinds.sort();
    assert_eq!(from_rules, kinds);
}

#[test]
fn the_views_are_what_the_grammar_says() {
    let text = source();
    let grammar: Grammar = text.parse().expect("the grammar parses");
    for (file, rules) in sections(&text) {
        let path = root().join("src/ast/generated").join(format!("{file}.rs"));
        let wanted = views(&grammar, &rules);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &wanted).expect("the view file can be written");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "{} is stale: UPDATE=1 writes it anew",
            path.display()
        );
    }
}

/// The names of the rules under each `// [file]` heading, with their texts.
fn sections(text: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut sections: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("// [") {
            section = heading.split(']').next().unwrap_or("").to_string();
            continue;
        }
        let rules = sections.entry(section.clone()).or_default();
        if line.starts_with("//") || line.is_empty() {
            continue;
        }
        let starts_a_rule = line.starts_with(|c: char| c.is_ascii_uppercase());
        match rules.last_mut() {
            Some((_, rule)) if !starts_a_rule => {
                rule.push('\n');
                rule.push_str(line);
            }
            _ => {
                let name = line.split(' ').next().unwrap_or("").to_string();
                rules.push((name, line.to_string()));
            }
        }
    }
    sections.retain(|_, rules| !rules.is_empty());
    sections
}

fn views(grammar: &Grammar, rules: &[(String, String)]) -> String {
    let mut out = String::from(
        "//! Typed views of nodes, made from `mesh.ungram` by the test `grammar`; changes belong there.\n\n\
         use crate::ast::macros::{choice, node};\nuse crate::ast::*;\n",
    );
    let used: String = rules.iter().map(|(_, text)| text.as_str()).collect();
    let has_choice = rules
        .iter()
        .any(|(name, _)| choice(grammar, find(grammar, name)).is_some());
    if !has_choice {
        out = out.replace("{choice, node}", "node");
    }
    assert!(!used.is_empty());
    for (name, text) in rules {
        let node = find(grammar, name);
        let doc: String = text.lines().fold(String::new(), |mut doc, line| {
            let _ = writeln!(doc, "    /// {line}");
            doc
        });
        let doc = format!("    /// ```text\n{doc}    /// ```\n");
        match choice(grammar, node) {
            Some(variants) => {
                let variants: String = variants.iter().map(|v| format!("        {v},\n")).collect();
                let _ = write!(
                    out,
                    "\nchoice! {{\n{doc}    {name} {{\n{variants}    }}\n}}\n"
                );
            }
            None => {
                let fields = fields(grammar, node);
                let kind = upper_snake(name);
                if fields.is_empty() {
                    let _ = write!(out, "\nnode! {{\n{doc}    {name}({kind}) {{}}\n}}\n");
                    continue;
                }
                let fields: String = fields.iter().map(|f| format!("        {f},\n")).collect();
                let _ = write!(
                    out,
                    "\nnode! {{\n{doc}    {name}({kind}) {{\n{fields}    }}\n}}\n"
                );
            }
        }
    }
    out
}

fn find(grammar: &Grammar, name: &str) -> Node {
    grammar
        .iter()
        .find(|&n| grammar[n].name == *name)
        .expect("a rule of this name")
}

/// The alternatives, if the rule is nothing but a choice between nodes.
fn choice(grammar: &Grammar, node: Node) -> Option<Vec<String>> {
    let Rule::Alt(rules) = &grammar[node].rule else {
        return None;
    };
    let names = rules.iter().map(|rule| match rule {
        Rule::Node(node) => Some(grammar[*node].name.clone()),
        _ => None,
    });
    names.collect()
}

struct Part {
    label: Option<String>,
    node: String,
    many: bool,
}

/// The accessors: `name: child Type`, `name: children Type`, `name: token KIND`.
fn fields(grammar: &Grammar, node: Node) -> Vec<String> {
    let (mut parts, mut tokens) = (Vec::new(), Vec::new());
    collect(
        grammar,
        &grammar[node].rule,
        None,
        false,
        &mut parts,
        &mut tokens,
    );
    let mut fields = Vec::new();
    let mut done: Vec<(String, String)> = Vec::new();
    for part in &parts {
        let same = |other: &&Part| other.label == part.label && other.node == part.node;
        let many = part.many || parts.iter().filter(same).count() > 1;
        let name = part
            .label
            .clone()
            .unwrap_or_else(|| accessor(&part.node, many));
        if done.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let nth = done.iter().filter(|(_, node)| *node == part.node).count();
        done.push((name.clone(), part.node.clone()));
        let how = if many { "children" } else { "child" };
        let nth = if nth > 0 && !many {
            format!(" {nth}")
        } else {
            String::new()
        };
        fields.push(format!("{name}: {how} {}{nth}", part.node));
    }
    for token in tokens {
        let field = token_field(&token);
        fields.extend(field.filter(|field| !fields.contains(field)));
    }
    fields
}

fn collect(
    grammar: &Grammar,
    rule: &Rule,
    label: Option<&str>,
    many: bool,
    parts: &mut Vec<Part>,
    tokens: &mut Vec<String>,
) {
    match rule {
        Rule::Labeled { label, rule } => collect(grammar, rule, Some(label), many, parts, tokens),
        Rule::Node(node) => parts.push(Part {
            label: label.map(str::to_string),
            node: grammar[*node].name.clone(),
            many,
        }),
        Rule::Token(token) => {
            let name = grammar[*token].name.clone();
            if !tokens.contains(&name) {
                tokens.push(name);
            }
        }
        Rule::Seq(rules) | Rule::Alt(rules) => {
            rules
                .iter()
                .for_each(|rule| collect(grammar, rule, label, many, parts, tokens));
        }
        Rule::Opt(rule) => collect(grammar, rule, label, many, parts, tokens),
        Rule::Rep(rule) => collect(grammar, rule, label, true, parts, tokens),
    }
}

/// Keywords and the punctuation that says something; brackets and separators have no accessor.
fn token_field(token: &str) -> Option<String> {
    let punctuation = [
        ("=", "eq_token", "EQ"),
        ("->", "arrow_token", "ARROW"),
        ("..", "dot2_token", "DOT2"),
        ("-", "minus_token", "MINUS"),
        ("{", "l_brace_token", "L_BRACE"),
        ("}", "r_brace_token", "R_BRACE"),
        ("(", "l_paren_token", "L_PAREN"),
        ("%", "percent_token", "PERCENT"),
    ];
    if let Some((_, name, kind)) = punctuation.iter().find(|(text, ..)| *text == token) {
        return Some(format!("{name}: token {kind}"));
    }
    let kind = SyntaxKind::from_keyword(token)?;
    Some(format!("{}_token: token {kind:?}", token.to_lowercase()))
}

fn accessor(node: &str, many: bool) -> String {
    let name = if node == "Type" {
        "ty".to_string()
    } else {
        upper_snake(node).to_lowercase()
    };
    if many { format!("{name}s") } else { name }
}

fn upper_snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
