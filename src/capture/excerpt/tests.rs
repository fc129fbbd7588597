use super::*;
use crate::capture::LinkType;
use std::sync::{Arc, Mutex};

/// A writer whose bytes can be counted.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn frame(number: u64, data: &[u8]) -> Frame<'_> {
    Frame {
        number,
        time: None,
        link: LinkType::ETHERNET,
        original_len: 0,
        interface: 0,
        file: 0,
        beside: None,
        data,
    }
}

#[test]
fn memory_is_flat_and_what_is_chosen_too_late_is_counted() {
    let out = Shared::default();
    let mut excerpt = Excerpt::to(Box::new(out.clone()), true).unwrap();
    let data = [0; 60_000];
    for number in 1..=1_000 {
        excerpt.frame(&frame(number, &data)).unwrap();
        assert!(excerpt.kept_bytes <= MAX_KEPT);
        if number == 1_000 {
            excerpt.choose(&[2, 3, 999, 1_000], None, std::iter::empty()).unwrap();
        } else if number == 2 {
            let comments = std::iter::repeat_n("x".repeat(1_000), 100);
            excerpt.choose(&[2], None, comments).unwrap();
        }
    }
    let left = excerpt.finish().unwrap();
    // Frame 2 was written by then, frame 3 forgotten; comments are for pcapng.
    assert_eq!((left.written, left.late, left.without_time), (3, 1, 3));
    assert_eq!(left.comments, 100);
    assert_eq!(out.0.lock().unwrap().len(), 24 + 3 * (16 + 60_000));
}

#[test]
fn a_file_without_frames_is_whole() {
    for (is_pcap, len) in [(true, 24), (false, 28)] {
        let out = Shared::default();
        let mut excerpt = Excerpt::to(Box::new(out.clone()), is_pcap).unwrap();
        assert_eq!(excerpt.finish().unwrap(), Left::default());
        assert_eq!(out.0.lock().unwrap().len(), len);
    }
}

/// The numbers of the frames that were written: each frame holds its number alone.
fn numbers(out: &Shared, len: usize) -> Vec<u8> {
    out.0.lock().unwrap()[24..].chunks(16 + len).map(|record| record[16]).collect()
}

#[test]
fn what_a_chosen_frame_rests_on_is_written_though_it_was_let_go() {
    let out = Shared::default();
    let mut excerpt = Excerpt::to(Box::new(out.clone()), true).unwrap();
    let len = 200_000;
    for number in 1..=200 {
        let mut data = vec![0; len];
        data[0] = number as u8;
        excerpt.frame(&frame(number, &data)).unwrap();
        match number {
            // Two connections are opened; the third one is encrypted.
            1 | 2 => excerpt.of_stream(&[number], 1, FrameRole::Opens),
            3 => excerpt.of_stream(&[number], 2, FrameRole::Opens),
            4..=10 => excerpt.of_stream(&[number], 3, FrameRole::Chained),
            150 => excerpt.choose(&[150], Some(1), std::iter::empty()).unwrap(),
            160 => excerpt.choose(&[160], Some(1), std::iter::empty()).unwrap(),
            170 => excerpt.choose(&[170], Some(3), std::iter::empty()).unwrap(),
            _ => {}
        }
        assert!(excerpt.kept_bytes <= MAX_KEPT);
    }
    let left = excerpt.finish().unwrap();
    assert_eq!(numbers(&out, len), [1, 2, 4, 5, 6, 7, 8, 9, 10, 150, 160, 170]);
    assert_eq!((left.written, left.opening, left.late, left.unopened), (12, 9, 0, 0));
}

/// What is left of a connection of 40 MB whose frames rest on each other, where these are chosen as they
/// come.
fn chained(chosen: &[u64]) -> Left {
    let mut excerpt = Excerpt::to(Box::new(io::sink()), true).unwrap();
    let data = vec![0; 200_000];
    for number in 1..=200 {
        excerpt.frame(&frame(number, &data)).unwrap();
        excerpt.of_stream(&[number], 1, FrameRole::Chained);
        if chosen.contains(&number) {
            excerpt.choose(&[number], Some(1), std::iter::empty()).unwrap();
        }
    }
    excerpt.finish().unwrap()
}

#[test]
fn an_encrypted_connection_of_which_too_much_was_let_go_is_told() {
    assert_eq!(chained(&[200]).unopened, 1);
}

#[test]
fn of_a_connection_that_is_begun_everything_is_written() {
    let left = chained(&[1, 200]);
    assert_eq!((left.written, left.opening, left.unopened), (200, 198, 0));
}
