//! Where everything stands on the page (RULES GW-01 to GW-07).

use super::{BodyBlock, OfficialDocument};
use crate::limits::OfficeError;
use crate::wordml::{Body, Page, Para, field, mm};

/// A line in twips.
const PITCH: u32 = 579;

/// A4; margins 37, 26, 35, 28 mm; 22 lines of 28 characters. The grid says so to Word; the style of
/// all text (exact lines of 28.95 pt, characters drawn together by 0.3 pt, lines justified to the
/// block) keeps to it in programs that treat a character grid differently. The pitch is rounded down so that 22
/// lines and 28 characters fit: 22 × 28.95 pt = 636.9 of 637.8, 28 × 15.79 pt = 442.2 of 442.3.
const PAGE: Page = Page {
    width: 11_906,
    height: 16_838,
    top: mm(370),
    right: mm(260),
    bottom: mm(350),
    left: mm(280),
    footer: mm(251),
    grid: Some((PITCH, -850)),
};

/// Width of the text block in twips (156 mm).
pub const PAGE_BLOCK_TWIPS: u32 = PAGE.block();

/// One character of the grid in twips.
const CHAR: u32 = 316;
/// The issuer mark's largest size in half points: 22 mm high.
const MARK_MAX: u32 = 124;
const MARK_MIN: u32 = 44;
const KEEP: &str = "<w:keepNext/>";
/// What the frame of the imprint is anchored to.
const LAST: &str = r#"<w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>"#;

/// Writes the document as `.docx`.
///
/// # Errors
/// [`OfficeError::Write`] when it has no title.
pub fn write(doc: &OfficialDocument) -> Result<Vec<u8>, OfficeError> {
    if doc.title.trim().is_empty() {
        return Err(OfficeError::Write("公文没有标题".to_owned()));
    }
    let mut body = Body::default();
    head(&mut body, doc);
    title(&mut body, &doc.title);
    if !doc.recipients.trim().is_empty() {
        body.blank(1, "");
        let text = format!("{}：", doc.recipients.trim().trim_end_matches([':', '：']));
        body.para(&Para::new("Recipients", &text));
    }
    blocks(&mut body, &doc.body, doc.annexes.is_empty())?;
    annex_list(&mut body, &doc.annexes);
    signature(&mut body, doc);
    for (index, (name, content)) in doc.annex_bodies.iter().enumerate() {
        annex(
            &mut body,
            index,
            doc.annex_bodies.len().max(doc.annexes.len()),
            name,
            content,
        )?;
    }
    imprint(&mut body, doc);
    body.package(&PAGE, &one_line(&doc.title), page_numbers())
}

