//! The embedded store of one replica: values, tokens and the log of applied writes, in one file.
//!
//! A write is one transaction: the token is looked up, the version compared, the value stored, the token
//! remembered and the logical write logged, or none of it. A token that is already known answers
//! [`Written::Repeated`] and changes nothing. Tokens are kept in the order of their arrival and the oldest
//! forgotten beyond [`TOKENS_KEPT`]. Commits are not flushed one by one (a power cut may lose the last of
//! them); every [`FLUSH_EVERY`]th is, which also lets the store reuse its pages.

use crate::version::Version;
use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tokens remembered before the oldest is forgotten.
pub const TOKENS_KEPT: u64 = 100_000;
/// Every n-th commit is flushed to disk.
pub const FLUSH_EVERY: u64 = 4096;

const VALUES: TableDefinition<&str, (&str, &[u8])> = TableDefinition::new("values");
const TOKENS: TableDefinition<&str, u64> = TableDefinition::new("tokens");
const TOKEN_ORDER: TableDefinition<u64, &str> = TableDefinition::new("token_order");
const APPLIED: TableDefinition<&str, u32> = TableDefinition::new("applied");

/// The store refused or failed; the text is the store's own.
#[derive(Debug, thiserror::Error)]
#[error("store: {0}")]
pub struct StoreError(#[from] redb::Error);

/// One write as it arrives.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// The key.
    pub key: &'a str,
    /// The new value.
    pub value: &'a [u8],
    /// The idempotency token, if the client gave one.
    pub token: Option<&'a str>,
    /// The version that decides between two writes of a key.
    pub version: &'a Version,
    /// Identity of the logical write, for the audit only: it decides nothing.
    pub write_id: Option<&'a str>,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The value is now the key's value.
    Applied,
    /// The token is known: the write was answered before, and nothing changed.
    Repeated,
    /// A later write of the key is already here: nothing changed but the token's memory.
    Older,
}

/// What the log of applied writes says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Logical writes applied at least once.
    pub writes: u64,
    /// Identities of the logical writes applied more than once.
    pub duplicates: Vec<String>,
}

/// One replica's store.
#[derive(Debug)]
pub struct Store {
    db: Database,
    commits: AtomicU64,
}

impl Store {
    /// Opens or creates the store in a file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let db = Database::create(path).map_err(redb::Error::from)?;
        let store = Self { db, commits: AtomicU64::new(0) };
        store.create_tables()?;
        Ok(store)
    }

    fn create_tables(&self) -> Result<(), StoreError> {
        let transaction = self.begin(Durability::Immediate)?;
        transaction.open_table(VALUES).map_err(redb::Error::from)?;
        transaction.open_table(TOKENS).map_err(redb::Error::from)?;
        transaction.open_table(TOKEN_ORDER).map_err(redb::Error::from)?;
        transaction.open_table(APPLIED).map_err(redb::Error::from)?;
        Ok(transaction.commit().map_err(redb::Error::from)?)
    }

    fn begin(&self, durability: Durability) -> Result<WriteTransaction, redb::Error> {
        let mut transaction = self.db.begin_write()?;
        transaction.set_durability(durability)?;
        Ok(transaction)
    }

    /// Reads a key.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || -> Result<_, redb::Error> {
            let values = self.db.begin_read()?.open_table(VALUES)?;
            Ok(values.get(key)?.map(|row| row.value().1.to_vec()))
        };
        Ok(read()?)
    }

    /// Writes a key, once per token.
    pub fn put(&self, write: &Write<'_>) -> Result<Written, StoreError> {
        let flush = self.commits.fetch_add(1, Ordering::Relaxed) % FLUSH_EVERY == FLUSH_EVERY - 1;
        let transaction = self.begin(if flush { Durability::Immediate } else { Durability::None })?;
        let written = put_in(&transaction, write)?;
        if written == Written::Repeated {
            transaction.abort().map_err(redb::Error::from)?;
        } else {
            transaction.commit().map_err(redb::Error::from)?;
        }
        Ok(written)
    }

    /// Counts the logged writes whose identity starts with `prefix`.
    pub fn audit(&self, prefix: &str) -> Result<Audit, StoreError> {
        let count = || -> Result<_, redb::Error> {
            let applied = self.db.begin_read()?.open_table(APPLIED)?;
            let mut audit = Audit::default();
            for row in applied.range(prefix..)? {
                let (id, times) = row?;
                if !id.value().starts_with(prefix) {
                    break;
                }
                audit.writes += 1;
                if times.value() > 1 {
                    audit.duplicates.push(id.value().to_owned());
                }
            }
            Ok(audit)
        };
        Ok(count()?)
    }
}

