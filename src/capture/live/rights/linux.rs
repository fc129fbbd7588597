//! As Linux does it: numbers of users, capabilities, Landlock.

use super::{Account, InForce, Needs, RightsError};
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use nix::unistd::{self, Gid, Uid, User};
use rustix::thread::{self, CapabilitySet, CapabilitySets};
use std::{ffi::CString, io, path::Path};

/// The interface of Landlock that is asked for; an older kernel does what it knows of it.
const LANDLOCK: ABI = ABI::V6;

/// What libpcap and the form of local times read at any time: the state of interfaces, the time zone.
const ALWAYS_READ: [&str; 4] = ["/sys", "/proc/net", "/etc/localtime", "/usr/share/zoneinfo"];

/// Whom to become: the user who is asked for, by name or number; else, for root, the user of sudo.
///
/// # Errors
/// Where there is no such user, or who asks is not root.
pub fn account(asked: Option<&str>) -> Result<Option<Account>, RightsError> {
    let is_root = unistd::geteuid().is_root();
    let account = match asked {
        Some(name) => named(name)?,
        None if is_root => {
            let Some(account) = of_sudo() else { return Ok(None) };
            account
        }
        None => return Ok(None),
    };
    if account.uid == unistd::geteuid().as_raw() {
        return Ok(None);
    }
    if is_root { Ok(Some(account)) } else { Err(RightsError::NotRoot(account.name)) }
}

fn named(name: &str) -> Result<Account, RightsError> {
    let found = match name.parse::<u32>() {
        Ok(uid) => User::from_uid(Uid::from_raw(uid)).ok().flatten().map_or_else(
            || Some(Account { name: name.into(), uid, gid: uid, groups: vec![uid] }),
            |user| Some(of_user(user)),
        ),
        Err(_) => User::from_name(name).ok().flatten().map(of_user),
    };
    found.ok_or_else(|| RightsError::NoUser(name.into()))
}

/// The user who ran sudo, as sudo tells. Only root's own environment is believed.
fn of_sudo() -> Option<Account> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u32>().ok();
    let uid = number("SUDO_UID").filter(|uid| *uid != 0)?;
    let gid = number("SUDO_GID").unwrap_or(uid);
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    Some(
        user.map_or_else(
            || Account { name: uid.to_string(), uid, gid, groups: vec![gid] },
            of_user,
        ),
    )
}

fn of_user(user: User) -> Account {
    let gid = user.gid.as_raw();
    let name = CString::new(user.name.as_str()).ok();
    let groups = name.and_then(|name| unistd::getgrouplist(&name, user.gid).ok());
    let groups = groups.map_or_else(|| vec![gid], |all| all.iter().map(|it| it.as_raw()).collect());
    Account { name: user.name, uid: user.uid.as_raw(), gid, groups }
}

/// Goes on as another user, for good. Capabilities are kept until [`confine`] takes them. To be called
/// while the process has no further threads.
///
/// # Errors
/// Where the system refuses.
pub fn become_user(account: &Account) -> Result<(), RightsError> {
    let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
    let groups: Vec<Gid> = account.groups.iter().map(|group| Gid::from_raw(*group)).collect();
    thread::set_keep_capabilities(true)
        .map_err(io::Error::from)
        .and_then(|()| unistd::setgroups(&groups).map_err(io::Error::from))
        .and_then(|()| unistd::setresgid(gid, gid, gid).map_err(io::Error::from))
        .and_then(|()| unistd::setresuid(uid, uid, uid).map_err(io::Error::from))
        .map_err(|error| RightsError::Refused { user: account.name.clone(), error })
}

/// Takes from the process, for good, what it does not need any more; tells what holds from now on. Where the
/// kernel can't do something, that is told too.
#[must_use]
pub fn confine(needs: &Needs) -> InForce {
    let parts = vec![user(), capabilities(needs), no_new_privileges(), landlock(needs)];
    InForce { parts }
}

