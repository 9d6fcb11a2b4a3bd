//! What bodies may have wrong, one file each.

mod ambiguous_constructor;
mod ambiguous_method;
mod constructor_arity;
mod else_falls_through;
mod growing_instances;
mod infinite_type;
mod int_out_of_range;
mod mismatch;
mod missing_fields;
mod missing_impl;
mod missing_lang;
mod needs_signature;
mod never_receives;
mod never_replies;
mod not_a_function;
mod private_fields;
mod process_mismatch;
mod question_errors;
mod question_operand;
mod question_result;
mod recursive_alias;
mod search_too_deep;
mod undetermined;
mod unknown_field;
mod unknown_label;
mod unknown_method;
mod unknown_receiver;
mod unreachable_code;
mod unused_value;
mod uses_mailbox;
mod wrong_argument_count;
mod wrong_type_arguments;

pub use ambiguous_constructor::AmbiguousConstructor;
pub use ambiguous_method::AmbiguousMethod;
pub use constructor_arity::ConstructorArity;
pub use else_falls_through::ElseFallsThrough;
pub use growing_instances::GrowingInstances;
pub use infinite_type::InfiniteType;
pub use int_out_of_range::IntOutOfRange;
pub use mismatch::Mismatch;
pub use missing_fields::MissingFields;
pub use missing_impl::MissingImpl;
pub use missing_lang::MissingLang;
pub use needs_signature::NeedsSignature;
pub use never_receives::NeverReceives;
pub use never_replies::NeverReplies;
pub use not_a_function::NotAFunction;
pub use private_fields::PrivateFields;
pub use process_mismatch::ProcessMismatch;
pub use question_errors::QuestionErrors;
pub use question_operand::QuestionOperand;
pub use question_result::QuestionResult;
pub use recursive_alias::RecursiveAlias;
pub use search_too_deep::SearchTooDeep;
pub use undetermined::Undetermined;
pub use unknown_field::UnknownField;
pub use unknown_label::UnknownLabel;
pub use unknown_method::UnknownMethod;
pub use unknown_receiver::UnknownReceiver;
pub use unreachable_code::UnreachableCode;
pub use unused_value::UnusedValue;
pub use uses_mailbox::UsesMailbox;
pub use wrong_argument_count::{CountHint, WrongArgumentCount};
pub use wrong_type_arguments::WrongTypeArguments;

/// The known name nearest to what was written, if it is near.
fn similar(name: &str, known: &[String]) -> Option<String> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .iter()
        .map(|k| (distance(name, k), k))
        .filter(|(d, _)| *d <= limit && *d < name.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k.clone())
}

/// Number of letters to insert, remove or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let replace = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Names as a list in a sentence.
fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.as_slice() {
        [front @ .., last] if !front.is_empty() => format!("{} and {last}", front.join(", ")),
        _ => quoted.join(", "),
    }
}
