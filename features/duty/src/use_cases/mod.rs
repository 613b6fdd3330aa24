//! The verbs: each one transaction that appends facts, looks at the duty again and leaves an entry
//! in the audit log.
