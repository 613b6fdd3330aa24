//! 网页附加文字: what a web page or a document-sharing site puts around and into a document.

use crate::pattern::Pattern;
use crate::text::Glyph;
use kernel::Day;
use std::ops::Range;

/// What the site said about the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Furniture {
    /// 发布时间: when the page was published.
    pub published: Option<Day>,
    /// 上传时间: when somebody uploaded a copy.
    pub uploaded: Option<Day>,
    /// The file's name, without its extension.
    pub file_name: Option<String>,
    /// How many lines were taken out.
    pub lines: usize,
}

static LINE: Pattern = Pattern::new(concat!(
    r"^(?:",
    r"(?:用户|全部|网友)?评论|资源描述|(?:点击)?(?:展开|查看|阅读)(?:阅读)?(?:全文|更多|全部).*|相关(?:资源|搜索|文档|推荐|附件下载)|",
    r"猜你喜欢|最新文档|热门文档|返回(?:顶部|首页|列表)|网站首页|(?:打印|关闭|收藏|分享|举报|下载)(?:本页|窗口|本文)?|",
    r"上传人[::].*|文档编号[::].*|上传(?:时间|日期)[::].*|文档(?:格式|大小|页数|热度)[::].*|下载相关.*|收藏 ?分享.*|",
    r"还能输入.*字.*|[上下]一篇[::].*|(?:您(?:当前|现在)的)?(?:当前)?位置[::].*|.*[Cc]opyright ?[@©].*|.*版权所有.*|.*ICP备.*|",
    r"亲,该文档总共.*|第 ?\d+ ?页 ?[/,,]? ?(?:共 ?\d+ ?页)?|共 ?\d+ ?页|.*_第\d+页|《.*》由会员分享.*|",
    r"[--— ]*\d{1,3}[--— ]+|\d+ ?/ ?\d+|",
    r"(?:来源|信息来源|稿源|作者|供稿|编辑)[::].*(?:浏览|点击|阅读|发布(?:时间|日期)).*|(?:发布|更新|发表)(?:时间|日期|于)[::].*|",
    r"(?:浏览|点击|阅读)(?:次数|量|数)?[::].*|[【\[]?字(?:号|体)[::].*|.*扫(?:一扫|码).*(?:分享|阅读|关注).*|责任编辑[::].*|分享到[::]?.*",
    r")$"
));
static FILE: Pattern = Pattern::new(r"^[^。]{4,80}\.(?:docx?|pdf|wps|pptx?|xlsx?)$");
static DATE: Pattern = Pattern::new(
    r"(发布|发表|更新|上传)(?:时间|日期|于)?[::]? ?(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})",
);
static MARKER: Pattern = Pattern::new(r"^ ?(\d{1,3})、");

/// Takes the furniture out, lines first, then page markers that stand inside the text.
pub fn without_furniture(glyphs: Vec<Glyph>, cells: &[Range<usize>]) -> (Vec<Glyph>, Furniture) {
    let mut found = Furniture::default();
    let mut kept: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    for line in glyphs.split_inclusive(|g| g.matched == '\n') {
        let in_table = line
            .first()
            .is_some_and(|g| cells.iter().any(|c| c.contains(&g.from)));
        let text: String = line.iter().map(|g| g.matched).collect();
        if in_table || !is_furniture(text.trim(), &mut found) {
            kept.extend_from_slice(line);
        } else {
            found.lines += 1;
        }
    }
    let kept = if cells.is_empty() {
        without_page_markers(kept, found.lines > 0)
    } else {
        kept
    };
    (kept, found)
}

fn is_furniture(line: &str, found: &mut Furniture) -> bool {
    if line.is_empty() || line.chars().count() > 160 {
        return false;
    }
    if FILE.is_match(line) {
        let stem = line.rsplit_once('.').map_or(line, |(stem, _)| stem);
        found
            .file_name
            .get_or_insert_with(|| stem.trim().to_owned());
        return true;
    }
    if !LINE.is_match(line) {
        return false;
    }
    if let Some(c) = DATE.captures(line)
        && let (Ok(y), Ok(m), Ok(d)) = (c[2].parse(), c[3].parse(), c[4].parse())
    {
        let place = if &c[1] == "上传" {
            &mut found.uploaded
        } else {
            &mut found.published
        };
        *place = place.or(Day::new(y, m, d));
    }
    true
}