/// 版头: the red issuer mark, the number two lines under it, and the red line.
fn head(body: &mut Body, doc: &OfficialDocument) {
    let number = doc
        .number
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let Some(mark) = doc.issuer_mark.as_deref().filter(|m| !m.trim().is_empty()) else {
        if !number.is_empty() {
            // Without red head the number stands above the title, at the right.
            body.para(&Para::new("Normal", &number).with(r#"<w:jc w:val="right"/>"#));
            body.blank(1, "");
        }
        return;
    };
    let count = mark.chars().count().max(1) as u32;
    let size = (PAGE.block() / 10 * 97 / 100 / count).clamp(MARK_MIN, MARK_MAX);
    // Exactly as high as the letters, so that the upper edge stands 35 mm under the block's.
    let spacing = format!(
        r#"<w:spacing w:before="{}" w:line="{}" w:lineRule="exact"/>"#,
        mm(350),
        size * 11
    );
    let mut para = Para::new("Mark", mark).with(spacing);
    para.runs[0].1 = format!(r#"<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>"#);
    body.para(&para);
    // The mark's line is a tenth higher than its letters; the first empty line gives that back.
    let rest = format!(
        r#"<w:spacing w:line="{}" w:lineRule="exact"/>"#,
        PITCH - size
    );
    body.blank(1, &rest);
    body.blank(1, "");
    body.para(&Para::new("Number", &number));
    body.blank(2, "");
}

fn title(body: &mut Body, text: &str) {
    for line in title_lines(text) {
        body.para(&Para::new("DocTitle", &line));
    }
}

/// Half characters of 2号 in a line, less one at each side.
const TITLE_WIDTH: u32 = 38;

/// The title's lines: as the author broke them, or of even length, broken before 关于 or after a
/// mark or connective near the middle, never within a number.
pub(super) fn title_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut rest = line;
        while width(rest) > TITLE_WIDTH {
            let parts = width(rest).div_ceil(TITLE_WIDTH);
            let (now, later) = rest.split_at(break_near(rest, width(rest).div_ceil(parts)));
            lines.push(now.to_owned());
            rest = later;
        }
        lines.push(rest.to_owned());
    }
    lines
}

/// Where to break (in bytes) so that the line is about `wanted` half characters wide.
fn break_near(line: &str, wanted: u32) -> usize {
    let reach = wanted.saturating_sub(12).max(4)..=(wanted + 6).min(TITLE_WIDTH);
    let places = line
        .char_indices()
        .map(|(at, _)| at)
        .filter(|at| reach.contains(&width(&line[..*at])));
    // A number is not torn from itself or from its unit, a year not from its half or quarter, and
    // no line begins with a mark.
    let allowed = |at: &usize| {
        let (now, later) = line.split_at(*at);
        let unit = |c: char| c.is_ascii_digit() || "年月日号期个届次".contains(c);
        let torn = now.ends_with(|c: char| c.is_ascii_digit()) && later.starts_with(unit);
        let half_said = now.ends_with('年') && later.starts_with(['度', '第', '上', '下']);
        !torn && !half_said && !later.starts_with(['、', '，', '》', '）', '”', '的'])
    };
    let good = |at: &usize| {
        let (now, later) = line.split_at(*at);
        later.starts_with("关于")
            || now.ends_with([
                '、', '，', '》', '和', '与', '的', '年', '省', '市', '县', '局',
            ])
            || ["系统", "工作", "季度", "半年", "年度"]
                .iter()
                .any(|word| now.ends_with(word))
    };
    let distance = |at: &usize| width(&line[..*at]).abs_diff(wanted);
    let places: Vec<usize> = places.filter(allowed).collect();
    let best = places.iter().copied().filter(good).min_by_key(distance);
    let any = places.iter().copied().min_by_key(distance);
    best.or(any)
        .or_else(|| {
            line.char_indices()
                .nth(TITLE_WIDTH as usize / 2)
                .map(|(at, _)| at)
        })
        .unwrap_or(line.len())
}

/// `signed`: the last paragraph stays on the page of the signature, which may not stand alone.
fn blocks(body: &mut Body, blocks: &[BodyBlock], signed: bool) -> Result<(), OfficeError> {
    for (index, block) in blocks.iter().enumerate() {
        let keep = if signed && index + 1 == blocks.len() {
            KEEP
        } else {
            ""
        };
        match block {
            BodyBlock::Heading1(text) => body.para(&Para::new("Heading1", text)),
            BodyBlock::Heading2(text) => body.para(&Para::new("Heading2", text)),
            BodyBlock::Heading3(text) => body.para(&Para::new("Heading3", text)),
            BodyBlock::Heading4(text) => body.para(&Para::new("Heading4", text)),
            BodyBlock::Lead {
                level,
                heading,
                text,
            } => lead(body, *level, heading, text, keep),
            BodyBlock::Paragraph(text) => {
                for line in text.lines() {
                    body.para(&Para::new("BodyText", line).with(keep));
                }
            }
            BodyBlock::Table { columns, rows } => {
                body.table(columns, rows, PAGE.block());
                // Two tables without a paragraph between them would become one.
                if matches!(blocks.get(index + 1), Some(BodyBlock::Table { .. })) {
                    body.blank(1, "");
                }
            }
            BodyBlock::Caption(text) => body.para(&Para::new("Caption", text).with(KEEP)),
            BodyBlock::Chart(chart) => body.chart(chart, PAGE.block())?,
        }
    }
    Ok(())
}

fn lead(body: &mut Body, level: u8, heading: &str, text: &str, keep: &str) {
    let font = match level {
        1 => "黑体",
        2 => "楷体_GB2312",
        _ => "仿宋_GB2312",
    };
    let fonts = format!(
        r#"<w:rFonts w:hint="eastAsia" w:ascii="{font}" w:eastAsia="{font}" w:hAnsi="{font}"/>"#
    );
    let text = text.replace('\n', "");
    let runs = vec![(heading, fonts), (text.as_str(), String::new())];
    body.para(&Para {
        style: "BodyText",
        properties: keep.to_owned(),
        runs,
    });
}

/// 附件说明: one line under the text, two characters in, names aligned under each other.
fn annex_list(body: &mut Body, annexes: &[String]) {
    if annexes.is_empty() {
        return;
    }
    body.blank(1, "");
    let numbered = u32::from(annexes.len() > 1);
    for (index, name) in annexes.iter().enumerate() {
        let number = if numbered == 1 {
            format!("{}.", index + 1)
        } else {
            String::new()
        };
        let label = if index == 0 { "附件：" } else { "" };
        // They stay on the page of the signature, which may not stand alone.
        // 附件： takes three characters, a number about one.
        let hanging = if index == 0 { 3 + numbered } else { 1 };
        let indent = format!(
            r#"{KEEP}<w:ind w:left="{}" w:hanging="{}"/>"#,
            (5 + numbered) * CHAR,
            hanging * CHAR
        );
        body.para(&Para::new("Annexes", &format!("{label}{number}{name}")).with(indent));
    }
}

/// 署名和成文日期: room for the seal, the date four characters from the right, the signer centred
/// over it. What is longer than that room pushes the date inwards instead.
fn signature(body: &mut Body, doc: &OfficialDocument) {
    let date = doc.date.chinese();
    let (signer_width, date_width) = (width(&doc.signer), width(&date));
    // All in half characters from the right edge.
    let centre_twice = 2 * 8 + date_width;
    let signer_right = centre_twice.saturating_sub(signer_width) / 2;
    let date_right = (2 * signer_right + signer_width).saturating_sub(date_width) / 2;
    let right = |half_chars: u32| format!(r#"<w:ind w:right="{}"/>"#, half_chars * CHAR / 2);
    body.blank(3, KEEP);
    if !doc.signer.trim().is_empty() {
        body.para(&Para::new("Signature", doc.signer.trim()).with(right(signer_right)));
    }
    body.para(&Para::new("Signature", &date).with(format!(
        r#"<w:keepNext w:val="0"/>{}"#,
        right(date_right.max(8))
    )));
}

/// Width in half characters.
fn width(text: &str) -> u32 {
    text.trim()
        .chars()
        .map(|c| if c.is_ascii() { 1 } else { 2 })
        .sum()
}

/// 附件: its mark at the top left, its title in the third line.
fn annex(
    body: &mut Body,
    index: usize,
    count: usize,
    name: &str,
    content: &[BodyBlock],
) -> Result<(), OfficeError> {
    let mark = if count > 1 {
        format!("附件{}", index + 1)
    } else {
        "附件".to_owned()
    };
    body.para(&Para::new("AnnexMark", &mark).with("<w:pageBreakBefore/>"));
    body.blank(1, KEEP);
    title(body, name);
    body.blank(1, KEEP);
    blocks(body, content, false)
}

/// 版记: at the foot of the last page, thick lines above and below, a thin one between; text one
/// character in, lines as wide as the text block.
fn imprint(body: &mut Body, doc: &OfficialDocument) {
    let mut rows = Vec::new();
    if !doc.copy_to.trim().is_empty() {
        rows.push(format!(
            "\u{3000}抄送：{}。",
            doc.copy_to.trim().trim_end_matches('。')
        ));
    }
    if let Some((office, day)) = &doc.printed_by {
        rows.push(format!(
            "\u{3000}{}\t{}印发\u{3000}",
            office.trim(),
            day.chinese()
        ));
    }
    if rows.is_empty() {
        return;
    }
    // A frame at the foot of the block; its lines are the style's, which draws them around and
    // between neighbours of equal indents (LibreOffice 7 omits the one between, and loses the
    // frame when the lines are the paragraphs' own). The indent lets the lines after the first begin under the first
    // name: after four characters of 14 points.
    let width = PAGE.block();
    let properties = format!(
        r#"<w:framePr w:w="{width}" w:wrap="around" w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:yAlign="bottom"/><w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs><w:ind w:left="1120" w:hanging="1120"/>"#
    );
    for text in &rows {
        body.para(&Para::new("Imprint", text).with(properties.as_str()));
    }
    body.raw(LAST);
}

/// 页码: `— 1 —`, at the right on odd pages and the left on even ones, one character in.
fn page_numbers() -> [String; 2] {
    let number = |jc: &str, side: &str| {
        format!(
            r#"<w:p><w:pPr><w:pStyle w:val="PageNumber"/><w:ind w:{side}="281"/><w:jc w:val="{jc}"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r>{}<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>"#,
            field("PAGE", "1")
        )
    };
    [number("right", "right"), number("left", "left")]
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}
