//! Counts of right out of all, and the thresholds of "How good is good".

#[derive(Default, Clone, Copy)]
pub struct Count {
    pub right: usize,
    pub all: usize,
}

impl Count {
    /// Counts one; gives back whether it was right.
    pub fn add(&mut self, right: bool) -> bool {
        self.right += usize::from(right);
        self.all += 1;
        right
    }

    fn merge(&mut self, other: Count) {
        self.right += other.right;
        self.all += other.all;
    }

    /// At least so many in a hundred are right; nothing to count is right.
    fn reaches(self, percent: usize) -> bool {
        self.right * 100 >= percent * self.all
    }

    fn cell(self) -> String {
        if self.all == 0 {
            "-".to_owned()
        } else {
            format!("{}/{}", self.right, self.all)
        }
    }

    fn percent(self) -> String {
        let all = self.all.max(1);
        format!("{:.1} %", 100.0 * self.right as f64 / all as f64)
    }
}

#[derive(Default)]
pub struct Tally {
    /// Tasks with a deadline that were found.
    pub found: Count,
    /// Dates, cadences, hours and windows of those found.
    pub dates: Count,
    /// Wrong dates without a doubt.
    pub silent: usize,
    pub evidence: Count,
    pub targets: Count,
    /// Tasks that were read: right when they are tasks.
    pub not_tasks: Count,
    pub figures: Count,
    pub identities: Count,
    /// Not asked by the thresholds: all tasks, the head, phrases without figures, doubts and repairs.
    pub tasks: Count,
    pub head: Count,
    pub not_figures: Count,
    pub marks: Count,
}

impl Tally {
    fn columns(&self) -> [(&'static str, Count, Option<usize>); 11] {
        [
            ("found", self.found, Some(95)),
            ("dates", self.dates, Some(95)),
            ("evidence", self.evidence, Some(90)),
            ("targets", self.targets, Some(90)),
            ("are tasks", self.not_tasks, Some(95)),
            ("figures", self.figures, Some(95)),
            ("sums", self.identities, Some(100)),
            ("all tasks", self.tasks, None),
            ("head", self.head, None),
            ("no figure", self.not_figures, None),
            ("marks", self.marks, None),
        ]
    }

    pub fn heading() -> String {
        let names: String = Tally::default()
            .columns()
            .iter()
            .map(|c| format!("{:>10}", c.0))
            .collect();
        format!("{:30}{names}{:>8}", "document", "silent")
    }

    pub fn row(&self, name: &str) -> String {
        let cells: String = self
            .columns()
            .iter()
            .map(|c| format!("{:>10}", c.1.cell()))
            .collect();
        format!("{name:30}{cells}{:>8}", self.silent)
    }

    pub fn percents(&self) -> String {
        let cells: String = self
            .columns()
            .iter()
            .map(|c| format!("{:>10}", c.1.percent()))
            .collect();
        format!("{:30}{cells}", "")
    }

    pub fn add(&mut self, other: &Tally) {
        self.found.merge(other.found);
        self.dates.merge(other.dates);
        self.evidence.merge(other.evidence);
        self.targets.merge(other.targets);
        self.not_tasks.merge(other.not_tasks);
        self.figures.merge(other.figures);
        self.identities.merge(other.identities);
        self.tasks.merge(other.tasks);
        self.head.merge(other.head);
        self.not_figures.merge(other.not_figures);
        self.marks.merge(other.marks);
        self.silent += other.silent;
    }

    /// What falls short, in words.
    pub fn failures(&self) -> Vec<String> {
        let mut out: Vec<String> = self
            .columns()
            .into_iter()
            .filter_map(|(name, count, least)| Some((name, count, least?)))
            .filter(|(_, count, least)| !count.reaches(*least))
            .map(|(name, count, least)| {
                format!(
                    "{name}: {} of {}, at least {least} % wanted",
                    count.right, count.all
                )
            })
            .collect();
        if self.silent > 0 {
            out.push(format!(
                "wrong dates without a doubt: {}, none wanted",
                self.silent
            ));
        }
        out
    }
}
