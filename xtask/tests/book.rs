//! The book builds, holds every page, and no link of it or of a page beside it leads nowhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mdbook_driver::MDBook;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

#[test]
fn the_book_builds_with_mdbook() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut book = MDBook::load(root()).expect("book.toml and SUMMARY.md");
    book.config.build.build_dir = folder.path().into();
    book.build().expect("the book");
    assert!(folder.path().join("index.html").is_file());
}

#[test]
fn every_page_is_in_the_book() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the summary");
    let listed: BTreeSet<_> = links(&summary).into_iter().collect();
    for page in pages()
        .iter()
        .filter_map(|page| page.strip_prefix("docs/").ok())
    {
        let page = page.to_str().expect("UTF-8");
        assert!(
            page == "SUMMARY.md" || listed.contains(page),
            "docs/{page} is not in docs/SUMMARY.md"
        );
    }
}

#[test]
fn no_link_leads_nowhere() {
    let broken: Vec<_> = pages().iter().flat_map(|page| broken_links(page)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_link_to_a_missing_file_or_heading_is_noticed() {
    let page = Path::new("docs/figures.md");
    assert!(leads_somewhere(page, "../README.md#two-commands"));
    assert!(!leads_somewhere(page, "../README.md#three-commands"));
    assert!(!leads_somewhere(page, "missing.md"));
}

fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("a workspace")
}

/// Every page that git knows.
fn pages() -> Vec<PathBuf> {
    let output = Command::new("git")
        .current_dir(root())
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.md",
        ])
        .output()
        .expect("git starts");
    let names = String::from_utf8(output.stdout).expect("UTF-8");
    let pages: Vec<_> = names.lines().map(PathBuf::from).collect();
    assert!(pages.len() > 10, "git lists {} pages", pages.len());
    pages
}

fn broken_links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(root().join(page)).expect("a page");
    let links = links(&text).into_iter();
    let broken = links.filter(|link| !leads_somewhere(page, link));
    broken
        .map(|link| format!("{}: {link} leads nowhere", page.display()))
        .collect()
}

/// Of a link on a page: another site, or a file, and a heading of it if it names one.
fn leads_somewhere(page: &Path, link: &str) -> bool {
    if link.contains("://") {
        return true;
    }
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let page = root().join(page);
    let path = match file {
        "" => page,
        file => page.parent().expect("a folder").join(file),
    };
    if heading.is_empty() {
        return path.exists();
    }
    fs::read_to_string(path).is_ok_and(|text| headings(&text).contains(heading))
}

/// Targets of the links and pictures of a page.
fn links(text: &str) -> Vec<String> {
    let targets = Parser::new_ext(text, Options::ENABLE_TABLES);
    targets
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.into_string())
            }
            _ => None,
        })
        .collect()
}

/// The headings of a page as a link names them.
fn headings(text: &str) -> BTreeSet<String> {
    let mut headings = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::End(TagEnd::Heading(_)), Some(text)) => {
                let name = text.to_lowercase().replace(' ', "-");
                let name = name.chars();
                headings.insert(
                    name.filter(|c| c.is_alphanumeric() || "-_".contains(*c))
                        .collect(),
                );
                heading = None;
            }
            (Event::Text(part) | Event::Code(part), Some(text)) => text.push_str(&part),
            _ => {}
        }
    }
    headings
}
