//! Natives of `Math`.

use crate::native;

native! {
    /// The cube root.
    fn mesh_math_cbrt as "Math.cbrt"(cx, x: f64) -> f64 { x.cbrt() }
    /// The sine.
    fn mesh_math_sin as "Math.sin"(cx, x: f64) -> f64 { x.sin() }
    /// The cosine.
    fn mesh_math_cos as "Math.cos"(cx, x: f64) -> f64 { x.cos() }
    /// The tangent.
    fn mesh_math_tan as "Math.tan"(cx, x: f64) -> f64 { x.tan() }
    /// The inverse of the sine.
    fn mesh_math_asin as "Math.asin"(cx, x: f64) -> f64 { x.asin() }
    /// The inverse of the cosine.
    fn mesh_math_acos as "Math.acos"(cx, x: f64) -> f64 { x.acos() }
    /// The inverse of the tangent.
    fn mesh_math_atan as "Math.atan"(cx, x: f64) -> f64 { x.atan() }
    /// The hyperbolic sine.
    fn mesh_math_sinh as "Math.sinh"(cx, x: f64) -> f64 { x.sinh() }
    /// The hyperbolic cosine.
    fn mesh_math_cosh as "Math.cosh"(cx, x: f64) -> f64 { x.cosh() }
    /// The hyperbolic tangent.
    fn mesh_math_tanh as "Math.tanh"(cx, x: f64) -> f64 { x.tanh() }
    /// The exponential.
    fn mesh_math_exp as "Math.exp"(cx, x: f64) -> f64 { x.exp() }
    /// The natural logarithm.
    fn mesh_math_ln as "Math.ln"(cx, x: f64) -> f64 { x.ln() }
    /// The logarithm to base 2.
    fn mesh_math_log2 as "Math.log2"(cx, x: f64) -> f64 { x.log2() }
    /// The logarithm to base 10.
    fn mesh_math_log10 as "Math.log10"(cx, x: f64) -> f64 { x.log10() }
    /// The angle of a point.
    fn mesh_math_atan2 as "Math.atan2"(cx, y: f64, x: f64) -> f64 { y.atan2(x) }
    /// The length of the hypotenuse.
    fn mesh_math_hypot as "Math.hypot"(cx, x: f64, y: f64) -> f64 { x.hypot(y) }
}
