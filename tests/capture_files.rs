//! Capture files: every format, every cut, every changed byte.

mod support;

use std::io::{Cursor, Read};

use mqttscope::capture::{Fault, Merge, NoticeKind, Source, from_reader};
use support::{block, drain, enhanced, interface, pcap, pcap_with, read, section, words};

fn frames() -> Vec<Vec<u8>> {
    (1..=4).map(|n| vec![n; 10 + usize::from(n)]).collect()
}

/// Two sections of different byte order, several interfaces, all packet blocks.
fn pcapng() -> Vec<u8> {
    let nanoseconds = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    let mut file = section(false);
    file.extend(interface(1, 0, &[], false));
    file.extend(interface(101, 0, &nanoseconds, false));
    file.extend(enhanced(0, 5_000_000, &[1; 11], false));
    file.extend(enhanced(1, 6_000_000_007, &[2; 12], false));
    file.extend(block(0x0bad_cafe, &[0; 40], false));
    file.extend(block(3, &[words(&[9], false), vec![3; 9]].concat(), false));
    let obsolete = [vec![1, 0, 0, 0], words(&[0, 8, 5, 50], false), vec![4; 5]].concat();
    file.extend(block(2, &obsolete, false));
    file.extend(section(true));
    let offset = [&[0, 14, 0, 8], 3_i64.to_be_bytes().as_slice()].concat();
    file.extend(interface(113, 6, &offset, true));
    file.extend(enhanced(0, 1, &[5; 7], true));
    file.extend(block(3, &[words(&[100], true), vec![6; 6]].concat(), true));
    file
}

#[test]
fn pcap_in_both_orders_and_resolutions() {
    for (big, magic, unit) in [
        (false, 0xa1b2_c3d4, 1000),
        (true, 0xa1b2_c3d4, 1000),
        (false, 0xa1b2_3c4d, 1),
        (true, 0xa1b2_3c4d, 1),
    ] {
        let (got, errors) = read(&pcap_with(113, &frames(), big, magic, 7));
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(got.iter().map(|f| f.data.clone()).collect::<Vec<_>>(), frames());
        assert_eq!(got[2].time, Some(100_000_000_000 + 14 * unit));
        assert_eq!((got[2].number, got[2].link, got[2].original_len), (3, 113, 13));
    }
}

#[test]
fn pcapng_with_sections_interfaces_and_every_packet_block() {
    let (got, errors) = read(&pcapng());
    assert!(errors.is_empty(), "{errors:?}");
    let told: Vec<_> = got.iter().map(|f| (f.time, f.link, f.original_len, f.data.len())).collect();
    assert_eq!(
        told,
        [
            (Some(5_000_000_000), 1, 11, 11),
            (Some(6_000_000_007), 101, 12, 12),
            (None, 1, 9, 9),
            (Some(8), 101, 50, 5),
            (Some(3_000_001_000), 113, 7, 7),
            (None, 113, 100, 6),
        ]
    );
    assert!(
        got.iter()
            .zip(1..)
            .all(|(f, n)| f.number == n && f.data.iter().all(|b| u64::from(*b) == n))
    );
}

#[test]
fn a_cut_anywhere_gives_what_was_good_and_says_what_is_missing() {
    for file in [pcap(1, &frames()), pcapng()] {
        let (whole, _) = read(&file);
        for length in 0..file.len() {
            let (got, errors) = read(&file[..length]);
            assert!(whole.starts_with(&got), "cut at {length}");
            assert!(errors.len() <= 1);
            match errors.first().map(|error| &error.fault) {
                Some(Fault::Truncated { offset, needed, available, .. }) => {
                    assert!(available < needed, "cut at {length}");
                    assert_eq!(offset + available, length as u64, "cut at {length}");
                }
                Some(Fault::Empty | Fault::Foreign { .. }) => assert!(length < 4),
                Some(other) => panic!("cut at {length}: {other}"),
                // A cut between two records cannot be told from the end.
                None => assert!(got.len() < whole.len() || length == file.len(), "cut at {length}"),
            }
        }
    }
}

