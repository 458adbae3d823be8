//! Growth as a plot: a line for each peer, the time of a collection by the number of live objects.

use plotters::prelude::*;

use crate::numbers::grouped;
use crate::peers::PEERS;
use crate::results::Results;
use crate::row::Row;

const SIZE: (u32, u32) = (860, 480);

/// A row as SVG, both axes logarithmic.
///
/// # Errors
/// It can't be drawn.
pub fn growth(row: &Row, results: &Results) -> Result<String, String> {
    let mut text = String::new();
    draw(&mut text, row, results).map_err(|error| format!("{}: {error}", row.name))?;
    Ok(text)
}

fn draw(text: &mut String, row: &Row, results: &Results) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let sizes = row.work.plan().sizes;
    let points = |peer: &str| -> Vec<(f64, f64)> {
        let point = |size: &usize| {
            let median = results.find(peer, *size)?.median(row.figure)?;
            Some((*size as f64, row.unit.scaled(median)))
        };
        sizes.iter().filter_map(point).collect()
    };
    let all: Vec<f64> = PEERS.iter().flat_map(|peer| points(peer.name)).map(|it| it.1).collect();
    let (least, most) = all.iter().fold((f64::MAX, f64::MIN), |(least, most), it| (least.min(*it), most.max(*it)));
    let widest = (sizes[0] as f64)..(sizes[sizes.len() - 1] as f64);
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("{} ({})", row.name, row.about), ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .right_y_label_area_size(0)
        .build_cartesian_2d(widest.log_scale(), (least / 2.0..most * 2.0).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("live objects")
        .y_desc(row.unit.name())
        .x_label_formatter(&|it| grouped(*it))
        .y_label_formatter(&|it| if *it < 1.0 { format!("{it}") } else { grouped(*it) })
        .light_line_style(WHITE)
        .draw()?;
    for (number, peer) in PEERS.iter().enumerate() {
        let points = points(peer.name);
        if points.is_empty() {
            continue;
        }
        // Ours stands out: black and thick.
        let colour = if number == 0 { BLACK.to_rgba() } else { Palette99::pick(number).to_rgba() };
        let style = colour.stroke_width(if number == 0 { 3 } else { 1 });
        chart
            .draw_series(LineSeries::new(points, style).point_size(2))?
            .label(peer.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
