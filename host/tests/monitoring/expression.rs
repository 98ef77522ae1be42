//! Expressions of PromQL in rules and dashboards.

use std::collections::BTreeSet;

use serde_json::Value;

/// What Grafana puts in the place of variables.
const VARIABLES: [(&str, &str); 3] = [
    ("$job", ".*"),
    ("$instance", ".*"),
    ("$__rate_interval", "1m"),
];

/// All expressions of a dashboard, as Grafana sends them, but for comparisons, of which [each answers](always).
pub fn expressions_of_dashboard(json: &str) -> Vec<String> {
    let dashboard: Value = serde_json::from_str(json).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let panels = list(&dashboard["panels"]);
    let targets = panels.iter().flat_map(|panel| {
        let targets = list(&panel["targets"]);
        assert!(
            !targets.is_empty(),
            "a panel without a question: {}",
            panel["title"]
        );
        targets
    });
    let expressions = targets.map(|target| {
        assert_eq!(target["datasource"]["uid"], "${datasource}", "{target}");
        let expression = target["expr"].as_str().expect("an expression").to_owned();
        let replace = |text: String, (name, value): &(&str, &str)| text.replace(name, value);
        let expression = VARIABLES.iter().fold(expression, replace);
        assert!(
            !expression.contains('$'),
            "an unknown variable in {expression}"
        );
        always(&expression)
    });
    expressions.collect()
}

/// The expression with comparisons that answer 0 or 1 where they would leave series out.
pub fn always(expression: &str) -> String {
    let operators = ["==", "!=", "<", "<=", ">", ">="];
    let words = expression.split_whitespace().map(|word| match word {
        word if operators.contains(&word) => format!("{word} bool"),
        word => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Every name of a metric of ours in a text.
pub fn names_of_metrics(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c));
    let names = words.filter(|word| word.starts_with("tensority_"));
    names.map(String::from).collect()
}
