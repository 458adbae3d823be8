//! What `replay` makes of a run besides words: a page, graphs, a picture.

use super::Trouble;
use crate::failure::failures::write_whole;
use crate::failure::viewer::Viewer;
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Pictures {
    /// Write a page that shows the run step by step
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a graph for each step, for Graphviz
    #[arg(long, value_name = "DIR")]
    dot: Option<PathBuf>,
    /// Write a picture of the step that fails, or of the last
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture of that step instead
    #[arg(long, value_name = "N", requires = "svg", value_parser = clap::value_parser!(u32).range(1..))]
    step: Option<u32>,
}

impl Pictures {
    /// Whether any are asked for.
    pub fn any(&self) -> bool {
        self.html.is_some() || self.dot.is_some() || self.svg.is_some()
    }

    /// Writes those that are asked for.
    pub fn write(&self, viewer: &Viewer) -> Result<(), Trouble> {
        if let Some(path) = &self.svg {
            write(path, &viewer.svg(self.step(viewer)?))?;
        }
        if let Some(path) = &self.html {
            write(path, &viewer.html())?;
        }
        if let Some(folder) = &self.dot {
            let unmade = |error| Trouble::Fault(format!("can't make the folder {}: {error}", folder.display()));
            std::fs::create_dir_all(folder).map_err(unmade)?;
            for (index, graph) in viewer.dots().enumerate() {
                write(&folder.join(format!("step-{:05}.dot", index + 1)), &graph)?;
            }
        }
        Ok(())
    }

    fn step(&self, viewer: &Viewer) -> Result<usize, Trouble> {
        match self.step {
            None => Ok(viewer.main_step()),
            Some(number) if number as usize <= viewer.steps() => Ok(number as usize - 1),
            Some(number) => {
                let steps = viewer.steps();
                Err(Trouble::Usage(format!("there is no step {number}: the run has {steps}")))
            }
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    write_whole(path, text).map_err(|error| Trouble::Fault(format!("can't write {}: {error}", path.display())))
}
