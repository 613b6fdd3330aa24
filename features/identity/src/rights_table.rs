//! 权限表 in words: the same table that guards the routes, as an auditor reads it.

use web::{Right, Role};

/// How far a right reaches for a role: `全部`, `本组织及以下`, `本组织`, `片区`, `本人`, or `—`.
pub fn reach_words(right: Right, role: Role) -> &'static str {
    match right {
        Right::Public => "全部",
        // Guests answer by a link, without an account.
        Right::SignedIn if role == Role::Guest => "—",
        Right::SignedIn => "本人",
        right if !right.is_held_by(role) => "—",
        right if right.is_own_work() => "本组织",
        _ => scope_words(role),
    }
}

/// Where a role reaches from the node it is held at.
pub fn scope_words(role: Role) -> &'static str {
    match role {
        Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => "全部",
        Role::Inspector => "片区",
        Role::Guest => "—",
        role if role.is_of_one_organisation() => "本组织",
        _ => "本组织及以下",
    }
}

/// One role in a sentence: `支部书记授予在一个党组织上，对本组织可以：查看组织、……。`
pub fn sentence(role: Role) -> String {
    let held: Vec<Right> = granted().filter(|right| right.is_held_by(role)).collect();
    match role {
        Role::Guest => return "来宾不用账号，凭链接填写一张表。".to_owned(),
        role if held.is_empty() => {
            return format!("{}登录后看本人的账号与通知，没有管理权限。", role.chinese());
        }
        _ => {}
    }
    let mut parts = Vec::new();
    for scope in ["全部", "片区", "本组织及以下", "本组织"] {
        let within = held
            .iter()
            .filter(|right| reach_words(**right, role) == scope);
        let words: Vec<_> = within.map(|right| right.chinese()).collect();
        let over = match scope {
            "全部" => "全系统",
            "片区" => "该片区的组织",
            other => other,
        };
        if !words.is_empty() {
            parts.push(format!("对{over}可以：{}", words.join("、")));
        }
    }
    format!(
        "{}{}，{}。",
        role.chinese(),
        place_words(role),
        parts.join("；")
    )
}

fn place_words(role: Role) -> &'static str {
    match role {
        Role::Inspector => "授予在一个片区上",
        Role::Principal => "授予在一所学校或一个党组织上",
        role if role.is_administrator() => "授予在最上级组织上",
        _ => "授予在一个党组织上",
    }
}

/// The rights that roles hold; the other two ask for none.
pub fn granted() -> impl Iterator<Item = Right> {
    Right::ALL
        .iter()
        .copied()
        .filter(|right| !matches!(right, Right::Public | Right::SignedIn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_as_a_sentence() {
        assert_eq!(
            sentence(Role::SystemAdmin),
            "系统管理员授予在最上级组织上，对全系统可以：管理账号、系统设置。"
        );
        assert!(
            sentence(Role::Inspector)
                .starts_with("片区督查员授予在一个片区上，对该片区的组织可以：")
        );
        assert!(
            sentence(Role::SuperiorSecretary)
                .contains("；对本组织可以：记工作纪实、办理履职事项、对排名提出异议。")
        );
        assert_eq!(reach_words(Right::SeeMembers, Role::SystemAdmin), "—");
        assert_eq!(reach_words(Right::SeeMembers, Role::Secretary), "本组织");
    }
}
