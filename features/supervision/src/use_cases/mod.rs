//! The verbs: reminding, telling, saying what is a burden and answering it.

pub mod answer_feedback;
pub mod give_feedback;
pub mod remind_owing;
pub mod tell_account;
pub mod tell_schools;
