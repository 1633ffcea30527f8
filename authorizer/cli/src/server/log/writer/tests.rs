use std::sync::mpsc;

use super::*;

/// The written bytes and the number of writes. With `turns`, each write waits for one.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<(Vec<u8>, usize)>>);

impl Written {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

struct Reader {
    turns: Option<mpsc::Receiver<()>>,
    written: Written,
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(turns) = &self.turns
            && turns.recv().is_err()
        {
            self.turns = None;
        }
        let mut written = self.written.0.lock().unwrap();
        written.0.extend_from_slice(bytes);
        written.1 += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer whose first write waits until the sender is dropped.
fn stuck() -> (mpsc::Sender<()>, Written, Arc<Writer>) {
    let (turn, turns) = mpsc::channel();
    let written = Written::default();
    let writer = Writer::start(Reader {
        turns: Some(turns),
        written: written.clone(),
    })
    .unwrap();
    writer.line("first");
    while !writer.state().is_writing {
        thread::yield_now();
    }
    (turn, written, writer)
}

#[test]
fn every_line_is_written_in_order_before_the_end() {
    let written = Written::default();
    let writer = Writer::start(Reader {
        turns: None,
        written: written.clone(),
    })
    .unwrap();
    for number in 0..10_000 {
        writer.line(&number.to_string());
    }
    writer.close();
    let wanted: Vec<_> = (0..10_000).map(|number| number.to_string()).collect();
    writer.line("late");
    assert_eq!(written.lines(), wanted);
}

#[test]
fn waiting_lines_are_written_together() {
    let (turn, written, writer) = stuck();
    for number in 0..1000 {
        writer.line(&number.to_string());
    }
    drop(turn);
    writer.close();
    assert_eq!(written.lines().len(), 1001);
    assert_eq!(written.0.lock().unwrap().1, 2, "writes");
}

#[test]
fn a_reader_that_blocks_delays_nothing_and_learns_how_many_lines_were_dropped() {
    let (turn, written, writer) = stuck();
    let long = "x".repeat(1 << 16);
    let count = 1000;
    for _ in 0..count {
        writer.line(&long);
    }
    assert!(writer.state().waiting.len() <= MAX_WAITING_BYTES);
    writer.close();
    assert!(written.lines().is_empty(), "closing does not wait for ever");
    drop(turn);
    while writer.state().is_writing || !writer.state().waiting.is_empty() {
        thread::yield_now();
    }
    let lines = written.lines();
    let kept = lines.iter().filter(|line| **line == long).count();
    let said: serde_json::Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    assert_eq!(said["lines"], json!(count - kept));
    assert!(kept > 0 && kept < count);
}

#[test]
fn dropped_lines_are_reported_once() {
    let mut state = State {
        dropped: 3,
        ..State::default()
    };
    state.report_dropped();
    state.report_dropped();
    let text = String::from_utf8(state.waiting).unwrap();
    assert_eq!(text.matches("\"lines\":3").count(), 1, "{text}");
}
