//! Regex literals: whether the pattern and the flags have a meaning.

/// What is wrong with a regex literal, if anything is.
pub(crate) fn problem(pattern: &str, flags: &str) -> Option<String> {
    let mut builder = regex_syntax::ParserBuilder::new();
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            'U' => builder.swap_greed(true),
            'u' => &mut builder,
            other => return Some(format!("a regex has no flag `{other}`")),
        };
    }
    let error = builder.build().parse(pattern).err()?;
    let reason = match &error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
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
        assert!(problem("a", "q").is_some_and(|text| text.contains("no flag `q`")));
    }
}