/// One page as a sharing site shows it.
struct Page {
    /// Glyphs of the marker, with the white space before it.
    marker: Range<usize>,
    /// Where the marker's page ends.
    end: usize,
}

/// A sharing site numbers the pages it shows (`2、`) and cuts words in two there. They are told from
/// a numbered list by their length and by sentences that do not end before the next number.
fn without_page_markers(glyphs: Vec<Glyph>, site: bool) -> Vec<Glyph> {
    let pages = pages(&glyphs);
    let cut = pages
        .windows(2)
        .filter(|w| !ends_sentence(&glyphs[..w[0].end]))
        .count();
    let length = if site { 60 } else { 200 };
    let long =
        pages.iter().map(|p| p.end - p.marker.end).sum::<usize>() + length >= pages.len() * length;
    let enough = if site { 2 } else { 3 };
    if pages.len() < enough || !long || cut * 2 < pages.len() - 1 {
        return glyphs;
    }
    let mut out = Vec::with_capacity(glyphs.len());
    let mut at = 0;
    for page in &pages {
        out.extend_from_slice(&glyphs[at..page.marker.start]);
        let joins = out.last().is_some_and(|g| g.matched != '\n') && !ends_sentence(&out);
        if !joins && let Some(glyph) = glyphs.get(page.marker.start).filter(|g| g.matched == '\n') {
            out.push(*glyph);
        }
        at = page.marker.end;
    }
    out.extend_from_slice(&glyphs[at..]);
    out
}

fn ends_sentence(glyphs: &[Glyph]) -> bool {
    let last = glyphs.iter().rev().find(|g| !g.matched.is_whitespace());
    last.is_none_or(|g| "。;;!!??::".contains(g.matched))
}

fn pages(glyphs: &[Glyph]) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut at = 0;
    for line in glyphs.split_inclusive(|g| g.matched == '\n') {
        let text: String = line.iter().map(|g| g.matched).collect();
        if let Some(c) = MARKER.captures(&text)
            && c[1].parse() == Ok(pages.len() + 1)
        {
            let blank = glyphs[..at]
                .iter()
                .rev()
                .take_while(|g| g.matched.is_whitespace())
                .count();
            if let Some(last) = pages.last_mut() {
                last.end = at - blank;
            }
            let length = c[0].chars().count();
            pages.push(Page {
                marker: at - blank..at + length,
                end: glyphs.len(),
            });
        }
        at += line.len();
    }
    pages
}

#[cfg(test)]
mod tests {
    use crate::repair::repair;
    use kernel::document::Document;

    fn text(said: &str) -> String {
        repair(&Document::from_text(said)).text.as_str().to_owned()
    }

    #[test]
    fn the_site_s_own_lines_go() {
        let r = repair(&Document::from_text(
            "来源:办公室 浏览:47次发布时间:2024-03-13 14:08\n一、抓学习\n展开阅读全文\n- 3 -\n",
        ));
        assert_eq!(r.text.as_str().trim(), "一、抓学习");
        assert_eq!(
            r.furniture.published.map(|d| d.to_string()).as_deref(),
            Some("2024-03-13")
        );
    }

    #[test]
    fn page_markers_that_cut_words_go_and_lists_stay() {
        let page = "清禾县各学校认真落实工作要求扎实推进各项任务".repeat(12);
        let said = format!("1、{page}自行聘\n\n2、用人员12人{page}全县党\n\n3、员共20人。");
        let read = text(&said);
        assert!(read.contains("自行聘用人员12人"));
        assert!(read.contains("全县党员共20人"));
        assert!(text("1、抓学习\n2、抓作风\n3、抓落实").contains("2、抓作风"));
    }
}
