//! Sessions between `openssl s_client` and `openssl s_server -rev`, recorded by a relay between
//! them. The server sends each line back reversed.

use mqttscope::spec::Sender;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What the relay saw, in the order in which it came.
pub(crate) type Chunks = Vec<(Sender, Vec<u8>)>;

/// A session with its key log.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) chunks: Chunks,
    pub(crate) key_log: String,
    /// What the client printed.
    pub(crate) printed: String,
}

/// What the client does, one step after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// Writes a line and waits until it comes back reversed.
    Line(&'static str),
    /// Writes a line and waits a moment: for a server that does not send it back.
    Say(&'static str),
    /// Gives a command to s_client, such as `K` for a KeyUpdate that asks for another.
    Command(&'static str),
}

/// Certificates and a place for files.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        for (name, kind) in
            [("rsa", &["rsa:2048"][..]), ("ec", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])]
        {
            let mut openssl = Command::new("openssl");
            openssl.args([
                "req",
                "-x509",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/O=Test/CN=broker.example",
            ]);
            openssl.args(["-addext", "subjectAltName=DNS:broker.example,IP:127.0.0.1"]);
            openssl.arg("-newkey").args(kind);
            openssl.arg("-keyout").arg(bench.path(&format!("{name}.key")));
            openssl.arg("-out").arg(bench.path(&format!("{name}.pem")));
            let output = openssl.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server that serves one connection after the other until it is dropped.
    pub(crate) fn server(&self, args: &[&str]) -> Server {
        self.start(&[&["-rev"], args].concat())
    }

    /// The same, but it sends nothing back.
    pub(crate) fn silent_server(&self, args: &[&str]) -> Server {
        self.start(args)
    }

    fn start(&self, args: &[&str]) -> Server {
        let port = free_port();
        let mut openssl = Command::new("openssl");
        openssl.args(["s_server", "-accept", &format!("127.0.0.1:{port}")]);
        for (option, name) in
            [("-cert", "rsa.pem"), ("-key", "rsa.key"), ("-dcert", "ec.pem"), ("-dkey", "ec.key")]
        {
            openssl.arg(option).arg(self.path(name));
        }
        let child = openssl
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server { child, port };
        server.wait();
        server
    }

    /// One session of a client.
    pub(crate) fn session(&self, server: &Server, args: &[&str], does: &[Does]) -> Session {
        let relay = Relay::start(server.port);
        let log = tempfile::NamedTempFile::new_in(self.folder.path()).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-connect", &format!("127.0.0.1:{}", relay.port)]);
        openssl.args(["-servername", "broker.example"]).arg("-keylogfile").arg(log.path());
        openssl.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = openssl.spawn().unwrap();
        let mut stdin = client.stdin.take().unwrap();
        let printed = Arc::new(Mutex::new(String::new()));
        let readers = [
            follow(client.stdout.take().unwrap(), &printed),
            follow(client.stderr.take().unwrap(), &printed),
        ];
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut alive = true;
        for step in does {
            match step {
                Does::Line(line) => {
                    let back: String = line.chars().rev().collect();
                    alive &= writeln!(stdin, "{line}").is_ok();
                    while alive && !printed.lock().unwrap().contains(&back) {
                        assert!(
                            Instant::now() < deadline,
                            "{back} in vain: {}",
                            printed.lock().unwrap()
                        );
                        alive = client.try_wait().unwrap().is_none();
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
                Does::Say(line) => {
                    let _ = writeln!(stdin, "{line}");
                    std::thread::sleep(Duration::from_millis(200));
                }
                Does::Command(command) => {
                    let _ = write!(stdin, "{command}");
                    std::thread::sleep(Duration::from_millis(150));
                }
            }
        }
        let _ = writeln!(stdin, "Q");
        drop(stdin);
        let until = Instant::now() + Duration::from_secs(2);
        while client.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = client.kill();
        client.wait().unwrap();
        let printed = {
            readers.into_iter().for_each(|reader| reader.join().unwrap());
            printed.lock().unwrap().clone()
        };
        Session {
            chunks: relay.finish(),
            key_log: fs::read_to_string(log.path()).unwrap(),
            printed,
        }
    }
}

fn follow(
    mut from: impl Read + Send + 'static,
    into: &Arc<Mutex<String>>,
) -> std::thread::JoinHandle<()> {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
    })
}

pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn wait(&self) {
        let path = Path::new("/proc/net/tcp");
        let listens = format!("0100007F:{:04X} 00000000:0000 0A", self.port);
        for _ in 0..400 {
            if fs::read_to_string(path).unwrap().contains(&listens) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("openssl s_server does not listen on port {}", self.port);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Passes on what two ends send, and keeps it.
struct Relay {
    port: u16,
    chunks: Arc<Mutex<Chunks>>,
    is_over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Relay {
    fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let chunks = Arc::new(Mutex::new(Chunks::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (kept, over) = (Arc::clone(&chunks), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            // A client that fails before it connects must not be waited for.
            let Some(client) = accept(&listener, &over) else { return };
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| pass(&client, &server, Sender::Client, &kept, &over));
                scope.spawn(|| pass(&server, &client, Sender::Server, &kept, &over));
            });
        });
        Self { port, chunks, is_over, thread }
    }

    /// What was passed on; an end that never closes its connection is not waited for.
    fn finish(self) -> Chunks {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        std::mem::take(&mut self.chunks.lock().unwrap())
    }
}

/// The next connection; `None` where it is over before one comes.
fn accept(listener: &TcpListener, over: &AtomicBool) -> Option<TcpStream> {
    listener.set_nonblocking(true).unwrap();
    loop {
        match listener.accept() {
            Ok((client, _)) => {
                client.set_nonblocking(false).unwrap();
                return Some(client);
            }
            Err(_) if over.load(Ordering::Relaxed) => return None,
            Err(_) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn pass(
    mut from: &TcpStream,
    mut to: &TcpStream,
    sender: Sender,
    kept: &Mutex<Chunks>,
    over: &AtomicBool,
) {
    from.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut bytes = [0; 16_384];
    loop {
        match from.read(&mut bytes) {
            Ok(n @ 1..) => {
                kept.lock().unwrap().push((sender, bytes[..n].to_vec()));
                if to.write_all(&bytes[..n]).is_err() {
                    break;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
            _ => break,
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
