//! The rules that hold for the repository itself.

mod architecture;
mod pages;
mod readme;
mod sizes;
mod words;
