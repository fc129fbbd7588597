//! The table of statistics.

use super::filtered::Filtered;
use super::report::{Column, Layout};
use super::values::Field;
use super::{
    Statistic, aliases, clients, connections, endpoints, findings, interval, keep_alive, latencies,
    overhead, overview, reasons, sizes, topics, types, values,
};
use crate::filter::{Filter, FilterError};

/// What a statistic is, and how it is made.
///
/// ```
/// use mqttscope::stats::choose;
///
/// let (row, _) = choose("types", None)?;
/// assert_eq!((row.name, row.tshark), ("types", &["mqtt,tree"][..]));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct StatisticRow {
    /// What stands behind `-z`, and under `statistic` in JSON.
    pub name: &'static str,
    /// What it tells, as a clause for the help.
    pub about: &'static str,
    /// The statistics of tshark that are the same for MQTT, and names in its manner.
    pub tshark: &'static [&'static str],
    /// What may stand behind a comma, in words; empty where nothing may.
    pub argument: &'static str,
    /// What a record must have.
    pub needs: Needs,
    /// The columns of its report.
    pub columns: &'static [Column],
    /// How it is laid out for people.
    pub layout: Layout,
    make: fn(Setup<'_>) -> Result<Box<dyn Statistic>, String>,
}

/// What a record must have, to be counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Needs {
    /// The topic looked up.
    pub topic: bool,
    /// The client looked up.
    pub client: bool,
    /// Of some records the tree, the findings, or what the session tracker knows.
    pub whole: bool,
}

/// What the user says of a statistic.
#[derive(Debug)]
struct Setup<'a> {
    argument: Option<&'a str>,
    by: Option<Field>,
}

const NOTHING: Needs = Needs { topic: false, client: false, whole: false };
const TOPIC: Needs = Needs { topic: true, ..NOTHING };
const CLIENT: Needs = Needs { client: true, ..NOTHING };
const BOTH: Needs = Needs { client: true, ..TOPIC };
const WHOLE: Needs = Needs { whole: true, ..NOTHING };

/// What is shown where nothing is asked for.
pub const DEFAULT: [&str; 4] = ["overview", "types", "topics", "reasons"];

