//! 节日: days of the calendar that documents use as deadlines.

use kernel::Day;

/// When a named day falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Festival {
    /// The same month and day every year.
    Fixed(i8, i8),
    /// 清明
    Qingming,
    /// A day of the lunar calendar, by its place in [`LUNAR`].
    Lunar(usize),
}

/// Names of days, longest first where one holds another.
pub const NAMES: &[(&str, Festival)] = &[
    ("国家安全教育日", Festival::Fixed(4, 15)),
    ("国家宪法日", Festival::Fixed(12, 4)),
    ("国家公祭日", Festival::Fixed(12, 13)),
    ("烈士纪念日", Festival::Fixed(9, 30)),
    ("国际禁毒日", Festival::Fixed(6, 26)),
    ("学雷锋纪念日", Festival::Fixed(3, 5)),
    ("学雷锋日", Festival::Fixed(3, 5)),
    ("世界读书日", Festival::Fixed(4, 23)),
    ("消防宣传日", Festival::Fixed(11, 9)),
    ("三八妇女节", Festival::Fixed(3, 8)),
    ("五一劳动节", Festival::Fixed(5, 1)),
    ("五四青年节", Festival::Fixed(5, 4)),
    ("六一儿童节", Festival::Fixed(6, 1)),
    ("七一建党节", Festival::Fixed(7, 1)),
    ("八一建军节", Festival::Fixed(8, 1)),
    ("十一国庆节", Festival::Fixed(10, 1)),
    ("植树节", Festival::Fixed(3, 12)),
    ("妇女节", Festival::Fixed(3, 8)),
    ("劳动节", Festival::Fixed(5, 1)),
    ("青年节", Festival::Fixed(5, 4)),
    ("儿童节", Festival::Fixed(6, 1)),
    ("建党节", Festival::Fixed(7, 1)),
    ("建军节", Festival::Fixed(8, 1)),
    ("教师节", Festival::Fixed(9, 10)),
    ("国庆节", Festival::Fixed(10, 1)),
    ("宪法日", Festival::Fixed(12, 4)),
    ("国庆", Festival::Fixed(10, 1)),
    ("元旦", Festival::Fixed(1, 1)),
    ("三八", Festival::Fixed(3, 8)),
    ("五一", Festival::Fixed(5, 1)),
    ("五四", Festival::Fixed(5, 4)),
    ("六一", Festival::Fixed(6, 1)),
    ("七一", Festival::Fixed(7, 1)),
    ("七·一", Festival::Fixed(7, 1)),
    ("八一", Festival::Fixed(8, 1)),
    ("十一", Festival::Fixed(10, 1)),
    ("清明节", Festival::Qingming),
    ("清明", Festival::Qingming),
    ("春节", Festival::Lunar(0)),
    ("元宵节", Festival::Lunar(1)),
    ("元宵", Festival::Lunar(1)),
    ("端午节", Festival::Lunar(2)),
    ("端午", Festival::Lunar(2)),
    ("中秋节", Festival::Lunar(3)),
    ("中秋", Festival::Lunar(3)),
    ("重阳节", Festival::Lunar(4)),
    ("重阳", Festival::Lunar(4)),
];

/// 春节, 元宵, 端午, 中秋, 重阳 of each year as month × 100 + day, from 2015.
const LUNAR: [[i16; 5]; 16] = [
    [219, 305, 620, 927, 1021],
    [208, 222, 609, 915, 1009],
    [128, 211, 530, 1004, 1028],
    [216, 302, 618, 924, 1017],
    [205, 219, 607, 913, 1007],
    [125, 208, 625, 1001, 1025],
    [212, 226, 614, 921, 1014],
    [201, 215, 603, 910, 1004],
    [122, 205, 622, 929, 1023],
    [210, 224, 610, 917, 1011],
    [129, 212, 531, 1006, 1029],
    [217, 303, 619, 925, 1018],
    [206, 220, 609, 915, 1008],
    [126, 209, 528, 1003, 1026],
    [213, 227, 616, 922, 1016],
    [203, 217, 605, 912, 1005],
];

impl Festival {
    /// The day in that year; `None` for lunar days of years outside the table (2015 to 2030).
    pub fn in_year(self, year: i16) -> Option<Day> {
        match self {
            Festival::Fixed(month, day) => Day::new(year, month, day),
            Festival::Qingming => Day::new(year, 4, if matches!(year % 4, 0 | 1) { 4 } else { 5 }),
            Festival::Lunar(which) => {
                let row = LUNAR.get(usize::try_from(year - 2015).ok()?)?;
                let code = *row.get(which)?;
                Day::new(year, (code / 100) as i8, (code % 100) as i8)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn festivals_fall_on_their_days() {
        let day = |name: &str, year| {
            let (_, festival) = NAMES.iter().find(|(n, _)| *n == name).unwrap();
            festival.in_year(year).unwrap().to_string()
        };
        assert_eq!(day("七一", 2024), "2024-07-01");
        assert_eq!(day("清明", 2023), "2023-04-05");
        assert_eq!(day("中秋", 2025), "2025-10-06");
        assert_eq!(day("春节", 2026), "2026-02-17");
    }
}
