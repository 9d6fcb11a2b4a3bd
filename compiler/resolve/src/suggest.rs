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
    fn equal_distances_do_not_depend_on_the_order() {
        assert_eq!(
            nearest("map1", ["map3", "map2"]),
            nearest("map1", ["map2", "map3"])
        );
    }
}
