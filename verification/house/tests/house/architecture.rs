//! ARCHITECTURE.md names files that exist, and answers where each kind of change goes.

use jeel_auth_house::{read, root};

/// The table of changes has a row for each.
const TASKS: [&str; 10] = [
    "where a request's bytes are made",
    "where \"a renewal is due\" is decided",
    "change the renewal margin",
    "add a request parameter",
    "add a body encoding",
    "add a runtime",
    "add a store",
    "add a language",
    "add an error code",
    "add a policy value",
];

#[test]
fn the_paths_that_it_names_exist() {
    let text = read("ARCHITECTURE.md").unwrap();
    let paths: Vec<&str> = in_backticks(&text).filter(|word| is_path(word)).collect();
    assert!(paths.len() > 20, "{paths:?}");
    let missing: Vec<_> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn each_task_has_a_row_that_names_a_file() {
    let text = read("ARCHITECTURE.md").unwrap();
    for task in TASKS {
        let row = text.lines().find(|line| line.to_lowercase().starts_with(&format!("| {task} |")));
        let row = row.unwrap_or_else(|| panic!("no row begins with {task:?}"));
        assert!(in_backticks(row).any(is_path), "{row}");
    }
}

#[test]
fn a_path_has_a_slash_or_a_known_ending_and_no_space() {
    for path in ["crates/x", "README.md", "a-b/c_d.rs", "fuzz/"] {
        assert!(is_path(path), "{path}");
    }
    for other in ["Cache::acquire", "cargo run -p x", "a/b c", "now", "https://jeel.co/x", "(a/b)"]
    {
        assert!(!is_path(other), "{other}");
    }
}

/// The spans of code that are in single backticks and in one line.
fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

fn is_path(word: &str) -> bool {
    let is_of_a_path = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let ends_as_a_file = [".rs", ".md", ".toml"].iter().any(|end| word.ends_with(end));
    (word.contains('/') || ends_as_a_file) && word.chars().all(is_of_a_path)
}
