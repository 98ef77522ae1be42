//! Metrics in the text format, one family after the other.

use std::fmt;

use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeLabelSet, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use tensority_telemetry::Bucket;

/// Names and values of labels.
pub type Labels<'a> = Vec<(&'static str, &'a str)>;

type NoExemplar<'a> = Option<&'a Exemplar<NoLabelSet, f64>>;

/// Where the families are written. One without values is left out.
pub struct Page<'a>(DescriptorEncoder<'a>);

impl<'a> Page<'a> {
    pub fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// Texts that do not change.
    pub fn info(&mut self, name: &str, help: &str, labels: impl EncodeLabelSet) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Info)?;
        family.encode_info(&labels)
    }

    /// Values that go up and down. One that is no number is not known.
    pub fn gauges(
        &mut self,
        name: &str,
        help: &str,
        samples: Vec<(Labels, Option<f64>)>,
    ) -> fmt::Result {
        let known = samples.into_iter().filter_map(|(labels, value)| {
            let value = value.filter(|value| value.is_finite())?;
            Some((labels, value))
        });
        self.family(name, help, MetricType::Gauge, known, |metric, value| {
            metric.encode_gauge(&value)
        })
    }

    /// Values that go up. The name goes without `_total`.
    pub fn counters<V: EncodeCounterValue>(
        &mut self,
        name: &str,
        help: &str,
        samples: Vec<(Labels, V)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Counter, samples, |metric, value| {
            metric.encode_counter(&value, NoExemplar::None)
        })
    }

    /// Times by upper bounds, as they are counted in the state, and their sum in seconds.
    pub fn histogram(
        &mut self,
        name: &str,
        help: &str,
        steps: &[Bucket],
        sum_seconds: f64,
    ) -> fmt::Result {
        let Some(last) = steps.last() else {
            return Ok(());
        };
        // The state counts all up to a bound, the encoder wants those between two.
        let before = [0].into_iter().chain(steps.iter().map(|step| step.count));
        let buckets = steps.iter().zip(before).map(|(step, before)| {
            let bound = step.up_to_seconds.unwrap_or(f64::INFINITY);
            (bound, step.count.saturating_sub(before))
        });
        let buckets: Vec<_> = buckets.collect();
        let kind = MetricType::Histogram;
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        family.encode_histogram::<NoLabelSet>(sum_seconds, last.count, &buckets, None)
    }

    fn family<'l, V>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        samples: impl IntoIterator<Item = (Labels<'l>, V)>,
        write: impl Fn(&mut MetricEncoder, V) -> fmt::Result,
    ) -> fmt::Result {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return Ok(());
        }
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        samples.try_for_each(|(labels, value)| {
            if labels.is_empty() {
                return write(&mut family, value);
            }
            write(&mut family.encode_family(&labels)?, value)
        })
    }
}
