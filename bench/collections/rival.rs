//! What `collections.mesh` measures, with `HashMap` and `Vec`.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

fn timed(name: &str, work: impl FnOnce() -> i64) {
    let start = Instant::now();
    let result = work();
    println!("{name} {} {result}", start.elapsed().as_nanos());
}

fn scrambled(i: i64, n: i64) -> i64 {
    i.wrapping_mul(0x1e37_79b9_7f4a_7c15) & (n - 1)
}

fn ints(n: i64) {
    timed("put int", || {
        let mut map = HashMap::new();
        for i in 0..n {
            map.insert(scrambled(i, n) * 7, i);
        }
        map.len() as i64
    });
    let pairs: Vec<(i64, i64)> = (0..n).map(|i| (scrambled(i, n) * 7, i)).collect();
    timed("from_list int", || {
        pairs.iter().copied().collect::<HashMap<i64, i64>>().len() as i64
    });
    let map: HashMap<i64, i64> = pairs.iter().copied().collect();
    timed("get int", || {
        let get = |i| map.get(&(scrambled(i + 5, n) * 7)).copied().unwrap_or(0);
        (0..n).map(get).sum()
    });
    timed("fold int", || map.values().sum());
}

fn strings(n: i64) {
    let keys: Vec<String> = (0..n).map(|i| format!("key {}", scrambled(i, n))).collect();
    // Mesh's map shares its keys with the list, as this one does.
    timed("put string", || {
        let mut map = HashMap::new();
        for (i, key) in keys.iter().enumerate() {
            map.insert(key.as_str(), i as i64);
        }
        map.len() as i64
    });
    let pairs: Vec<(&str, i64)> = keys.iter().map(String::as_str).zip(0..).collect();
    timed("from_list string", || {
        pairs.iter().copied().collect::<HashMap<&str, i64>>().len() as i64
    });
    let map: HashMap<&str, i64> = pairs.iter().copied().collect();
    timed("get string", || {
        let key = |i| keys[scrambled(i, n) as usize].as_str();
        (0..n).map(|i| map.get(key(i)).copied().unwrap_or(0)).sum()
    });
}

fn appended(n: i64) -> i64 {
    let mut list = Vec::new();
    for i in 0..n {
        list.push(black_box(i));
    }
    black_box(&list).len() as i64
}

fn lists(n: i64) {
    timed("append 1M", || appended(n));
    timed("append 10M", || appended(n * 10));
    let numbers: Vec<i64> = (0..n).map(|i| scrambled(i, n)).collect();
    timed("sort int", || {
        let mut sorted = numbers.clone();
        sorted.sort();
        sorted[n as usize / 2]
    });
    let words: Vec<String> = numbers.iter().map(|i| format!("key {i}")).collect();
    timed("sort string", || {
        let mut sorted: Vec<&str> = words.iter().map(String::as_str).collect();
        sorted.sort();
        sorted[n as usize / 2].len() as i64
    });
}

/// Measures one group.
pub fn run(group: &str) {
    let n = 1_048_576;
    match group {
        "int" => ints(n),
        "string" => strings(n),
        _ => lists(n),
    }
}
