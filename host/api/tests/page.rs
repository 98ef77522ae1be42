//! The web page as it is served: small, whole, and nothing in it from elsewhere.

mod common;

use std::collections::BTreeSet;

use common::Served;

/// All that a browser loads, in bytes.
const MOST_BYTES: usize = 150 << 10;

/// The addresses in the attributes `src` and `href`, and of the modules that scripts import, but for parts of the page.
fn addresses(text: &str, folder: &str) -> Vec<String> {
    let after = |mark: &'static str| {
        let parts = text.split(mark).skip(1);
        parts.filter_map(|part| part.split('"').next())
    };
    let own = after("src=\"").chain(after("href=\"")).map(str::to_owned);
    let modules = after("from \"./").map(|name| format!("{folder}{name}"));
    own.chain(modules)
        .filter(|address| !address.starts_with('#'))
        .collect()
}

#[test]
fn everything_that_a_browser_loads_is_served_and_small() {
    let served = Served::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec!["/".to_owned()];
    let mut bytes = 0;
    while let Some(address) = waiting.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let file = served.get(&address);
        assert_eq!(file.status, 200, "{address}");
        assert!(
            file.head
                .contains("content-security-policy: default-src 'none'; script-src 'self'"),
            "{address}: {}",
            file.head
        );
        bytes += file.head.len() + file.body.len();
        let found = addresses(&file.body, "/page/");
        let pages = found
            .into_iter()
            .filter(|address| address != "/api" && address != "/metrics");
        waiting.extend(pages);
    }
    assert!(seen.len() >= 12, "{seen:?}");
    println!("all that a browser loads: {bytes} bytes");
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}

#[test]
fn a_document_has_no_script_no_style_and_nothing_from_elsewhere() {
    let page = Served::new().get("/").body;
    for mark in [
        " style=",
        "<style",
        " onclick",
        " onload",
        "javascript:",
        "http:",
        "https:",
        "//",
    ] {
        assert!(!page.replace("<!doctype", "").contains(mark), "{mark}");
    }
    let scripts: Vec<_> = page.match_indices("<script").collect();
    let empty = page.matches("></script>").count();
    assert_eq!(scripts.len(), empty, "a script of the document's own");
}

#[test]
fn names_and_reasons_are_never_taken_as_markup() {
    let served = Served::new();
    for script in [
        "main", "dom", "overview", "device", "plot", "losses", "live", "commands", "format",
    ] {
        let text = served.get(&format!("/page/{script}.js")).body;
        for mark in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ] {
            assert!(!text.contains(mark), "{script}.js: {mark}");
        }
    }
}
