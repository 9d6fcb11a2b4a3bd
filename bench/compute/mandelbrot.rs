//! Floating point in a loop with an early end: how many of 1,000 x 1,000 points stay in the Mandelbrot set.

const SIZE: i64 = 1000;
const ROUNDS: i64 = 100;

fn stays(cx: f64, cy: f64) -> bool {
    let (mut x, mut y, mut left) = (0.0, 0.0, ROUNDS);
    loop {
        let (xx, yy) = (x * x, y * y);
        if xx + yy > 4.0 {
            return false;
        }
        if left == 0 {
            return true;
        }
        (x, y) = (xx - yy + cx, 2.0 * x * y + cy);
        left -= 1;
    }
}

fn main() {
    let size = std::hint::black_box(SIZE);
    let mut count: i64 = 0;
    for line in 0..size {
        let cy = 2.0 * line as f64 / size as f64 - 1.0;
        for column in 0..size {
            let cx = 2.0 * column as f64 / size as f64 - 1.5;
            count += i64::from(stays(cx, cy));
        }
    }
    println!("{count}");
}
