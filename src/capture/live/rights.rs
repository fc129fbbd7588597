//! Giving up what is not needed any more once the interfaces are open: what is captured comes from
//! anybody, and a mistake in reading it should be worth as little as possible.
//!
//! In this order: the interfaces are opened; [`become_user`] leaves root, if it is root who runs the
//! program by sudo or with another user named; the first file is created, which thereby belongs to
//! that user; then [`confine`] takes the rest:
//!
//! - **Capabilities**: all but `CAP_NET_RAW`, and that too where no interface needs to be opened again. It
//!   is the price of an interface that is deleted and comes back: who takes over the process could
//!   capture, which it does anyway, and send frames. One that only goes down and up needs no right.
//!   Root who stays root keeps `CAP_DAC_OVERRIDE` to write where root writes; Landlock bounds it.
//! - **No new privileges**: no program that is run would get more rights; there is none to run.
//! - **Landlock**, where the kernel has it: files are created and deleted in the folder of the
//!   recording alone, read where the time zone, the state of interfaces and named files are; nothing is
//!   executed, no TCP port is bound or connected to, no signal and no abstract socket leaves.
//!
//! On systems other than Linux none of this is done, and [`InForce`] says so.

use std::{fmt, io, path::PathBuf};

/// Whom to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name, or the number where there is no name.
    pub name: String,
    /// The number of the user.
    pub uid: u32,
    /// The number of the group.
    pub gid: u32,
    /// The numbers of all groups.
    pub groups: Vec<u32>,
}

/// What is needed from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files are created and deleted in these folders.
    pub write: Vec<PathBuf>,
    /// These files and folders are read.
    pub read: Vec<PathBuf>,
    /// Interfaces are opened again when they come back.
    pub reopen: bool,
}

/// Why rights could not be given up.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// There is no such user.
    #[error("there is no user \"{0}\"; name one of this system, or a number")]
    NoUser(String),
    /// Only root can become somebody else.
    #[error("only root can go on as user {0}: run it with sudo, or leave --user out")]
    NotRoot(String),
    /// The system refuses.
    #[error("root cannot be left for user {user}: {error}; --user root stays root")]
    Refused {
        /// The user.
        user: String,
        /// Why.
        error: io::Error,
    },
    /// Not on this system.
    #[error("--user is not supported on this system")]
    Unsupported,
}

/// What holds for the process from now on; displays as half a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// One part each.
    pub parts: Vec<String>,
}

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join("; "))
    }
}

#[cfg(target_os = "linux")]
pub use linux::{account, become_user, confine};
#[cfg(not(target_os = "linux"))]
pub use other::{account, become_user, confine};

#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
mod other {
    use super::{Account, InForce, Needs, RightsError};

    /// Whom to become: nobody, on this system.
    ///
    /// # Errors
    /// Where somebody is named.
    pub fn account(asked: Option<&str>) -> Result<Option<Account>, RightsError> {
        asked.map_or(Ok(None), |_| Err(RightsError::Unsupported))
    }

    /// Does nothing on this system.
    ///
    /// # Errors
    /// Never.
    pub fn become_user(_: &Account) -> Result<(), RightsError> {
        Ok(())
    }

    /// Does nothing on this system, and says so.
    #[must_use]
    pub fn confine(_: &Needs) -> InForce {
        InForce { parts: vec!["as started: nothing is given up on this system".into()] }
    }
}
