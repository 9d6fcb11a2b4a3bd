//! Integers and bits: the most flips of any order of ten things (fannkuch). An order is the digits of one integer, four
//! bits each.

/// The first `count` digits turned round.
fn reversed(mut order: i64, count: i64) -> i64 {
    let mut out = 0;
    for _ in 0..count {
        out = out << 4 | order & 15;
        order >>= 4;
    }
    out
}

fn flip(order: i64, count: i64) -> i64 {
    order >> (4 * count) << (4 * count) | reversed(order, count)
}

fn flips(mut order: i64) -> i64 {
    let mut done = 0;
    loop {
        let first = order & 15;
        if first == 0 {
            return done;
        }
        order = flip(order, first + 1);
        done += 1;
    }
}

/// The first `count` digits moved down by one, the first to their end.
fn rotated(order: i64, count: i64) -> i64 {
    let high = order >> (4 * count) << (4 * count);
    let low = order & ((1 << (4 * count)) - 1);
    high | low >> 4 | (low & 15) << (4 * (count - 1))
}

/// The most flips among all orders of the first `count` digits.
fn most(mut order: i64, count: i64, mut best: i64) -> i64 {
    if count == 1 {
        return best.max(flips(order));
    }
    for _ in 0..count {
        best = most(order, count - 1, best);
        order = rotated(order, count);
    }
    best
}

fn main() {
    println!("{}", most(std::hint::black_box(0x9876543210), 10, 0));
}