#[test]
fn a_changed_byte_never_panics_and_keeps_the_frames_before_it() {
    for file in [pcap(1, &frames()), pcapng()] {
        let (whole, _) = read(&file);
        let ends = frame_ends(&file, whole.len());
        for at in 0..file.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] ^= flip;
                let (got, _) = read(&damaged);
                assert!(got.len() <= whole.len() + 8, "byte {at} ^ {flip:#x}");
                // Of the headers at the front everything depends; after them only what follows does.
                let before = ends.iter().filter(|end| **end <= at).count();
                assert_eq!(got[..before], whole[..before], "byte {at} ^ {flip:#x}");
            }
        }
    }
}

/// All frames of a pcap or pcapng file, as an independent reader sees them.
fn frames_of_another_reader(file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};
    let mut reader = create_reader(1 << 20, Cursor::new(file.to_vec())).unwrap();
    let mut frames = Vec::new();
    loop {
        match reader.next() {
            Ok((used, block)) => {
                match &block {
                    PcapBlockOwned::Legacy(b) => frames.push((b.origlen, b.data.to_vec())),
                    PcapBlockOwned::NG(Block::EnhancedPacket(b)) => {
                        frames.push((b.origlen, b.data[..b.caplen as usize].to_vec()));
                    }
                    _ => {}
                }
                reader.consume(used);
            }
            Err(PcapError::Incomplete(_)) => reader.refill().unwrap(),
            Err(PcapError::Eof) => return frames,
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn an_independent_reader_sees_the_same_frames() {
    let mut file = section(true);
    file.extend(interface(1, 0, &[], true));
    for (time, data) in (0..).zip(frames()) {
        file.extend(enhanced(0, time, &data, true));
    }
    let mut files = vec![file, pcap(1, &frames())];
    files.push(pcap_with(1, &frames(), true, 0xa1b2_c3d4, 1));
    // The project's own recordings, where they are at hand.
    let folder = std::fs::read_dir("captures").into_iter().flatten();
    let paths = folder.map(|entry| entry.unwrap().path());
    let capture = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|end| end == "pcap" || end == "pcapng")
    };
    files.extend(paths.filter(capture).map(|path| std::fs::read(path).unwrap()));
    for file in files {
        let (got, errors) = read(&file);
        assert!(errors.is_empty(), "{errors:?}");
        let got: Vec<_> = got.into_iter().map(|f| (f.original_len, f.data)).collect();
        assert!(got == frames_of_another_reader(&file));
    }
}

/// For each frame, how much of the file must be there for it to be given.
fn frame_ends(file: &[u8], count: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    for length in 0..=file.len() {
        while ends.len() < count && read(&file[..length]).0.len() > ends.len() {
            ends.push(length);
        }
    }
    ends
}

#[test]
fn huge_lengths_are_not_believed() {
    let mut file = pcap(1, &frames());
    file.extend(words(&[1, 2, 0xffff_ffff, 0xffff_ffff]));
    let (got, errors) = read(&file);
    assert_eq!(got.len(), 4);
    assert!(matches!(errors[0].fault, Fault::Length { length: 0xffff_ffff, .. }), "{}", errors[0]);

    for kind in [0x0a0d_0d0a, 1, 2, 3, 6, 0x0bad_cafe] {
        let mut file = section(false);
        file.extend(interface(1, 0, &[], false));
        file.extend(enhanced(0, 1, &[1; 9], false));
        file.extend(words(&[kind, 0xffff_fffc, 0x1a2b_3c4d]));
        let (got, errors) = read(&file);
        assert_eq!((got.len(), errors.len()), (1, 1), "{kind:#x}");
    }

    fn words(values: &[u32]) -> Vec<u8> {
        support::words(values, false)
    }
}

#[test]
fn a_long_block_of_no_interest_is_passed_over() {
    let mut file = section(false);
    file.extend(interface(1, 0, &[], false));
    file.extend(block(0x0bad_cafe, &vec![7; 2_000_000], false));
    file.extend(enhanced(0, 1, &[1; 9], false));
    let (got, errors) = read(&file);
    assert_eq!((got.len(), errors.len()), (1, 0));
}

