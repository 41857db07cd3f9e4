//! Searches the visible output of a run: errors, events, panics.

use crate::mark::Marks;
use crate::rows;
use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Searches texts for marks, and stores only counts.
#[derive(Clone, Debug)]
pub struct Texts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    marks: Arc<Marks>,
    searched: AtomicUsize,
    found: AtomicUsize,
}

impl Texts {
    /// Searches what it is given.
    pub fn new(marks: &Arc<Marks>) -> Self {
        let (searched, found) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self(Arc::new(Inner { marks: Arc::clone(marks), searched, found }))
    }

    /// Searches all traces, logs and panic messages of this process from now on, at every level.
    ///
    /// # Errors
    /// Returns an error if the process already has a subscriber or a logger.
    pub fn of_this_process(marks: &Arc<Marks>) -> crate::Outcome<Self> {
        let texts = Self::new(marks);
        let writer = texts.clone();
        // Without what stands before the message, because a message may be a row of several.
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_level(false)
            .with_target(false)
            .without_time()
            .with_writer(move || writer.clone())
            .try_init()?;
        log::set_boxed_logger(Box::new(texts.clone()))?;
        log::set_max_level(log::LevelFilter::Trace);
        let panics = texts.clone();
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            panics.search(info.to_string().as_bytes());
            // A panic on a thread without a test's name is scripted and not printed.
            if std::thread::current()
                .name()
                .is_some_and(|name| !name.starts_with("jeel-auth") && !name.starts_with("smol"))
            {
                print(info);
            }
        }));
        Ok(texts)
    }

    /// Searches an error and its sources, in all their forms.
    pub fn error(&self, error: &(dyn Error + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.debug(error);
            self.search(error.to_string().as_bytes());
            next = error.source();
        }
    }

    /// Searches both forms of `Debug`.
    pub fn debug(&self, value: &(impl Debug + ?Sized)) {
        self.search(format!("{value:?}{value:#?}").as_bytes());
    }

    /// The number of texts searched, and the number of marks found.
    pub fn counts(&self) -> (usize, usize) {
        (self.0.searched.load(Ordering::Relaxed), self.0.found.load(Ordering::Relaxed))
    }

    /// Searches a text, alone and joined to those before it on this thread.
    pub fn search(&self, text: &[u8]) {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let found = rows::find(text, &self.0.marks);
        self.0.searched.fetch_add(1, Ordering::Relaxed);
        self.0.found.fetch_add(found, Ordering::Relaxed);
    }
}

impl log::Log for Texts {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.search(record.args().to_string().as_bytes());
    }

    fn flush(&self) {}
}

impl io::Write for Texts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.search(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
