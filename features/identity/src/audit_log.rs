//! The audit log as its administrator asks for it: narrowed, newest first, in words.

use kernel::{Id, Instant};
use std::collections::BTreeMap;
use store::audit::Entry;
use store::{Db, Error};

pub use crate::store::{audit_actions as actions, audit_entries as entries, audit_head as head};

/// What is asked for; an empty text or none narrows nothing.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Part of a name.
    pub actor: String,
    /// A code.
    pub action: String,
    /// From then on.
    pub from: Option<Instant>,
    /// Before then.
    pub until: Option<Instant>,
    /// A thing.
    pub object: Option<Id>,
    /// Entries older than this one.
    pub before: Id,
    /// At most so many.
    pub limit: i64,
}

/// Names of the organisations where the entries lie, by path.
pub async fn places(db: &Db, entries: &[Entry]) -> Result<BTreeMap<String, String>, Error> {
    let mut paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    crate::store::names_of_paths(db, &paths).await
}

/// Verbs of the codes, `grant_role`.
const VERBS: &[(&str, &str)] = &[
    ("accept", "通过"),
    ("add", "新增"),
    ("apply", "应用"),
    ("ask", "申请"),
    ("attach", "附上"),
    ("change", "修改"),
    ("close", "办结"),
    ("collect", "清理"),
    ("create", "新增"),
    ("delete", "删除"),
    ("discard", "作废"),
    ("edit", "修改"),
    ("end", "结束"),
    ("excuse", "免除"),
    ("exempt", "免除"),
    ("export", "导出"),
    ("extend", "延期"),
    ("fail", "未能"),
    ("grant", "授予"),
    ("hand", "转交"),
    ("import", "导入"),
    ("issue", "下发"),
    ("make", "做成"),
    ("mark", "标记"),
    ("merge", "合并"),
    ("move", "调整"),
    ("open", "打开"),
    ("preview", "预览"),
    ("read", "查看"),
    ("rebuild", "重算"),
    ("record", "记录"),
    ("refuse", "不同意"),
    ("remind", "催办"),
    ("remove", "移除"),
    ("reset", "重置"),
    ("resume", "恢复"),
    ("return", "退回"),
    ("revoke", "收回"),
    ("save", "保存"),
    ("send", "发送"),
    ("set", "设定"),
    ("sign", "登录"),
    ("start", "开始"),
    ("submit", "报送"),
    ("suspend", "停用"),
    ("transfer", "转接"),
    ("undo", "撤销"),
    ("unmask", "查看原文"),
    ("update", "修改"),
    ("upload", "上传"),
    ("verify", "校验"),
    ("withdraw", "撤回"),
];

/// Things of the codes.
const THINGS: &[(&str, &str)] = &[
    ("access_token", "接口令牌"),
    ("account", "账号"),
    ("annex", "附件"),
    ("audit", "审计链"),
    ("channel", "消息通道"),
    ("delivery", "对外提醒"),
    ("backup", "备份"),
    ("draft", "草稿"),
    ("duties", "履职事项"),
    ("duty", "履职事项"),
    ("extension", "延期"),
    ("evidence", "佐证"),
    ("feedback", "意见反馈"),
    ("figure", "数字"),
    ("figures", "数字"),
    ("file", "文件"),
    ("files", "文件"),
    ("id_number", "证件号码"),
    ("import", "导入"),
    ("item", "事项"),
    ("member", "党员"),
    ("members", "党员名册"),
    ("membership", "组织关系"),
    ("node", "组织"),
    ("notice", "通知"),
    ("organisation", "组织"),
    ("organisations", "组织"),
    ("password", "密码"),
    ("post", "职务"),
    ("objection", "排名异议"),
    ("ranking", "排名"),
    ("record", "工作纪实"),
    ("reminder", "催办"),
    ("reminders", "催办"),
    ("role", "角色"),
    ("session", "一处登录"),
    ("sessions", "其他登录"),
    ("setting", "设置"),
    ("settings", "设置"),
    ("sheet", "交办单"),
    ("submission", "报送"),
    ("submissions", "报送"),
    ("tag", "标签"),
    ("unit", "单位"),
    ("zone", "片区"),
];

