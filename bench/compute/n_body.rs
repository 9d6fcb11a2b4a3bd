//! Floating point in structs: five bodies that pull at each other, for 5,000,000 steps.

const PI: f64 = 3.141592653589793;
const DAYS: f64 = 365.24;
const DT: f64 = 0.01;
const MASS: f64 = 4.0 * PI * PI;

#[derive(Clone, Copy)]
struct Body {
    at: [f64; 3],
    v: [f64; 3],
    mass: f64,
}

fn step(bodies: &mut [Body; 5]) {
    for i in 0..5 {
        for j in i + 1..5 {
            let (a, b) = (bodies[i], bodies[j]);
            let d: [f64; 3] = std::array::from_fn(|n| a.at[n] - b.at[n]);
            let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            let mag = DT / (square * square.sqrt());
            for n in 0..3 {
                bodies[i].v[n] -= d[n] * (b.mass * mag);
                bodies[j].v[n] += d[n] * (a.mass * mag);
            }
        }
    }
    for body in bodies {
        for n in 0..3 {
            body.at[n] += DT * body.v[n];
        }
    }
}

fn energy(bodies: &[Body; 5]) -> f64 {
    let mut kinetic = 0.0;
    let mut potential = 0.0;
    for (i, a) in bodies.iter().enumerate() {
        kinetic += 0.5 * a.mass * (a.v[0] * a.v[0] + a.v[1] * a.v[1] + a.v[2] * a.v[2]);
        for b in &bodies[i + 1..] {
            let d: [f64; 3] = std::array::from_fn(|n| a.at[n] - b.at[n]);
            potential += a.mass * b.mass / (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
        }
    }
    kinetic - potential
}

fn body(at: [f64; 3], v: [f64; 3], mass: f64) -> Body {
    Body { at, v: v.map(|x| x * DAYS), mass: mass * MASS }
}

fn main() {
    let mut bodies = [
        body([0.0; 3], [0.0; 3], 1.0),
        body(
            [4.84143144246472090, -1.16032004402742839, -0.103622044471123109],
            [0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023],
            0.000954791938424326609,
        ),
        body(
            [8.34336671824457987, 4.12479856412430479, -0.403523417114321381],
            [-0.00276742510726411323, 0.00499852801234917238, 0.0000230417297573763929],
            0.000285885980666130812,
        ),
        body(
            [12.8943695621391310, -15.1111514016986312, -0.223307578892655734],
            [0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556],
            0.0000436624404335156298,
        ),
        body(
            [15.3796971148509165, -25.9193146099879641, 0.179258772950371181],
            [0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870],
            0.0000515138902046611451,
        ),
    ];
    for n in 0..3 {
        let sum: f64 = bodies.iter().map(|b| b.v[n] * b.mass).sum();
        bodies[0].v[n] = -(sum / MASS);
    }
    println!("{:.9}", energy(&bodies));
    let steps = std::hint::black_box(5_000_000);
    for _ in 0..steps {
        step(&mut bodies);
    }
    println!("{:.9}", energy(&bodies));
}
