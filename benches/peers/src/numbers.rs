//! Figures as they are shown.

/// What is less than this is shown as nothing.
pub const NOTHING: f64 = 0.000_5;

/// A figure with three digits or so.
pub fn short(figure: f64) -> String {
    match figure.abs() {
        it if it >= 100.0 => grouped(figure),
        it if it >= 10.0 => format!("{figure:.1}"),
        it if it >= 0.1 => format!("{figure:.2}"),
        it if it >= NOTHING => format!("{figure:.4}"),
        _ => String::from("0"),
    }
}

/// A whole number, in groups of three digits.
pub fn grouped(figure: f64) -> String {
    let digits = format!("{:.0}", figure.abs());
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    format!("{}{}", if figure < 0.0 { "-" } else { "" }, groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::{grouped, short};

    #[test]
    fn figures_have_three_digits_or_groups_of_three() {
        assert_eq!([0.0, 0.001_23, 0.5, 12.345, 1_234.4].map(short), ["0", "0.0012", "0.50", "12.3", "1,234"]);
        assert_eq!([7.0, 1_000.0, 1_234_567.0].map(grouped), ["7", "1,000", "1,234,567"]);
    }
}