/// 动作: each deed of the features in words; what is not here is put together from its parts.
const WHOLE: &[(&str, &str)] = &[
    ("ask_backup", "要求立即备份"),
    ("make_backup", "完成备份"),
    ("fail_backup", "备份未成功"),
    ("remove_backup", "按保留期删除备份"),
    ("collect_files", "清理无引用的文件"),
    ("fill_demo", "生成演示数据"),
    ("sign_in", "登录"),
    ("sign_out", "退出登录"),
    ("fail_sign_in", "登录未成功"),
    ("undo", "撤回"),
    ("withdraw", "撤回"),
    ("accept_submission", "审核通过"),
    ("return_submission", "退回报送"),
    ("undo_review", "撤销审核"),
    ("submit_duty", "报送事项"),
    ("withdraw_submission", "撤回报送"),
    ("hand_on_duty", "转交事项"),
    ("ask_extension", "申请延期"),
    ("extend_duty", "同意延期"),
    ("refuse_extension", "不同意延期"),
    ("exempt_duty", "免除事项"),
    ("lift_exemption", "取消免除"),
    ("draft_sheet", "起草交办单"),
    ("save_sheet_draft", "保存交办单草稿"),
    ("discard_draft", "放弃草稿"),
    ("issue_sheet", "下发交办单"),
    ("close_sheet", "结束交办单"),
    ("void_sheet", "作废交办单"),
    ("add_annexes", "添加附件"),
    ("remove_annex", "移除附件"),
    ("keep_record", "记工作纪实"),
    ("change_record", "修改工作纪实"),
    ("remove_record", "撤销工作纪实"),
    ("create_organisation", "新建组织"),
    ("edit_organisation", "修改组织"),
    ("move_organisation", "调整隶属"),
    ("close_organisation", "撤并组织"),
    ("appoint_to_post", "任职"),
    ("end_post", "免职"),
    ("register_member", "登记党员"),
    ("edit_member", "修改党员信息"),
    ("transfer_member", "党员转支部"),
    ("unmask_id_number", "查看证件号码原文"),
    ("prepare_import", "预览导入"),
    ("import_organisations", "导入组织"),
    ("import_members", "导入党员"),
    ("begin_import", "开始导入"),
    ("map_import", "对应导入栏目"),
    ("settle_import", "选定拿不准的行"),
    ("cancel_import", "取消导入"),
    ("undo_import", "撤销导入"),
    ("export_members", "导出党员名册"),
    ("export_unmasked_members", "导出党员名册（完整号码）"),
    ("export_posts", "导出任职"),
    ("export_records", "导出工作纪实"),
    ("create_account", "新建账号"),
    ("begin_second_factor", "开始设置两步验证"),
    ("confirm_second_factor", "开启两步验证"),
    ("remove_second_factor", "关闭两步验证"),
    ("reset_second_factor", "重置两步验证"),
    ("fail_second_factor", "两步验证未通过"),
    ("renew_recovery_codes", "重新生成备用码"),
    ("ask_second_factor", "规定须两步验证的角色"),
    ("suspend_account", "停用账号"),
    ("resume_account", "恢复账号"),
    ("reset_password", "重置密码"),
    ("change_password", "修改密码"),
    ("end_session", "退出一处登录"),
    ("end_sessions", "退出其他登录"),
    ("grant_role", "授予角色"),
    ("revoke_role", "收回角色"),
    ("make_token", "生成接口令牌"),
    ("revoke_token", "收回接口令牌"),
    ("verify_audit", "校验审计链"),
    ("send_reminders", "催办"),
    ("give_feedback", "提出意见反馈"),
    ("answer_feedback", "答复意见反馈"),
    ("draft_ranking", "草拟排名"),
    ("change_ranking", "改排名设定"),
    ("delete_ranking", "删除草拟的排名"),
    ("send_ranking", "排名送核"),
    ("withdraw_ranking", "撤回排名"),
    ("object_to_ranking", "对排名提出异议"),
    ("answer_objection", "答复排名异议"),
    ("publish_ranking", "公布排名"),
    ("correct_ranking", "更正排名"),
    ("see_feedback", "已看意见反馈"),
    ("save_channel", "设定消息通道"),
    ("remove_channel", "删除消息通道"),
    ("test_channel", "测试消息通道"),
    ("fail_delivery", "提醒未送达"),
    ("retry_delivery", "重发未送达的提醒"),
    ("abandon_delivery", "放弃未送达的提醒"),
    ("set_reminders", "设定本人的提醒方式"),
    ("ask_code", "申请邮箱验证码"),
    ("verify_address", "验证邮箱"),
    ("fail_address", "邮箱验证未通过"),
];

/// Words for a code; the code itself beside them where a part is unknown.
pub fn words_for(code: &str) -> String {
    if let Some((_, words)) = WHOLE.iter().find(|(whole, _)| *whole == code) {
        return (*words).to_owned();
    }
    let (verb, thing) = code.split_once('_').unwrap_or((code, ""));
    let of = |table: &[(&str, &'static str)], word: &str| {
        table
            .iter()
            .find(|(code, _)| *code == word)
            .map(|(_, words)| *words)
    };
    match (of(VERBS, verb), of(THINGS, thing)) {
        (Some(verb), Some(thing)) => format!("{verb}{thing}"),
        (Some(verb), None) if thing.is_empty() => verb.to_owned(),
        _ => code.to_owned(),
    }
}

/// What a deed was done to, in words.
pub fn thing_for(kind: &str) -> &'static str {
    const KINDS: [(&str, &str); 9] = [
        ("requirement", "事项"),
        ("sheet", "交办单"),
        ("organisation", "组织"),
        ("node", "组织"),
        ("member", "党员"),
        ("account", "账号"),
        ("record", "工作纪实"),
        ("import", "导入"),
        ("feedback", "意见反馈"),
    ];
    let own = KINDS.iter().chain(THINGS).find(|(code, _)| *code == kind);
    own.map_or("其他", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::words_for;

    #[test]
    fn a_code_reads_as_words_or_stays_a_code() {
        assert_eq!(words_for("grant_role"), "授予角色");
        assert_eq!(words_for("sign_in"), "登录");
        assert_eq!(words_for("weigh_moon"), "weigh_moon");
    }
}
