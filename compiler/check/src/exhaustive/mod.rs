//! Exhaustiveness and usefulness: every `match` covers its values, every `let` and parameter pattern
//! always matches, and no arm stands behind others that take all it could. The same walk finds calls that
//! are there for their value alone, which nothing uses.
//!
//! In: a typed body. Out: diagnostics. It promises that after an empty answer no pattern can fail
//! where the language gives no way out (but for matches too large to decide, see `matrix::FUEL`).

mod above;
pub mod diagnostics;
mod matrix;
mod pattern;
mod unused;
mod walk;
mod witness;

use crate::thir::{Body, Clause, Pat};
use above::Above;
use diagnostics::{MissingCases, NeedlessElse, RefutablePattern, UnreachableArm, Where};
use matrix::{Matrix, Row};
use mesh_report::{Diagnostic, Span};
use mesh_resolve::hir::World;
use pattern::{DPat, deconstruct};

/// Examples of missing cases shown at most.
const SHOWN: usize = 3;

/// Checks all patterns of a function.
pub fn check_body(world: &World, body: &Body) -> Vec<Diagnostic> {
    let mut checker = Checker {
        world,
        body,
        loops: 0,
        diagnostics: Vec::new(),
    };
    checker.clauses(&body.clauses, body.span);
    checker.walk_body(body);
    checker.diagnostics
}

/// Collects what is found in one body.
struct Checker<'w> {
    world: &'w World,
    body: &'w Body,
    /// Loops of the innermost function or closure around what is looked at.
    loops: usize,
    diagnostics: Vec<Diagnostic>,
}

/// One arm, as the matrix sees it.
struct Case<'p> {
    pats: Vec<&'p Pat>,
    guarded: bool,
}

impl Checker<'_> {
    /// The arms of a `match` at `span`.
    fn cases(&mut self, cases: &[Case<'_>], span: Span, place: Where) {
        let columns = cases.first().map_or(1, |case| case.pats.len());
        let lowered: Vec<Vec<DPat>> = cases
            .iter()
            .map(|case| case.pats.iter().map(|p| deconstruct(p)).collect())
            .collect();
        let rows = self.report_unreachable(cases, &lowered);
        if place == Where::Receive {
            return;
        }
        let missing = Matrix::new(self.world).missing(&rows, columns, SHOWN + 1);
        if missing.is_empty() {
            return;
        }
        let shown = |row: &Vec<witness::Witness>| -> String {
            let parts: Vec<String> = row.iter().map(|w| w.show(self.world)).collect();
            parts.join(", ")
        };
        let mut examples: Vec<String> = missing.iter().map(shown).collect();
        let more = examples.len() > SHOWN;
        examples.truncate(SHOWN);
        self.diagnostics.push(
            MissingCases {
                examples,
                more,
                span,
                place,
            }
            .into(),
        );
    }

    /// Warns of arms that nothing reaches; gives the rows that count for coverage.
    fn report_unreachable<'p>(
        &mut self,
        cases: &[Case<'p>],
        lowered: &'p [Vec<DPat>],
    ) -> Vec<Row<'p>> {
        let mut rows: Vec<Row<'p>> = Vec::with_capacity(cases.len());
        let mut above = Above::new(cases.len());
        let mut matrix = Matrix::new(self.world);
        for (number, (case, pats)) in cases.iter().zip(lowered).enumerate() {
            let row: Row<'p> = pats.iter().collect();
            let parts = above::alternatives(&row);
            let near = |part| -> Vec<Row<'p>> {
                let near = above.near(part).into_iter();
                near.map(|(_, row)| row.clone()).collect()
            };
            if !parts.iter().any(|part| matrix.useful(&near(part), part)) {
                let span = case.pats.iter().map(|p| p.span).reduce(|a, b| a.to(b));
                // What takes all that this one could takes all that its first alternative could.
                let near = parts.first().map(|part| above.near(part));
                let mut earlier = near.into_iter().flatten().map(|(number, _)| *number);
                let by = earlier.find(|&number| {
                    let one: Row<'_> = lowered[number].iter().collect();
                    !Matrix::new(self.world).useful(&[one], &row)
                });
                let by = by.and_then(|number| {
                    let pats = cases[number].pats.iter();
                    pats.map(|p| p.span).reduce(|a, b| a.to(b))
                });
                if let Some(span) = span {
                    self.diagnostics.push(UnreachableArm { span, by }.into());
                }
                continue;
            }
            if !case.guarded {
                above.add(number, &row);
                rows.push(row);
            }
        }
        rows
    }

    /// A function's or closure's clauses.
    fn clauses(&mut self, clauses: &[Clause], span: Span) {
        match clauses {
            [] => {}
            [only] if only.guard.is_none() => {
                for pat in &only.params {
                    self.irrefutable(pat, Where::Parameter);
                }
            }
            several if several[0].params.is_empty() => {
                let cases = several.iter().map(|clause| Case {
                    pats: Vec::new(),
                    guarded: clause.guard.is_some(),
                });
                self.cases(&cases.collect::<Vec<_>>(), span, Where::Clauses);
            }
            several => {
                let cases = several.iter().map(|clause| Case {
                    pats: clause.params.iter().collect(),
                    guarded: clause.guard.is_some(),
                });
                let head = several[0]
                    .params
                    .iter()
                    .map(|p| p.span)
                    .reduce(|a, b| a.to(b));
                self.cases(
                    &cases.collect::<Vec<_>>(),
                    head.unwrap_or(span),
                    Where::Clauses,
                );
            }
        }
    }

    /// A pattern that has no other way out.
    fn irrefutable(&mut self, pat: &Pat, place: Where) {
        if let Some(example) = self.counterexample(pat) {
            self.diagnostics.push(
                RefutablePattern {
                    example,
                    span: pat.span,
                    place,
                }
                .into(),
            );
        }
    }

    /// The pattern of a `let … else`.
    fn refutable(&mut self, pat: &Pat) {
        if self.counterexample(pat).is_none() {
            self.diagnostics
                .push(NeedlessElse { span: pat.span }.into());
        }
    }

    fn counterexample(&self, pat: &Pat) -> Option<String> {
        let lowered = deconstruct(pat);
        if matches!(lowered, DPat::Any) {
            return None;
        }
        let missing = Matrix::new(self.world).missing(&[vec![&lowered]], 1, 1);
        missing.first().map(|row| row[0].show(self.world))
    }
}

#[cfg(test)]
mod tests;
