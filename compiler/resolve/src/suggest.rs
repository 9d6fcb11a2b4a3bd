//! The nearest name: what a misspelt one was probably meant to be.

/// The candidate that is least far from `name`, if one is near enough to be a slip. Of equally near ones the first in the
/// alphabet, so that the answer does not depend on the order of a table.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let length = name.chars().count();
    let limit = match length {
        0 | 1 => return None,
        2..=4 => 1,
        5..=7 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.len().abs_diff(name.len()) > 4 * limit {
            continue;
        }
        let distance = distance(name, candidate);
        if distance <= limit && best.is_none_or(|found| (distance, candidate) < found) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_string())
}

/// What other languages call an item that has another name here: of the names that `name` stands for there, the first that is known;
/// else the shortest one that begins with it.
pub fn other_word<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(found) = synonyms(name).iter().find(|wanted| known.contains(wanted)) {
        return Some(found.to_string());
    }
    let longer = known
        .into_iter()
        .filter(|candidate| name.len() >= 3 && candidate.starts_with(name));
    let shortest = longer.min_by_key(|candidate| (candidate.len(), *candidate));
    shortest.map(str::to_string)
}

/// The names here of what is called `name` elsewhere.
fn synonyms(name: &str) -> &'static [&'static str] {
    match name {
        "len" | "size" | "count" | "length" => &["length", "size", "count"],
        "push" | "add" | "append" | "push_back" => &["append", "add", "put"],
        "insert" | "set" | "store" | "put" => &["put", "add", "insert_at"],
        "remove" | "del" | "erase" | "delete" => &["delete", "remove", "delete_at"],
        "includes" | "include" | "member" | "has" | "has_key" | "contains" | "contains_key" => {
            &["contains", "has_key"]
        }
        "foreach" | "for_each" | "forEach" | "iter" => &["each", "iter"],
        "foldl" | "inject" | "foldLeft" => &["fold"],
        "foldr" | "foldRight" => &["reduce_right"],
        "select" | "where" => &["filter"],
        "collect" | "transform" | "fmap" => &["map"],
        "substring" | "substr" => &["slice"],
        "upcase" | "upper" | "uppercase" | "toUpperCase" => &["to_upper"],
        "downcase" | "lower" | "lowercase" | "toLowerCase" => &["to_lower"],
        "strip" => &["trim"],
        "ord" => &["code"],
        "chr" => &["from_code"],
        "unwrap" | "unwrap!" | "get!" => &["expect", "unwrap_or"],
        "bind" | "flatMap" | "then" => &["and_then", "flat_map"],
        "distinct" | "unique" => &["uniq"],
        "items" | "entries" => &["to_list"],
        _ => &[],
    }
}

/// Number of insertions, removals, replacements and swaps of neighbours between two names; a difference in case alone is 1.
fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) {
        return 1;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut cost = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_far_away() {
        assert_eq!(
            nearest("pritnln", ["print", "println", "main"]),
            Some("println".into())
        );
        assert_eq!(nearest("lenght", ["length"]), Some("length".into()));
        assert_eq!(nearest("string", ["String"]), Some("String".into()));
        assert_eq!(nearest("foo", ["bar", "length"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn knows_the_words_of_other_languages() {
        let known = ["length", "append", "append_all", "trim_start"];
        assert_eq!(other_word("len", known), Some("length".into()));
        assert_eq!(other_word("push", known), Some("append".into()));
        assert_eq!(other_word("trim", known), Some("trim_start".into()));
        assert_eq!(other_word("tr", known), None);
        assert_eq!(other_word("shout", known), None);
    }

    #[test]
    fn equal_distances_do_not_depend_on_the_order() {
        assert_eq!(
            nearest("map1", ["map3", "map2"]),
            nearest("map1", ["map2", "map3"])
        );
    }
}
