//! 运行日志: one line of JSON an event, on standard error or in files that take turns. No personal
//! data: requests are named by method and path, people not at all.

use crate::config::Config;
use anyhow::{Context as _, Result};
use kernel::Day;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Begins the log that the configuration names.
pub fn start(config: &Config) -> Result<()> {
    let Some(path) = &config.log_file else {
        to_stderr(&config.log);
        return Ok(());
    };
    let turns = Turns::open(path, config.log_megabytes.max(1) << 20, config.log_files)
        .with_context(|| format!("日志文件 {} 写不了", path.display()))?;
    let log = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter(&config.log))
        .with_writer(turns);
    let _ = log.try_init();
    Ok(())
}

/// The log on standard error, where the service manager takes it up.
pub fn to_stderr(levels: &str) {
    let log = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter(levels))
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first log.
    let _ = log.try_init();
}

fn filter(levels: &str) -> EnvFilter {
    EnvFilter::try_new(levels).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// 轮换的日志文件: `zhibu.log`, and `zhibu.log.1` (the newest of the earlier ones) to `.n`.
#[derive(Clone)]
pub struct Turns(Arc<Mutex<Open>>);

struct Open {
    path: PathBuf,
    file: File,
    bytes: u64,
    day: Day,
    most_bytes: u64,
    kept: usize,
    clock: store::Context,
}

impl Turns {
    /// Goes on with the file if it is of today and has room.
    pub fn open(path: &Path, most_bytes: u64, kept: usize) -> Result<Turns> {
        let clock = store::Context::system(store::Clock::System { shift_ms: 0 })?;
        Turns::with_clock(path, most_bytes, kept, clock)
    }

    fn with_clock(
        path: &Path,
        most_bytes: u64,
        kept: usize,
        clock: store::Context,
    ) -> Result<Turns> {
        let day = written_on(path).unwrap_or_else(|| clock.now().day());
        let file = append(path)?;
        let bytes = file.metadata()?.len();
        Ok(Turns(Arc::new(Mutex::new(Open {
            path: path.to_owned(),
            file,
            bytes,
            day,
            most_bytes,
            kept,
            clock,
        }))))
    }
}

/// The day of the file's last line.
fn written_on(path: &Path) -> Option<Day> {
    let changed = std::fs::metadata(path).ok()?.modified().ok()?;
    let since = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(kernel::Instant(i64::try_from(since.as_millis()).ok()?).day())
}

/// Readable by its group, so that a technician need not be root.
fn append(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

impl Open {
    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        let today = self.clock.now().day();
        let is_full = self.bytes + line.len() as u64 > self.most_bytes;
        if self.bytes > 0 && (is_full || today != self.day) {
            self.turn()?;
        }
        self.day = today;
        self.file.write_all(line)?;
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// The last one goes, each other moves on by one, and a new one begins.
    fn turn(&mut self) -> std::io::Result<()> {
        let numbered = |n: usize| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{n}"));
            PathBuf::from(name)
        };
        let _ = std::fs::remove_file(numbered(self.kept.max(1)));
        for n in (1..self.kept).rev() {
            let _ = std::fs::rename(numbered(n), numbered(n + 1));
        }
        if self.kept == 0 {
            std::fs::remove_file(&self.path)?;
        } else {
            std::fs::rename(&self.path, numbered(1))?;
        }
        self.file = append(&self.path)?;
        self.bytes = 0;
        Ok(())
    }
}

/// One event's line: written as a whole, so that lines never mix.
pub struct Line {
    turns: Turns,
    bytes: Vec<u8>,
}

impl<'a> MakeWriter<'a> for Turns {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line {
            turns: self.clone(),
            bytes: Vec::new(),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut open = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop the service: the line goes where it still can.
        if open.write(&self.bytes).is_err() {
            let _ = std::io::stderr().write_all(&self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Instant;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[test]
    fn files_take_turns_by_size_and_day_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zhibu.log");
        let begun = Instant::at("2026-11-20".parse().unwrap(), 0);
        let at = Arc::new(AtomicI64::new(begun.0));
        let clock = store::Context::seeded(store::Clock::Fixed(Arc::clone(&at)), 1);
        let turns = Turns::with_clock(&path, 100, 2, clock).unwrap();
        turns.0.lock().unwrap().day = begun.day();
        let say = |text: &str| turns.make_writer().write_all(text.as_bytes()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        say("first\n");
        say("second\n");
        assert_eq!(read("zhibu.log"), "first\nsecond\n");
        say(&"x".repeat(95));
        assert_eq!(read("zhibu.log.1"), "first\nsecond\n");
        at.fetch_add(86_400_000, Ordering::Relaxed);
        say("tomorrow\n");
        assert_eq!(read("zhibu.log"), "tomorrow\n");
        assert_eq!(read("zhibu.log.1").len(), 95);
        say(&"y".repeat(99));
        assert_eq!(read("zhibu.log.2").len(), 95, "two are kept");
        assert!(!folder.path().join("zhibu.log.3").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777 & !0o640, 0, "{mode:o}");
        }
    }
}
