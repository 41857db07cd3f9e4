//! A file has at most 400 lines and a function at most 40, tests included.

use jeel_auth_house::{read, rust_files};
use syn::visit::{self, Visit};

const LINES_OF_A_FILE: usize = 400;
const LINES_OF_A_FUNCTION: usize = 40;

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let mut long = Vec::new();
    for file in rust_files().unwrap() {
        let lines = read(&file).unwrap().lines().count();
        if lines > LINES_OF_A_FILE {
            long.push(format!("{}: {lines} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn no_function_is_longer_than_forty_lines() {
    let mut long = Vec::new();
    for file in rust_files().unwrap() {
        let functions = functions(&read(&file).unwrap()).unwrap();
        for Function { name, line, lines } in functions {
            if lines > LINES_OF_A_FUNCTION {
                long.push(format!("{}:{line}: {name}: {lines} lines", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn a_function_is_counted_from_its_signature_to_its_brace_wherever_it_is() {
    let text = "/// Documented.\n#[inline]\nfn a(\n    x: u8,\n) {\n    // }\n    fn b() {}\n}\n\
                mod m { impl T { fn c(&self) {\n\n} } trait U { fn d(); fn e() {\n} } }\n";
    let found: Vec<_> =
        functions(text).unwrap().into_iter().map(|f| (f.name, f.line, f.lines)).collect();
    let expected = [("a", 3, 6), ("b", 7, 1), ("c", 9, 3), ("e", 11, 2)];
    assert_eq!(found, expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
}

/// A function with a body.
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// The functions of a file from top to bottom, without what macros expand to.
fn functions(text: &str) -> syn::Result<Vec<Function>> {
    let mut functions = Functions(Vec::new());
    functions.visit_file(&syn::parse_file(text)?);
    Ok(functions.0)
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let last = block.brace_token.span.close().end().line;
        self.0.push(Function { name: signature.ident.to_string(), line, lines: last - line + 1 });
    }
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
