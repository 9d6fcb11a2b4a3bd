//! Sums over vectors: the spectral norm of an endless matrix, cut off at 2,000.

const SIZE: i64 = 2000;

fn element(i: i64, j: i64) -> f64 {
    let diagonal = (i + j) * (i + j + 1) / 2;
    1.0 / (diagonal + i + 1) as f64
}

fn product(v: &[f64], element: impl Fn(i64, i64) -> f64) -> Vec<f64> {
    let row = |i| {
        let mut sum = 0.0;
        for j in 0..SIZE {
            sum += element(i, j) * v[j as usize];
        }
        sum
    };
    (0..SIZE).map(row).collect()
}

fn times(v: &[f64]) -> Vec<f64> {
    let u = product(v, element);
    product(&u, |i, j| element(j, i))
}

fn dot(u: &[f64], v: &[f64]) -> f64 {
    u.iter().zip(v).fold(0.0, |sum, (a, b)| sum + a * b)
}

fn main() {
    let mut u = vec![1.0; std::hint::black_box(SIZE) as usize];
    let mut v = u.clone();
    for _ in 0..10 {
        v = times(&u);
        u = times(&v);
    }
    println!("{:.9}", (dot(&u, &v) / dot(&v, &v)).sqrt());
}