/// The statistics. A new one is a file and a row.
///
/// ```
/// use mqttscope::stats::STATISTICS;
///
/// assert!(STATISTICS.iter().any(|row| row.name == "latencies"));
/// ```
pub static STATISTICS: &[StatisticRow] = &[
    StatisticRow {
        name: "overview",
        about: "the whole run in a few figures, with a picture of its activity",
        tshark: &[],
        argument: "",
        needs: NOTHING,
        columns: overview::COLUMNS,
        layout: Layout::Card,
        make: |_| Ok(Box::new(overview::Overview::default())),
    },
    StatisticRow {
        name: "types",
        about: "packet types: how many of each, from clients and from servers",
        tshark: &["mqtt,tree"],
        argument: "",
        needs: NOTHING,
        columns: types::COLUMNS,
        layout: Layout::Bars("packets"),
        make: |_| Ok(Box::new(types::Types::default())),
    },
    StatisticRow {
        name: "topics",
        about: "topics: messages, bytes, rate, payload sizes, QoS, retained, publishers",
        tshark: &[],
        argument: "",
        needs: BOTH,
        columns: topics::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(topics::Topics::default())),
    },
    StatisticRow {
        name: "clients",
        about: "clients: what each sent and got",
        tshark: &[],
        argument: "",
        needs: CLIENT,
        columns: clients::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(clients::Clients::default())),
    },
    StatisticRow {
        name: "connections",
        about: "TCP connections: what went each way, and how long it lasted",
        tshark: &["conv,tcp"],
        argument: "",
        needs: CLIENT,
        columns: connections::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(connections::Connections::default())),
    },
    StatisticRow {
        name: "endpoints",
        about: "addresses and ports: what each sent and got",
        tshark: &["endpoints,tcp", "endpoints,udp"],
        argument: "",
        needs: NOTHING,
        columns: endpoints::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(endpoints::Endpoints::default())),
    },
    StatisticRow {
        name: "hosts",
        about: "the same by address alone",
        tshark: &["endpoints,ip", "endpoints,ipv6", "ip_hosts,tree", "ipv6_hosts,tree"],
        argument: "",
        needs: NOTHING,
        columns: endpoints::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(endpoints::Endpoints::by_host())),
    },
    StatisticRow {
        name: "reasons",
        about: "reason codes and return codes, by the packet that carries them",
        tshark: &[],
        argument: "",
        needs: NOTHING,
        columns: reasons::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(reasons::Reasons::default())),
    },
    StatisticRow {
        name: "latencies",
        about: "how long answers take: median, 99 % and maximum of each exchange",
        tshark: &["mqtt,srt"],
        argument: "",
        needs: WHOLE,
        columns: latencies::COLUMNS,
        layout: Layout::Table,
        make: |setup| Ok(Box::new(latencies::Latencies::new(setup.by))),
    },
    StatisticRow {
        name: "keepalive",
        about: "traffic that only keeps connections alive, by client",
        tshark: &[],
        argument: "",
        needs: CLIENT,
        columns: keep_alive::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(keep_alive::KeepAlive::default())),
    },
    StatisticRow {
        name: "overhead",
        about: "what the bytes are spent on, and what Topic Aliases would save",
        tshark: &[],
        argument: "",
        needs: TOPIC,
        columns: overhead::COLUMNS,
        layout: Layout::Bars("bytes"),
        make: |_| Ok(Box::new(overhead::Overhead::default())),
    },
    StatisticRow {
        name: "aliases",
        about: "what Topic Aliases would save, by topic",
        tshark: &[],
        argument: "",
        needs: TOPIC,
        columns: aliases::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(aliases::Aliases::default())),
    },
    StatisticRow {
        name: "interval",
        about: "what passed when: packets and bytes by intervals of so many seconds",
        tshark: &["io,stat"],
        argument: "SECONDS",
        needs: NOTHING,
        columns: interval::COLUMNS,
        layout: Layout::Bars("packets"),
        make: |setup| Ok(Box::new(interval::Interval::new(setup.argument)?)),
    },
    StatisticRow {
        name: "sizes",
        about: "how long packets and payloads are",
        tshark: &["plen,tree"],
        argument: "",
        needs: NOTHING,
        columns: sizes::COLUMNS,
        layout: Layout::Bars("packets"),
        make: |_| Ok(Box::new(sizes::Sizes::default())),
    },
    StatisticRow {
        name: "findings",
        about: "what was found wrong or worth knowing, by rule",
        tshark: &["expert"],
        argument: "",
        needs: WHOLE,
        columns: findings::COLUMNS,
        layout: Layout::Table,
        make: |_| Ok(Box::new(findings::Findings::default())),
    },
    StatisticRow {
        name: "values",
        about: "the values of the field of --by: packets and bytes of each",
        tshark: &[],
        argument: "FIELD",
        needs: WHOLE,
        columns: values::COLUMNS,
        layout: Layout::Bars("packets"),
        make: |setup| match setup.by {
            Some(field) => Ok(Box::new(values::Values::new(field))),
            None => Err("-z values counts the values of a field: name it with --by FIELD".into()),
        },
    },
];

/// The statistic that some words name: `topics`, `io,stat,0.5`, `topics,mqtt.qos == 2` with a filter.
///
/// # Errors
/// Why there is none.
///
/// ```
/// use mqttscope::stats::choose;
///
/// let (row, _) = choose("mqtt,tree", None).unwrap();
/// assert_eq!(row.name, "types");
/// assert!(choose("topcis", None).err().unwrap().contains("did you mean topics?"));
/// ```
pub fn choose(
    words: &str,
    by: Option<&str>,
) -> Result<(&'static StatisticRow, Box<dyn Statistic>), String> {
    // endpoints,ip is a name, too, not an argument of endpoints: the longest one counts.
    let named = STATISTICS.iter().filter_map(|row| Some((row, row.behind_name(words)?)));
    let Some((row, behind)) = named.min_by_key(|(_, behind)| behind.len()) else {
        return Err(unknown(words));
    };
    let (argument, filter) = match behind.split_once(',') {
        _ if row.argument.is_empty() => ("", behind),
        Some((argument, filter)) => (argument, filter),
        None => (behind, ""),
    };
    let argument = Some(argument).filter(|text| !text.is_empty());
    let is_field = row.argument == "FIELD";
    let by = argument.filter(|_| is_field).or(by);
    let argument = argument.filter(|_| !is_field);
    let by = by.map(Field::new).transpose().map_err(|error| match &error.hint {
        Some(hint) => format!("--by: {error}; {hint}"),
        None => format!("--by: {error}"),
    })?;
    let statistic = (row.make)(Setup { argument, by })?;
    Ok((row, filtered(row, filter, statistic)?))
}

