//! Which columns of the table stand beside each other, and how wide they are.

use super::table::COLUMNS;

/// The columns of one connection, as text.
pub(super) type Cells = [String; COLUMNS.len()];

/// Columns of the terminal between two columns of the table.
pub(super) const GAP: usize = 2;
/// Columns that the client id may take where there is room for all, ...
const CLIENT: usize = 64;
/// ... where the addresses would not fit otherwise, ...
const CLIENT_BESIDE: usize = 24;
/// ... and where the rest would not.
const CLIENT_LEAST: usize = 12;
/// The column of the client id.
const CLIENT_AT: usize = 1;
/// What goes below the line where there is no room beside the others, the first that goes first:
/// the addresses, what was sent, how long it lasted, the version.
const BELOW: &[&[usize]] = &[&[7], &[5, 6], &[4], &[2]];

/// The widths of the columns; those that go below the line have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    widths: [Option<usize>; COLUMNS.len()],
}

impl Layout {
    /// For cells that are so wide at most, in a terminal of `width` columns. Without a width there
    /// is room for everything.
    pub(super) fn new(widths: [usize; COLUMNS.len()], width: Option<usize>) -> Self {
        let mut layout = Self { widths: widths.map(Some) };
        let client = widths.get(CLIENT_AT).copied().unwrap_or(0).min(CLIENT);
        let room = width.unwrap_or(usize::MAX);
        layout.fit_client(client, CLIENT_BESIDE, room);
        for columns in BELOW {
            if layout.total() <= room {
                break;
            }
            for column in *columns {
                layout.set(*column, None);
            }
            layout.fit_client(client, CLIENT_LEAST, room);
        }
        layout
    }

    /// Makes the client id as narrow as the room wants it, but not narrower than `least`.
    fn fit_client(&mut self, client: usize, least: usize, room: usize) {
        self.set(CLIENT_AT, Some(client));
        let over = self.total().saturating_sub(room);
        self.set(CLIENT_AT, Some(client.saturating_sub(over).max(least.min(client))));
    }

    fn set(&mut self, column: usize, width: Option<usize>) {
        if let Some(place) = self.widths.get_mut(column) {
            *place = width;
        }
    }

    /// The columns of the terminal that a line takes.
    fn total(&self) -> usize {
        let each = self.widths.iter().flatten();
        each.fold(0usize, |sum, width| sum.saturating_add(*width).saturating_add(GAP))
            .saturating_sub(GAP)
    }

    /// The width of each column; `None` for one that goes below the line.
    pub(super) fn widths(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        self.widths.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(layout: &Layout) -> usize {
        layout.widths[CLIENT_AT].unwrap()
    }

    const USUAL: [usize; 8] = [6, 40, 5, 8, 7, 11, 11, 34];

    #[test]
    fn a_wide_terminal_shows_all_and_a_narrow_one_cuts_the_client_id_first() {
        let wide = Layout::new(USUAL, Some(200));
        assert_eq!((client(&wide), wide.widths[7]), (40, Some(34)));
        assert_eq!(wide, Layout::new(USUAL, None));
        let less = Layout::new(USUAL, Some(130));
        assert_eq!((client(&less), less.total()), (34, 130));
        let narrow = Layout::new(USUAL, Some(80));
        assert_eq!((client(&narrow), narrow.widths[7], narrow.total()), (20, None, 80));
        // Many packets, and times with a date.
        let crowded = Layout::new([6, 40, 5, 29, 10, 22, 22, 43], Some(80));
        assert_eq!(crowded.widths[5], None);
        assert!(crowded.total() <= 80 && client(&crowded) >= CLIENT_LEAST, "{crowded:?}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            client in 9usize..70_000,
            begins in 6usize..30,
            lasts in 5usize..14,
            sent in 11usize..60,
            width in 72usize..300,
        ) {
            let widths = [6, client, 5, begins, lasts, sent, sent, 91];
            let layout = Layout::new(widths, Some(width));
            prop_assert!(layout.total() <= width, "{layout:?}");
        }
    }
}
