//! Regex literals: whether the pattern and the flags have a meaning.

use mesh_abi::native::REGEX_BYTES;

/// What is wrong with a regex literal, if anything is.
pub(crate) fn problem(pattern: &str, flags: &str) -> Option<String> {
    let mut parser = regex_syntax::ParserBuilder::new();
    let mut builder = regex::RegexBuilder::new(pattern);
    for flag in flags.chars() {
        match flag {
            'i' => (
                parser.case_insensitive(true),
                builder.case_insensitive(true),
            ),
            'm' => (parser.multi_line(true), builder.multi_line(true)),
            's' => (
                parser.dot_matches_new_line(true),
                builder.dot_matches_new_line(true),
            ),
            'x' => (
                parser.ignore_whitespace(true),
                builder.ignore_whitespace(true),
            ),
            'U' => (parser.swap_greed(true), builder.swap_greed(true)),
            'u' => continue,
            other => return Some(format!("a regex has no flag `{other}`")),
        };
    }
    // The parser says it in one line; only what the pattern becomes can be too large.
    let reason = match parser.build().parse(pattern) {
        Err(regex_syntax::Error::Parse(error)) => error.kind().to_string(),
        Err(regex_syntax::Error::Translate(error)) => error.kind().to_string(),
        Err(other) => other.to_string(),
        Ok(_) => match builder.size_limit(REGEX_BYTES).build() {
            Err(regex::Error::CompiledTooBig(_)) => "it is too large".to_string(),
            _ => return None,
        },
    };
    Some(format!("this regex has no meaning: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn good_patterns_pass_and_bad_ones_say_why() {
        assert_eq!(problem("[a-z]+", "i"), None);
        assert!(problem("[a-z", "").is_some_and(|text| text.contains("unclosed")));
        assert!(problem(r"\w{1000}{1000}", "i").is_some_and(|text| text.contains("too large")));
        assert!(problem("a", "q").is_some_and(|text| text.contains("no flag `q`")));
    }
}
