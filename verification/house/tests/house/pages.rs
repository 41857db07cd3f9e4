//! Each crate's page says what the crate does not do.

use jeel_auth_house::{packages, read};

#[test]
fn each_page_says_what_the_crate_does_not_do() {
    let mut silent = Vec::new();
    for package in packages().unwrap() {
        let roots = ["src/lib.rs", "src/main.rs"].map(|root| package.join(root));
        let text = roots.iter().find_map(|root| read(root).ok());
        let text = text.unwrap_or_else(|| panic!("{} has no page", package.display()));
        let page: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let page = page.join(" ").replace("//! ", "").replace("**", " ");
        if !SAYINGS.iter().any(|saying| page.contains(saying)) {
            silent.push(package);
        }
    }
    assert!(silent.is_empty(), "none of {SAYINGS:?} is on the page of {silent:#?}");
}

/// How a page says it. Which of a crate's limits matter is for its author and reviewers.
const SAYINGS: [&str; 2] = [" does not ", " is not "];
