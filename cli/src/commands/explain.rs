//! `mesh explain`: the page on a diagnostic.

use crate::print;
use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

pub fn run(code: &str) -> ExitCode {
    let wanted = code.trim().to_uppercase();
    match PAGES.binary_search_by(|(code, _)| code.cmp(&wanted.as_str())) {
        Ok(at) => {
            print::to_stdout(PAGES[at].1.as_bytes());
            ExitCode::SUCCESS
        }
        Err(_) => {
            print::error(&format!(
                "there is no diagnostic `{code}`; a code looks like `E0301`, and is shown in brackets before the message"
            ));
            ExitCode::from(2)
        }
    }
}