fn put_in(transaction: &WriteTransaction, write: &Write<'_>) -> Result<Written, redb::Error> {
    if let Some(token) = write.token
        && !remember(transaction, token)?
    {
        return Ok(Written::Repeated);
    }
    let mut values = transaction.open_table(VALUES)?;
    let newer = values.get(write.key)?.is_none_or(|row| row.value().0 < write.version.as_str());
    if !newer {
        return Ok(Written::Older);
    }
    values.insert(write.key, (write.version.as_str(), write.value))?;
    if let Some(id) = write.write_id {
        let mut applied = transaction.open_table(APPLIED)?;
        let times = applied.get(id)?.map_or(0, |row| row.value());
        applied.insert(id, times + 1)?;
    }
    Ok(Written::Applied)
}

/// Remembers a token; false when it was known.
fn remember(transaction: &WriteTransaction, token: &str) -> Result<bool, redb::Error> {
    let mut tokens = transaction.open_table(TOKENS)?;
    if tokens.get(token)?.is_some() {
        return Ok(false);
    }
    let mut order = transaction.open_table(TOKEN_ORDER)?;
    let next = order.last()?.map_or(0, |(number, _)| number.value() + 1);
    tokens.insert(token, next)?;
    order.insert(next, token)?;
    if let Some(old) = next.checked_sub(TOKENS_KEPT) {
        let forgotten = order.remove(old)?.map(|row| row.value().to_owned());
        if let Some(forgotten) = forgotten {
            tokens.remove(forgotten.as_str())?;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::TempDir;

    fn put(store: &Store, token: Option<&str>, time: u64, value: &[u8]) -> Written {
        let version = Version::of_write(token, "a0", time);
        let write = Write { key: "k", value, token, version: &version, write_id: Some("w-1") };
        store.put(&write).unwrap()
    }

    #[test]
    fn a_repeated_token_changes_nothing() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&dir.path().join("s.redb")).unwrap();
        assert_eq!(put(&store, Some("t1"), 10, b"one"), Written::Applied);
        assert_eq!(put(&store, Some("t1"), 20, b"two"), Written::Repeated);
        assert_eq!(store.get("k").unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(store.audit("w").unwrap(), Audit { writes: 1, duplicates: vec![] });
    }

    #[test]
    fn without_a_token_a_repeated_write_is_applied_again() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&dir.path().join("s.redb")).unwrap();
        assert_eq!(put(&store, None, 10, b"one"), Written::Applied);
        assert_eq!(put(&store, None, 20, b"one"), Written::Applied);
        assert_eq!(store.audit("w").unwrap(), Audit { writes: 1, duplicates: vec!["w-1".to_owned()] });
        assert_eq!(store.audit("x").unwrap(), Audit::default());
    }

    #[test]
    fn an_older_write_loses_but_its_token_is_remembered() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&dir.path().join("s.redb")).unwrap();
        assert_eq!(put(&store, None, 20, b"new"), Written::Applied);
        assert_eq!(put(&store, Some("t0"), 10, b"old"), Written::Older);
        assert_eq!(put(&store, Some("t0"), 30, b"old"), Written::Repeated);
        assert_eq!(store.get("k").unwrap().as_deref(), Some(&b"new"[..]));
    }

    #[test]
    fn tokens_survive_reopening() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("s.redb");
        let store = Store::open(&path).unwrap();
        put(&store, Some("t1"), 10, b"one");
        drop(store);
        let store = Store::open(&path).unwrap();
        assert_eq!(put(&store, Some("t1"), 20, b"two"), Written::Repeated);
    }
}
