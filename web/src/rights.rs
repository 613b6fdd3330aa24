//! 权限表: which role holds which right. One table for handlers, buttons, the generated matrix and
//! the test that tries every route.

use serde::{Deserialize, Serialize};

/// Writes an enum of codes with their Chinese words.
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $words:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $code)] $variant),* }
        impl $name {
            /// Every one, in the table's order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// Code in the database and on the command line.
            pub fn code(self) -> &'static str { match self { $($name::$variant => $code),* } }
            /// What users read.
            pub fn chinese(self) -> &'static str { match self { $($name::$variant => $words),* } }
            /// The one with that code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

coded! {
    /// 角色: held at a node of a tree, reaching below it.
    Role {
        SystemAdmin = "system_admin", "系统管理员";
        SecurityAdmin = "security_admin", "安全管理员";
        AuditAdmin = "audit_admin", "审计管理员";
        Leader = "leader", "领导";
        Officer = "officer", "党建办";
        Inspector = "inspector", "片区督查员";
        SuperiorSecretary = "superior_secretary", "总支（党委）书记";
        Secretary = "secretary", "支部书记";
        CommitteeMember = "committee_member", "支委委员";
        Principal = "principal", "校长";
        Member = "member", "党员";
        Guest = "guest", "来宾";
    }
}

coded! {
    /// 权限: what a route or a button asks for.
    Right {
        /// No account needed.
        Public = "public", "不需登录";
        /// Own account, own notices, own drafts and uploads.
        SignedIn = "signed_in", "登录即可";
        SeeOrganisations = "see_organisations", "查看组织";
        EditOrganisations = "edit_organisations", "维护组织";
        SeeMembers = "see_members", "查看党员名册";
        EditMembers = "edit_members", "维护党员名册";
        UnmaskMembers = "unmask_members", "查看证件号码原文";
        SeeRecords = "see_records", "查看工作纪实";
        KeepRecords = "keep_records", "记工作纪实";
        SeeDuties = "see_duties", "查看履职事项与佐证";
        WorkOnDuties = "work_on_duties", "办理履职事项";
        ReviewDuties = "review_duties", "审核报送";
        ExcuseDuties = "excuse_duties", "延期与免除";
        SeeSheets = "see_sheets", "查看交办单";
        IssueSheets = "issue_sheets", "起草与下发交办单";
        SeeProgress = "see_progress", "查看进度";
        SendReminders = "send_reminders", "催办";
        RankOrganisations = "rank_organisations", "评定与公布排名";
        SeeRankings = "see_rankings", "查看排名";
        ObjectToRankings = "object_to_rankings", "对排名提出异议";
        SeeBurden = "see_burden", "查看基层负担";
        SeeFeedback = "see_feedback", "查看意见反馈";
        AnswerFeedback = "answer_feedback", "答复意见反馈";
        ManageAccounts = "manage_accounts", "管理账号";
        GrantRoles = "grant_roles", "授予角色";
        ReadAudit = "read_audit", "查看审计日志";
        ManageSettings = "manage_settings", "系统设置";
    }
}

use Role::{
    AuditAdmin, CommitteeMember, Inspector, Leader, Member, Officer, Principal, Secretary,
    SecurityAdmin, SuperiorSecretary, SystemAdmin,
};

impl Right {
    /// The roles that hold it, at their node and below. `Public` and `SignedIn` ask for none.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Right::Public | Right::SignedIn => &[],
            Right::SeeOrganisations => &[
                Leader,
                Officer,
                Inspector,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
                Principal,
            ],
            Right::EditOrganisations => &[Officer],
            Right::SeeMembers => &[
                Leader,
                Officer,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
            ],
            Right::EditMembers => &[Officer, Secretary],
            Right::UnmaskMembers => &[Officer, Secretary],
            Right::SeeRecords => &[
                Leader,
                Officer,
                Inspector,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
            ],
            Right::KeepRecords => &[SuperiorSecretary, Secretary, CommitteeMember],
            Right::SeeDuties => &[
                Leader,
                Officer,
                Inspector,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
            ],
            Right::WorkOnDuties => &[SuperiorSecretary, Secretary, CommitteeMember],
            Right::ReviewDuties => &[Officer, SuperiorSecretary],
            Right::ExcuseDuties
            | Right::IssueSheets
            | Right::SendReminders
            | Right::RankOrganisations
            | Right::AnswerFeedback => &[Officer],
            // Which lines of a ranking they read is the ranking's own choice of audience.
            Right::SeeRankings => &[
                Leader,
                Officer,
                Inspector,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
            ],
            Right::ObjectToRankings => &[SuperiorSecretary, Secretary],
            Right::SeeBurden | Right::SeeFeedback => &[Leader, Officer],
            Right::SeeSheets => &[
                Leader,
                Officer,
                Inspector,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
                Principal,
            ],
            Right::SeeProgress => &[Leader, Officer, Inspector, SuperiorSecretary],
            Right::ManageAccounts | Right::ManageSettings => &[SystemAdmin],
            Right::GrantRoles => &[SecurityAdmin],
            Right::ReadAudit => &[AuditAdmin],
        }
    }

    /// 本组织的工作: done for one's own organisation only, never for those below.
    pub fn is_own_work(self) -> bool {
        matches!(
            self,
            Right::WorkOnDuties | Right::KeepRecords | Right::ObjectToRankings
        )
    }

    /// Whether that role holds it.
    pub fn is_held_by(self, role: Role) -> bool {
        self.roles().contains(&role)
    }
}

impl Role {
    /// 三员: they exclude each other and every other role.
    pub fn is_administrator(self) -> bool {
        matches!(self, SystemAdmin | SecurityAdmin | AuditAdmin)
    }

    /// Whether the role works for its own organisation only (its office), not for those below.
    pub fn is_of_one_organisation(self) -> bool {
        matches!(self, Secretary | CommitteeMember | Principal | Member)
    }
}
