//! Invented names, the same in every run: a small generator that owes nothing to the clock.

use kernel::Day;

/// A repeatable sequence of choices.
pub struct Choice(u64);

impl Choice {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Choice {
        Choice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    /// One of them.
    pub fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const SURNAMES: [&str; 48] = [
    "周", "吴", "郑", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "许", "何", "吕",
    "施", "孔", "曹", "严", "华", "金", "魏", "陶", "姜", "戚", "谢", "邹", "喻", "柏", "窦", "章",
    "苏", "潘", "葛", "范", "彭", "鲁", "韦", "马", "方", "俞", "任", "袁", "柳", "史", "唐", "薛",
];
const FIRST: [&str; 32] = [
    "文", "建", "晓", "明", "志", "海", "国", "雅", "春", "秀", "玉", "红", "立", "永", "德", "思",
    "佳", "雨", "天", "子", "敏", "静", "丽", "伟", "宏", "庆", "荣", "淑", "俊", "嘉", "若", "砚",
];
const SECOND: [&str; 32] = [
    "渊", "军", "燕", "轩", "远", "涛", "平", "琴", "兰", "英", "霞", "峰", "民", "生", "义", "源",
    "怡", "桐", "佑", "涵", "青", "溪", "华", "强", "莉", "梅", "成", "芳", "杰", "禾", "林", "安",
];

/// A full name.
pub fn person(choice: &mut Choice) -> String {
    let middle = if choice.chance(82) {
        choice.of(&FIRST)
    } else {
        ""
    };
    format!("{}{middle}{}", choice.of(&SURNAMES), choice.of(&SECOND))
}

/// A valid ID number of the unassigned area 990000; the sequence makes it unique.
pub fn id_number(birth: Day, sequence: usize, male: bool) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let order = (sequence * 2 + usize::from(male)) % 1000;
    let body = format!(
        "990000{:04}{:02}{:02}{order:03}",
        birth.year(),
        birth.month(),
        birth.day()
    );
    let sum: u32 = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(b, w)| u32::from(b - b'0') * w)
        .sum();
    let check = b"10X98765432"[(sum % 11) as usize] as char;
    format!("{body}{check}")
}
