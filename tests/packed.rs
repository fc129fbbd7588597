//! Compressed captures: the same frames as in the clear, also cut, damaged, in pieces and slow.

mod support;

use mqttscope::capture::{Fault, Source, from_reader};
use std::io::{self, Cursor, Read, Write};
use std::process::{Command, Stdio};
use support::conversation::tidy;
use support::{Owned, outside, pcap, read};

/// A way to compress, and the name under which its faults are told.
type Pack = (&'static str, fn(&[u8]) -> Vec<u8>);

const PACKS: [Pack; 3] = [("gzip", gzip), ("Zstandard", zstd), ("LZ4", lz4)];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new()
        .filename("a name")
        .comment("a comment")
        .extra(vec![1, 2, 3])
        .write(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    use lz4_flex::frame::{BlockSize, FrameInfo};
    let info = FrameInfo::new().content_checksum(true).block_checksums(true);
    let info = info.block_size(BlockSize::Max64KB);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn capture() -> Vec<u8> {
    pcap(1, &tidy())
}

#[test]
fn frames_are_those_of_the_clear_capture() {
    let clear = read(&capture()).0;
    for (name, pack) in PACKS {
        let (frames, errors) = read(&pack(&capture()));
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert_eq!(frames, clear, "{name}");
    }
}

#[test]
fn several_packed_pieces_are_one_capture() {
    let clear = read(&capture()).0;
    for (name, pack) in PACKS {
        for size in [1, 30, 700] {
            let pieces: Vec<_> = capture().chunks(size).flat_map(pack).collect();
            let (frames, errors) = read(&pieces);
            assert!(errors.is_empty(), "{name} {size}: {errors:?}");
            assert_eq!(frames, clear, "{name} {size}");
        }
    }
    // Frames that are to be skipped, before, between and behind.
    let skip = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let (first, second) = (&capture()[..100].to_vec(), &capture()[100..].to_vec());
    for pack in [zstd, lz4] {
        let file = [&pack(first)[..], &skip, &skip, &pack(second), &skip].concat();
        assert_eq!(read(&file).0, clear);
    }
    // gzip files may be padded with zeros.
    let (frames, errors) = read(&[gzip(&capture()), vec![0; 600]].concat());
    assert_eq!((frames, errors.len()), (clear, 0));
}

#[test]
fn a_cut_anywhere_gives_what_was_unpacked_and_tells_where() {
    let clear = read(&capture()).0;
    for (name, pack) in PACKS {
        let whole = pack(&capture());
        let mut most = 0;
        for length in 4..whole.len() {
            let (frames, errors) = read(&whole[..length]);
            assert!(clear.starts_with(&frames), "{name} cut at {length}");
            most = most.max(frames.len());
            assert_eq!(errors.len(), 1, "{name} cut at {length}");
            match &errors[0].fault {
                Fault::PackedEnds { packing, offset, .. } => {
                    assert_eq!((*packing, *offset <= length as u64), (name, true), "{length}");
                }
                Fault::Unpack { packing, .. } => assert_eq!(*packing, name),
                other => panic!("{name} cut at {length}: {other}"),
            }
        }
        // LZ4 and Zstandard give a block when it is there, and this capture is one.
        assert!(most == clear.len() || name != "gzip", "{name}: {most}");
    }
}

#[test]
fn what_was_good_before_a_fault_is_given() {
    // Long and not to be compressed, so that it takes many blocks.
    let mut seed = 7_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    let frames: Vec<Vec<u8>> = (0..6000).map(|_| (0..1000).map(|_| noise()).collect()).collect();
    let file = pcap(1, &frames);
    for (name, pack) in PACKS {
        let whole = pack(&file);
        for part in [3, 5, 7] {
            let at = whole.len() / 8 * part;
            let mut damaged = whole.clone();
            damaged[at..at + 64].iter_mut().for_each(|byte| *byte ^= 0x5a);
            for bytes in [&whole[..at], &damaged[..]] {
                let (got, errors) = read(bytes);
                assert_eq!(errors.len(), 1, "{name}");
                let told = errors[0].to_string();
                assert!(told.contains(name), "{told}");
                let least = frames.len() / 8 * (part - 1);
                let good = got.iter().zip(&frames).take_while(|(a, b)| &a.data == *b).count();
                assert!(good >= least, "{name} {part}: {good} of {least}: {told}");
            }
        }
    }
}

#[test]
fn a_changed_byte_is_found() {
    let clear = read(&capture()).0;
    for (name, pack) in PACKS {
        let whole = pack(&capture());
        for at in 0..whole.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= flip;
                let (frames, errors) = read(&damaged);
                assert!(frames == clear || !errors.is_empty(), "{name} byte {at} ^ {flip:#x}");
            }
        }
    }
}

