use super::*;
use crate::capture::{Source, open};
use std::fs;

fn frame(number: u64, data: &[u8]) -> Frame<'_> {
    Frame {
        number,
        time: Some(1_700_000_000_123_456_789),
        link: LinkType::LINUX_SLL2,
        original_len: 1_000,
        interface: 0,
        file: 0,
        beside: None,
        data,
    }
}

fn start(plan: Recording) -> Recorder {
    let interfaces = [("eth0".to_owned(), LinkType::LINUX_SLL2)];
    Recorder::start(plan, interfaces.into_iter(), 65_535, Stop::default()).unwrap()
}

/// Gives so many frames; what is told, and how many were taken before the end.
fn give(recorder: &mut Recorder, count: u64) -> Vec<Event> {
    let give = |number| recorder.frame(&frame(number, b"some bytes"), Instant::now()).unwrap();
    (1..=count).filter_map(give).collect()
}

/// The files of a folder in the order of their names, with the number of their frames. A damaged file fails.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), frames(path))).collect()
}

fn frames(path: &Path) -> u64 {
    let mut source = open(path).unwrap();
    let mut count = 0;
    while source.next_frame().unwrap().is_some() {
        count += 1;
    }
    count
}

#[test]
fn is_read_back_as_it_was_while_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["growing.pcap", "growing.pcapng"] {
        let path = folder.path().join(name);
        let mut recorder = start(Recording::to(&path));
        for count in 0..4_u64 {
            let mut source = open(&path).unwrap();
            for number in 1..=count {
                let read = source.next_frame().unwrap().unwrap();
                let expected = frame(number, b"odd");
                assert_eq!(
                    (read.time, read.link, read.original_len, read.data),
                    (expected.time, expected.link, expected.original_len, expected.data)
                );
            }
            assert_eq!(source.next_frame().unwrap(), None);
            recorder.frame(&frame(count, b"odd"), Instant::now()).unwrap();
            recorder.idle(Instant::now()).unwrap();
        }
    }
}

#[test]
fn a_file_is_whole_at_every_moment_of_a_burst() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("burst.pcap");
    let mut recorder = start(Recording::to(&path));
    let data = [7; 1_000];
    for number in 1..200 {
        recorder.frame(&frame(number, &data), Instant::now()).unwrap();
        let there = frames(&path);
        assert!(there <= number && there + 70 > number, "{there} of {number} are there");
    }
}

#[test]
fn interfaces_with_different_links_make_it_pcapng() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.pcap");
    let links = [("lo", LinkType::ETHERNET), ("tun0", LinkType::RAW)];
    let interfaces = links.into_iter().map(|(name, link)| (name.to_owned(), link));
    let mut recorder =
        Recorder::start(Recording::to(&path), interfaces, 96, Stop::default()).unwrap();
    assert_eq!(recorder.format(), Format::Pcapng);
    for (interface, link) in [(1, LinkType::RAW), (0, LinkType::ETHERNET)] {
        let frame = Frame { interface, link, ..frame(1, b"12345") };
        recorder.frame(&frame, Instant::now()).unwrap();
    }
    recorder.idle(Instant::now()).unwrap();
    let mut source = open(&path).unwrap();
    for (interface, link) in [(1, LinkType::RAW), (0, LinkType::ETHERNET)] {
        let read = source.next_frame().unwrap().unwrap();
        assert_eq!((read.interface, read.link, read.data), (interface, link, &b"12345"[..]));
    }
}

#[test]
fn a_ring_keeps_its_last_files() {
    let folder = tempfile::tempdir().unwrap();
    let switch = Switch { frames: Some(10), ..Switch::default() };
    let plan = Recording { switch, keep: Some(3), ..Recording::to(folder.path().join("r.pcap")) };
    let mut recorder = start(plan);
    assert!(give(&mut recorder, 95).is_empty());
    recorder.idle(Instant::now()).unwrap();
    let files = files(folder.path());
    assert_eq!(files.iter().map(|file| file.1).collect::<Vec<_>>(), [10, 10, 5]);
    assert!(files[0].0.starts_with("r_00008_") && files[2].0.starts_with("r_00010_"), "{files:?}");
}

/// dumpcap 4.0 ends a file with the frame that brings it to the size: 24 + 38 * 26 bytes are 1012.
#[test]
fn a_file_ends_with_the_frame_that_fills_it() {
    let folder = tempfile::tempdir().unwrap();
    let switch = Switch { bytes: Some(1_000), ..Switch::default() };
    let mut recorder =
        start(Recording { switch, ..Recording::to(folder.path().join("size.pcap")) });
    give(&mut recorder, 39);
    recorder.idle(Instant::now()).unwrap();
    let counts: Vec<u64> = files(folder.path()).into_iter().map(|file| file.1).collect();
    assert_eq!(counts, [38, 1]);
}

#[test]
fn a_file_gets_no_older_than_asked_for_even_if_nothing_comes() {
    let folder = tempfile::tempdir().unwrap();
    let switch = Switch { duration: Some(Duration::from_secs(60)), ..Switch::default() };
    let mut recorder = start(Recording { switch, ..Recording::to(folder.path().join("t.pcap")) });
    recorder.idle(Instant::now()).unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    recorder.idle(Instant::now() + Duration::from_secs(61)).unwrap();
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn it_ends_with_so_many_files_or_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let switch = Switch { frames: Some(4), ..Switch::default() };
    let plan = Recording { switch, stop_files: Some(2), ..Recording::to(folder.path().join("n")) };
    let mut recorder = start(plan);
    give(&mut recorder, 7);
    assert!(!recorder.is_done());
    give(&mut recorder, 3);
    assert!(recorder.is_done());
    let counts: Vec<u64> = files(folder.path()).into_iter().map(|file| file.1).collect();
    assert_eq!(counts, [4, 4]);

    let path = folder.path().join("bytes");
    let mut recorder = start(Recording { stop_bytes: Some(100), ..Recording::to(&path) });
    give(&mut recorder, 2);
    assert!(!recorder.is_done());
    give(&mut recorder, 5);
    assert!(recorder.is_done());
    assert_eq!(frames(&path), 3);
}

#[test]
fn a_folder_that_goes_away_is_told_once_and_written_to_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let switch = Switch { frames: Some(2), ..Switch::default() };
    let mut recorder = start(Recording { switch, ..Recording::to(folder.join("r.pcap")) });
    fs::remove_dir_all(&folder).unwrap();
    // The second frame is written, and the next file cannot be begun.
    let told = give(&mut recorder, 5);
    assert!(matches!(told[..], [Event::CannotWrite { .. }]), "{told:?}");
    assert_eq!(recorder.missed(), 3);
    let later = Instant::now() + Duration::from_secs(2);
    assert_eq!(recorder.frame(&frame(1, b"x"), later).unwrap(), None);
    assert_eq!(recorder.missed(), 4);
    fs::create_dir(&folder).unwrap();
    let later = later + Duration::from_secs(3);
    let told = recorder.frame(&frame(1, b"x"), later).unwrap();
    assert!(matches!(told, Some(Event::WritesAgain { missed: 4, .. })), "{told:?}");
    assert_eq!(files(&folder).iter().map(|file| file.1).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let interfaces = [("lo".to_owned(), LinkType::ETHERNET)].into_iter();
    assert!(
        Recorder::start(Recording::to("/no/such/folder/x.pcap"), interfaces, 96, Stop::default())
            .is_err()
    );
}