#[test]
fn oddities_are_noticed_and_do_not_end_the_run() {
    let mut file = section(false);
    file.extend(enhanced(0, 1, &[1; 9], false));
    file.extend(interface(1, 0, &[], false));
    let mut lying = enhanced(0, 1, &[2; 8], false);
    lying[20] = 200;
    file.extend(lying);
    file.extend(block(6, &[0; 8], false));
    file.extend(enhanced(0, u64::MAX, &[3; 8], false));
    let mut source = from_reader(Box::new(Cursor::new(file))).unwrap();
    let (got, errors) = drain(&mut source);
    assert_eq!((got.len(), errors.len()), (2, 0));
    let kinds: Vec<_> = source.notices().iter().map(|notice| notice.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            NoticeKind::NoInterface(0),
            NoticeKind::CutToBlock { claimed: 200, there: 8 },
            NoticeKind::ShortBlock { block: 6, body: 8 },
            NoticeKind::TimeRange,
        ]
    );
    assert!(source.notices().is_empty());
}

#[test]
fn a_reader_that_gives_one_byte_at_a_time_gives_the_same_frames() {
    struct Slow(Cursor<Vec<u8>>);
    impl Read for Slow {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let one = buf.len().min(1);
            self.0.read(&mut buf[..one])
        }
    }
    for file in [pcap(1, &frames()), pcapng()] {
        let mut slow = from_reader(Box::new(Slow(Cursor::new(file.clone())))).unwrap();
        assert_eq!(drain(&mut slow).0, read(&file).0);
    }
}

#[test]
fn a_long_file_is_read_with_frames_across_every_refill() {
    let frames: Vec<_> = (0..3000_usize).map(|n| vec![n as u8; n * 37 % 1500]).collect();
    let (got, errors) = read(&pcap(1, &frames));
    assert!(errors.is_empty());
    assert!(got.iter().map(|f| &f.data).eq(&frames));
}

#[test]
fn files_are_merged_in_the_order_of_time_and_keep_their_own() {
    let file = |times: &[Option<u64>], mark: u8| {
        let mut file = section(false);
        file.extend(interface(1, 0, &[], false));
        for time in times {
            file.extend(match time {
                Some(time) => enhanced(0, *time, &[mark], false),
                None => block(3, &[words(&[1], false), vec![mark]].concat(), false),
            });
        }
        from_reader(Box::new(Cursor::new(file))).unwrap()
    };
    let a = file(&[Some(10), Some(30), None, Some(20), Some(50)], 1);
    let b = file(&[None, Some(10), Some(25), Some(50), Some(60)], 2);
    let mut merged = Merge::new(vec![a, b]);
    let (got, errors) = drain(&mut merged);
    assert!(errors.is_empty());
    let marks: Vec<_> = got.iter().map(|f| f.data[0]).collect();
    assert_eq!(marks, [2, 1, 2, 2, 1, 1, 1, 1, 2, 2]);
    assert!(got.iter().zip(1..).all(|(f, n)| f.number == n && f.file == u16::from(f.data[0]) - 1));
}

#[test]
fn a_damaged_file_does_not_keep_the_others_from_being_read() {
    let cut = pcap(1, &frames());
    let cut = cut[..cut.len() - 3].to_vec();
    let sources =
        [cut, pcap(1, &frames())].map(|file| from_reader(Box::new(Cursor::new(file))).unwrap());
    let mut merged = Merge::new(sources.into());
    let (got, errors) = drain(&mut merged);
    assert_eq!((got.len(), errors.len(), errors[0].file), (7, 1, 0));

    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.pcap");
    std::fs::write(&good, pcap(1, &frames())).unwrap();
    let missing = folder.path().join("missing.pcap");
    let (got, errors) = drain(&mut Merge::open(&[&missing, &good]));
    assert_eq!((got.len(), got[0].file, errors.len(), errors[0].file), (4, 1, 1, 0));
    assert!(matches!(errors[0].fault, Fault::Open(_)));
}