/// The statistic of what its own filter chooses, where there is one.
fn filtered(
    row: &StatisticRow,
    text: &str,
    statistic: Box<dyn Statistic>,
) -> Result<Box<dyn Statistic>, String> {
    let wrong = |error: FilterError| {
        let hint = error.hint.as_ref().map_or(String::new(), |hint| format!("; {hint}"));
        // tshark's io,stat takes several, each with a column of its own.
        let is_list = text.match_indices(',').any(|(at, _)| {
            let parts = (text.get(..at), text.get(at.saturating_add(1)..));
            matches!(parts, (Some(a), Some(b)) if Filter::parse(a).is_ok() && Filter::parse(b).is_ok())
        });
        let hint =
            if is_list { "; one filter a -z: give -z once for each".to_owned() } else { hint };
        let text = crate::text::safe(text);
        format!(
            "-z {} takes nothing but a filter there, and \"{text}\" is none: {error}{hint}",
            row.name
        )
    };
    Ok(match Filter::parse(text).map_err(wrong)? {
        Some(filter) => Box::new(Filtered::new(filter, text, statistic)),
        None => statistic,
    })
}

impl StatisticRow {
    /// All of its names.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.name].into_iter().chain(self.tshark.iter().copied())
    }

    /// What stands behind one of its names and a comma; nothing where the name is all.
    fn behind_name<'w>(&self, words: &'w str) -> Option<&'w str> {
        let behind = self.names().filter_map(|name| match words.strip_prefix(name)? {
            "" => Some(""),
            rest => rest.strip_prefix(','),
        });
        behind.min_by_key(|behind| behind.len())
    }
}

/// Statistics of tshark that are something else here, by the beginnings of their names.
const ELSEWHERE: [(&str, &str); 4] = [
    ("io,phs", "-z types counts the packet types, and -z overhead what the bytes are spent on"),
    ("follow", "mqttscope session FILE STREAM shows a connection packet after packet"),
    ("flow", "mqttscope session FILE STREAM draws a connection as a time line"),
    ("rtp", "the statistics are of MQTT; -z help lists them"),
];

fn unknown(words: &str) -> String {
    let names = STATISTICS.iter().flat_map(StatisticRow::names);
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| words.starts_with(name));
    let hint = crate::text::nearest(words, names);
    let words = crate::text::safe(words);
    if let Some((_, hint)) = elsewhere {
        return format!("there is no statistic \"{words}\": {hint}");
    }
    match hint {
        Some(name) => format!("there is no statistic \"{words}\": did you mean {name}?"),
        None => format!("there is no statistic \"{words}\": -z help lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statistic_is_found_by_each_of_its_names() {
        for row in STATISTICS {
            for name in [row.name].iter().chain(row.tshark) {
                let (found, _) = choose(name, Some("mqtt.topic")).unwrap();
                assert_eq!(found.name, row.name, "{name}");
            }
        }
        assert_eq!(choose("io,stat,0.5", None).unwrap().0.name, "interval");
        for (words, name) in [
            ("topics,mqtt.qos == 2", "topics"),
            ("io,stat,1,mqtt.qos in {1, 2}", "interval"),
            ("conv,tcp,ip.addr == 10.0.0.1", "connections"),
            ("values,mqtt.qos,mqtt.msgtype == PUBLISH", "values"),
        ] {
            let (row, statistic) = choose(words, None).unwrap();
            assert_eq!((row.name, statistic.may_ask()), (name, true), "{words}");
        }
        assert!(DEFAULT.iter().all(|name| choose(name, None).is_ok()));
    }

    #[test]
    fn what_is_no_statistic_is_told() {
        let error = |words, by| choose(words, by).err().unwrap();
        assert!(error("topcis", None).contains("did you mean topics?"));
        assert!(error("nonsense", None).contains("-z help"));
        assert!(error("topics,1", None).contains("takes nothing but a filter"));
        let list = error("io,stat,1,mqtt.qos==0,mqtt.qos==1", None);
        assert!(list.ends_with("one filter a -z: give -z once for each"), "{list}");
        assert!(error("io,stat,soon", None).contains("seconds"));
        assert!(error("values", None).contains("--by"));
        assert!(error("values", Some("mqtt.topik")).contains("mqtt.topic"));
    }

    #[test]
    fn a_report_has_a_cell_for_each_column_and_no_column_stands_twice() {
        for row in STATISTICS {
            let (_, statistic) = choose(row.name, Some("mqtt.topic")).unwrap();
            let run = crate::stats::Run::default();
            let report = statistic.report(&run);
            let lines = report.order.iter().map(|row| (report.row)(*row));
            for cells in lines.chain(report.others.clone()).chain(report.total.clone()) {
                assert_eq!(cells.len(), row.columns.len(), "{}", row.name);
            }
            let mut keys: Vec<_> = row.columns.iter().map(|column| column.key).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), row.columns.len(), "{}", row.name);
        }
    }
}