fn user() -> String {
    let uid = unistd::geteuid();
    let name = User::from_uid(uid).ok().flatten().map(|user| user.name);
    let hint = if uid.is_root() { " (--user NAME leaves root)" } else { "" };
    name.map_or_else(|| format!("user {uid}"), |name| format!("user {name}{hint}"))
}

fn capabilities(needs: &Needs) -> String {
    let Ok(now) = thread::capabilities(None) else {
        return "capabilities unknown".into();
    };
    let mut wanted = CapabilitySet::empty();
    wanted.set(CapabilitySet::NET_RAW, needs.reopen);
    // A user's own files need no capability; root's right to write anywhere is one.
    let is_root = unistd::geteuid().is_root();
    wanted.set(CapabilitySet::DAC_OVERRIDE, is_root && !needs.write.is_empty());
    let kept = now.permitted & wanted;
    let sets =
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    let _ = thread::clear_ambient_capability_set();
    match thread::set_capabilities(None, sets) {
        Err(error) => format!("capabilities as started ({error})"),
        Ok(()) if kept.is_empty() => "no capabilities".into(),
        Ok(()) => {
            let names = [
                (CapabilitySet::NET_RAW, "net_raw"),
                (CapabilitySet::DAC_OVERRIDE, "dac_override"),
            ];
            let names: Vec<&str> =
                names.iter().filter(|(it, _)| kept.contains(*it)).map(|(_, name)| *name).collect();
            format!("of the capabilities {} alone", names.join(" and "))
        }
    }
}

fn no_new_privileges() -> String {
    match thread::set_no_new_privs(true) {
        Ok(()) => "no new privileges".into(),
        Err(error) => format!("new privileges possible ({error})"),
    }
}

fn landlock(needs: &Needs) -> String {
    let folders: Vec<String> = needs.write.iter().map(|it| it.display().to_string()).collect();
    let writes = if folders.is_empty() {
        "no file is written".into()
    } else {
        format!("files are written in {} alone", folders.join(", "))
    };
    match restrict(needs) {
        Ok(RulesetStatus::FullyEnforced) => {
            format!("Landlock: {writes}, nothing is executed, no TCP")
        }
        Ok(RulesetStatus::PartiallyEnforced) => {
            format!("Landlock as far as this kernel has it: {writes}, nothing is executed")
        }
        Ok(RulesetStatus::NotEnforced) => "this kernel has no Landlock".into(),
        Err(error) => format!("no Landlock ({error})"),
    }
}

fn restrict(needs: &Needs) -> Result<RulesetStatus, RulesetError> {
    let read = AccessFs::from_read(LANDLOCK) & !AccessFs::Execute;
    let write =
        read | AccessFs::MakeReg | AccessFs::RemoveFile | AccessFs::WriteFile | AccessFs::Truncate;
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?;
    for path in ALWAYS_READ {
        rules = beneath(rules, Path::new(path), read)?;
    }
    for path in &needs.read {
        rules = beneath(rules, path, read)?;
    }
    for path in &needs.write {
        rules = beneath(rules, path, write)?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// What is not there can't be read either, and needs no rule.
fn beneath(
    rules: RulesetCreated,
    path: &Path,
    access: landlock::BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let Ok(fd) = PathFd::new(path) else { return Ok(rules) };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(LANDLOCK) };
    rules.add_rule(PathBeneath::new(fd, access))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_by_name_and_number() {
        assert_eq!(named("root").unwrap().uid, 0);
        assert_eq!(named("0").unwrap().name, "root");
        let nobody_has_it = named("3999999999").unwrap();
        assert_eq!((nobody_has_it.uid, nobody_has_it.gid), (3_999_999_999, 3_999_999_999));
        let error = named("no such user").unwrap_err().to_string();
        assert!(error.starts_with("there is no user \"no such user\""), "{error}");
    }
}