#[test]
fn faults_of_the_capture_count_unpacked_bytes_and_say_so() {
    for (name, pack) in PACKS {
        let cut = capture();
        let (frames, errors) = read(&pack(&cut[..cut.len() - 1]));
        assert_eq!((frames.len() + 1, errors.len()), (tidy().len(), 1));
        let told = errors[0].to_string();
        let start = format!("unpacked from {name} ends early: the record at byte ");
        assert!(told.starts_with(&start), "{told}");
        for (inside, what) in [(&b""[..], "is empty"), (b"some text", "looks like text")] {
            let told = read(&pack(inside)).1[0].to_string();
            assert!(told.contains(name) && told.contains(what), "{told}");
        }
    }
}

/// Gives its pieces one at a time, each in as many reads as it takes.
struct Pieces {
    pieces: Vec<Vec<u8>>,
    read: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(first) = self.pieces.first_mut() else { return Ok(0) };
        let count = first.len().min(out.len());
        out[..count].copy_from_slice(&first[..count]);
        first.drain(..count);
        if first.is_empty() {
            self.pieces.remove(0);
            self.read.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        Ok(count)
    }
}

/// No frame waits for bytes beyond its own: with the piece that completes it, it is given.
#[test]
fn a_frame_is_given_with_the_piece_that_completes_it() {
    let file = capture();
    // The header with the first frame, then a frame each.
    let mut clear = vec![file[..24].to_vec()];
    let mut at = 24;
    for frame in tidy() {
        let end = at + 16 + frame.len();
        clear.last_mut().unwrap().extend(&file[at..end]);
        clear.push(Vec::new());
        at = end;
    }
    clear.pop();
    for (name, pieces) in [
        ("none", clear.clone()),
        ("gzip", flushed(&clear, Gzip::default())),
        ("Zstandard", flushed(&clear, zstd::Encoder::new(Vec::new(), 1).unwrap())),
    ] {
        let read = std::sync::Arc::default();
        let reader = Pieces { pieces, read: std::sync::Arc::clone(&read) };
        let mut source = from_reader(Box::new(reader)).unwrap();
        for number in 1..=tidy().len() {
            assert!(source.next_frame().unwrap().is_some());
            let pieces = read.load(std::sync::atomic::Ordering::SeqCst);
            assert_eq!(pieces, number, "{name}: frame {number} came with piece {pieces}");
            assert!(source.waits(), "{name}: frame {number} is the last that is here");
        }
    }
}

struct Gzip(flate2::write::GzEncoder<Vec<u8>>);

impl Default for Gzip {
    fn default() -> Self {
        Self(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()))
    }
}

/// A compressor that lets out what it has.
trait Flush: Write {
    fn take(&mut self) -> Vec<u8>;
}

impl Write for Gzip {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Flush for Gzip {
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.0.get_mut())
    }
}

impl Flush for zstd::Encoder<'_, Vec<u8>> {
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.get_mut())
    }
}

fn flushed(pieces: &[Vec<u8>], mut encoder: impl Flush) -> Vec<Vec<u8>> {
    let mut packed = Vec::new();
    for piece in pieces {
        encoder.write_all(piece).unwrap();
        encoder.flush().unwrap();
        packed.push(encoder.take());
    }
    packed
}

#[test]
fn a_reader_that_gives_one_byte_at_a_time_gives_the_same_frames() {
    struct Slow(Cursor<Vec<u8>>);
    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let one = out.len().min(1);
            self.0.read(&mut out[..one])
        }
    }
    let clear = read(&capture()).0;
    for (name, pack) in PACKS {
        let mut source = from_reader(Box::new(Slow(Cursor::new(pack(&capture()))))).unwrap();
        let (frames, errors) = support::drain(&mut source);
        assert_eq!((frames, errors.len()), (clear.clone(), 0), "{name}");
    }
}

/// What the usual programs write.
#[test]
fn the_output_of_the_usual_programs_is_read() {
    // Larger than what the formats look back on, and than a block.
    let frames: Vec<Vec<u8>> = (0..4000_usize).map(|n| vec![n as u8; 200 + n % 1300]).collect();
    let file = pcap(1, &frames);
    for (program, arguments) in [
        ("gzip", vec!["-c"]),
        ("gzip", vec!["-9c"]),
        ("zstd", vec!["-c"]),
        ("zstd", vec!["-19", "--long=24", "-c"]),
        ("lz4", vec!["-c"]),
        ("lz4", vec!["-9", "-BD", "-B4", "-c"]),
    ] {
        let Some(packed) = pipe(program, &arguments, &file) else {
            outside::missing(&format!("{program} is not installed"));
            continue;
        };
        let (got, errors): (Vec<Owned>, _) = read(&packed);
        assert!(errors.is_empty(), "{program} {arguments:?}: {errors:?}");
        assert!(got.iter().map(|f| &f.data).eq(&frames), "{program} {arguments:?}");
    }
}

fn pipe(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    });
    Some(output.stdout)
}

#[test]
fn a_window_that_is_too_large_is_told_with_the_way_around() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(&capture()).unwrap();
    let (frames, errors) = read(&encoder.finish().unwrap());
    assert!(frames.is_empty());
    let text = errors[0].fault.to_string();
    assert!(text.contains("128 MiB") && text.contains("zstd -d --long=31"), "{text}");
}
