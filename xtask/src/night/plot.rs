//! Plots over nights, as SVG that a page colours.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// The colour of a line, which the page replaces by one of its own.
pub(super) const LINE: RGBColor = RGBColor(9, 105, 218);

/// One number a night; a night without it is passed over. `dates` are below the plot.
pub(super) fn over_nights(title: &str, dates: &[String], values: &[Option<f64>]) -> Result<String> {
    let mut text = String::new();
    draw(&mut text, title, dates, values).map_err(|error| anyhow!("{title}: {error}"))?;
    // Its size is that of its place on the page.
    Ok(text.replacen("<svg width=\"420\" height=\"180\" ", "<svg role=\"img\" ", 1))
}

fn draw(
    text: &mut String,
    title: &str,
    dates: &[String],
    values: &[Option<f64>],
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, (420, 180)).into_drawing_area();
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    // Room for the highest point, and a scale where all is nothing.
    let top = if most > 0.0 { most * 1.1 } else { 1.0 };
    let last = dates.len().saturating_sub(1).max(1) as f64;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 14))
        .margin(6)
        .margin_right(30)
        .x_label_area_size(24)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..last, 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(dates.len().clamp(2, 4))
        .y_labels(4)
        .x_label_formatter(&|at| label(*at, dates))
        .y_label_formatter(&|value| short(*value))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.2))
        .draw()?;
    let points = values.iter().enumerate().filter_map(|(night, value)| Some((night as f64, (*value)?)));
    chart.draw_series(LineSeries::new(points, LINE.stroke_width(2)).point_size(3))?;
    area.present()?;
    drop(chart);
    drop(area);
    Ok(())
}

/// The date of a night, nothing between two nights.
fn label(at: f64, dates: &[String]) -> String {
    let is_night = (at - at.round()).abs() < 1e-9;
    dates.get(at.round() as usize).filter(|_| is_night).cloned().unwrap_or_default()
}

/// A number in a few characters.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{:.1} M", value / 1e6),
        value if value >= 1e4 => format!("{:.0} k", value / 1e3),
        value if value.fract().abs() < 1e-9 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::over_nights;

    #[test]
    fn a_plot_has_a_point_for_each_night_that_has_the_number() {
        let dates = ["11-01", "11-02", "11-03"].map(str::to_owned);
        let svg = over_nights("states", &dates, &[Some(5.0), None, Some(9.0)]).unwrap();
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("11-01") && svg.contains("11-03") && svg.contains("<svg role=\"img\" viewBox"), "{svg}");
        over_nights("states", &dates[..1], &[Some(0.0)]).unwrap();
        over_nights("states", &[], &[]).unwrap();
    }
}
