//! Diagnostics for tools: one JSON object each, with lines and columns from 1 and byte offsets from 0.

use crate::{Diagnostic, SourceMap, Span};
use serde_json::{Value, json};

/// The diagnostic as a JSON value.
pub fn to_json(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let labels = diagnostic.labels.iter().map(|label| {
        json!({
            "primary": label.primary, "text": label.text, "span": span(label.span, sources),
        })
    });
    let labels = labels.collect::<Vec<_>>();
    let fixes: Vec<_> = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let edits = fix.edits.iter().map(
                |edit| json!({ "span": span(edit.span, sources), "replacement": edit.replacement }),
            );
            json!({ "title": fix.title, "edits": edits.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "span": span(diagnostic.span(), sources),
        "labels": labels,
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "fixes": fixes,
    })
}

/// The diagnostic as one line of JSON, without a newline.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    to_json(diagnostic, sources).to_string()
}

fn span(span: Span, sources: &SourceMap) -> Value {
    let Some(file) = sources.file(span.file) else {
        return Value::Null;
    };
    let place = |offset: u32| {
        let at = file.line_col(offset);
        json!({ "line": at.line, "column": at.column, "offset": offset })
    };
    json!({ "file": file.path(), "start": place(span.start), "end": place(span.end) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_places_labels_and_fixes() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.mesh", "x\n{a, b}\n");
        let at = Span::new(file, 2, 8);
        let diagnostic = Diagnostic::error("E0101", "not a tuple")
            .primary(at, "here")
            .fix("write `(a, b)`", at, "(a, b)");
        let value = to_json(&diagnostic, &sources);
        assert_eq!(value["code"], "E0101");
        assert_eq!(value["severity"], "error");
        assert_eq!(
            value["span"]["start"],
            json!({ "line": 2, "column": 1, "offset": 2 })
        );
        assert_eq!(value["span"]["end"]["column"], 7);
        assert_eq!(value["labels"][0]["text"], "here");
        assert_eq!(value["fixes"][0]["edits"][0]["replacement"], "(a, b)");
        assert!(!render(&diagnostic, &sources).contains('\n'));
    }

    #[test]
    fn no_file_is_null() {
        let value = to_json(&Diagnostic::error("E0800", "no linker"), &SourceMap::new());
        assert_eq!(value["span"], Value::Null);
    }
}
