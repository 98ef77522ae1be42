//! Statistics of a series of samples.

/// Samples of one quantity.
#[derive(Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The least: the time of work that nothing else on the machine disturbed.
    ///
    /// # Panics
    /// If there are no samples, here and below.
    pub fn least(&self) -> f64 {
        self.sorted()[0]
    }

    pub fn greatest(&self) -> f64 {
        self.sorted()[self.len() - 1]
    }

    /// The one in the middle.
    pub fn median(&self) -> f64 {
        self.sorted()[self.len() / 2]
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_taken_in_their_order() {
        let samples = Samples(vec![3.0, 1.0, 2.0, 5.0, 4.0]);
        assert_eq!(
            (samples.least(), samples.median(), samples.greatest()),
            (1.0, 3.0, 5.0)
        );
    }
}
