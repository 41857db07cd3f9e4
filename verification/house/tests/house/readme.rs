//! README's programs compile in a fresh project, with the dependencies that README gives for them.

use jeel_auth_house::{packages, read, root};
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// Each program gets a package with the `toml` block above it, and these crates instead of the
/// published ones.
#[test]
#[ignore = "builds each program's dependencies, which takes minutes the first time"]
fn each_program_compiles_as_it_is_pasted() {
    let programs = programs(&read("README.md").unwrap());
    assert!(!programs.is_empty());
    let folder = root().join("target/house");
    write_workspace(&folder, &programs).unwrap();
    let mut failures = String::new();
    for program in &programs {
        let mut cargo = Command::new("cargo");
        cargo.args(["check", "--quiet", "--color", "never", "-p", &program.name()]);
        cargo.env("CARGO_TARGET_DIR", folder.join("target")).current_dir(&folder);
        let output = cargo.output().unwrap();
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            failures += &format!("README.md:{}\n{stderr}\n", program.line);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn a_program_has_the_dependencies_of_the_nearest_block_above_it() {
    let text = "```toml\n[dependencies]\na = \"1\"\n```\n```sh\nx\n```\n```rust\nfn main() {}\n```\n\
                ```rust,no_run\nlet token = ask().await?;\n```\n";
    let programs = programs(text);
    let [first, second] = programs.as_slice() else { panic!("{}", programs.len()) };
    assert_eq!((first.line, second.line), (8, 11));
    assert_eq!(first.dependencies, "[dependencies]\na = \"1\"\n");
    assert_eq!(second.dependencies, first.dependencies);
    assert_eq!(first.source(), "fn main() {}\n");
    assert!(second.source().contains("async fn pasted()"));
}

/// A block of Rust.
struct Program {
    line: usize,
    dependencies: String,
    code: String,
}

impl Program {
    fn name(&self) -> String {
        format!("pasted-from-line-{}", self.line)
    }

    /// The whole file. Code without a `main` is the body of a function that may fail and wait.
    fn source(&self) -> String {
        let Self { code, .. } = self;
        if code.contains("fn main(") {
            return code.clone();
        }
        format!(
            "async fn pasted() -> Result<(), Box<dyn std::error::Error>> {{\n{code}\nOk(())\n}}\n\
             fn main() {{ drop(pasted()); }}\n"
        )
    }
}

fn programs(text: &str) -> Vec<Program> {
    let mut programs = Vec::new();
    let mut dependencies = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let block: String = block.map(|line| format!("{line}\n")).collect();
        match language.split(',').next() {
            Some("toml") => dependencies = block,
            Some("rust") => programs.push(Program {
                line: at + 1,
                dependencies: dependencies.clone(),
                code: block,
            }),
            _ => {}
        }
    }
    programs
}

/// Writes one package for each program. They share a lock file, this repository's, so that only
/// what a program adds is downloaded.
fn write_workspace(folder: &Path, programs: &[Program]) -> io::Result<()> {
    let mut manifest = "[workspace]\nresolver = \"3\"\nmembers = [".to_owned();
    for program in programs {
        manifest += &format!("\"{}\", ", program.name());
        let package = folder.join(program.name());
        fs::create_dir_all(package.join("src"))?;
        fs::write(package.join("src/main.rs"), program.source())?;
        let about = format!("[package]\nname = {:?}\nedition = \"2024\"\n", program.name());
        fs::write(package.join("Cargo.toml"), about + &program.dependencies)?;
    }
    manifest += "]\n[patch.crates-io]\n";
    for package in packages()? {
        if package.starts_with("crates")
            && let Some(name) = package.file_name()
        {
            let name = name.display();
            manifest += &format!("{name} = {{ path = {:?} }}\n", root().join(&package));
        }
    }
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map(drop)
}
