//! Files in an object store that speaks S3: `prefix/ab/cdef…`, and `prefix/.aside/ab/cdef…`. Put is
//! answered when the store has it for good, so the order is the same as on a disk: bytes, then row.

use super::{Listed, Shelf, Side, named::is_name};
use crate::Error;
use futures_util::TryStreamExt;
use kernel::Instant;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStoreExt, RetryConfig};
use std::time::Duration;

/// Where and as whom.
#[derive(Clone)]
pub struct ObjectStore {
    /// Bucket; it must be there.
    pub bucket: String,
    /// What every name begins with; may be empty.
    pub prefix: String,
    /// `https://s3.example.cn`; none: Amazon's own for the region.
    pub endpoint: Option<String>,
    /// Region; many stores take any.
    pub region: String,
    /// 访问密钥编号
    pub key_id: String,
    /// 访问密钥
    pub secret: String,
    /// Bucket in the path, not in the host name.
    pub path_style: bool,
}

impl std::fmt::Debug for ObjectStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectStore")
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(crate) struct Bucket {
    store: AmazonS3,
    prefix: String,
    /// A runtime of its own: callers are threads that wait, as they do for a disk. None only while
    /// it is being dropped.
    runtime: Option<tokio::runtime::Runtime>,
}

impl Bucket {
    pub fn open(wanted: &ObjectStore) -> Result<Bucket, Error> {
        // Installed once a process; a second time it says so and nothing changes.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = wanted
            .endpoint
            .as_deref()
            .is_some_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new()
            .with_allow_http(plain)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(60));
        let retry = RetryConfig {
            max_retries: 4,
            retry_timeout: Duration::from_secs(30),
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&wanted.bucket)
            .with_region(&wanted.region)
            .with_access_key_id(&wanted.key_id)
            .with_secret_access_key(&wanted.secret)
            .with_virtual_hosted_style_request(!wanted.path_style)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &wanted.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("object-store")
            .enable_all()
            .build()?;
        Ok(Bucket {
            store: builder.build().map_err(failed)?,
            prefix: wanted.prefix.trim_matches('/').to_owned(),
            runtime: Some(runtime),
        })
    }

    fn folder(&self, side: Side, head: &str) -> Path {
        let aside = match side {
            Side::Kept => "",
            Side::Aside => ".aside",
        };
        let parts = [self.prefix.as_str(), aside, head];
        Path::from_iter(
            parts
                .into_iter()
                .flat_map(|part| part.split('/'))
                .filter(|part| !part.is_empty()),
        )
    }

    fn place(&self, side: Side, digest: &str) -> Path {
        let (head, tail) = digest.split_at(digest.len().min(2));
        self.folder(side, head).join(tail)
    }

    /// Waits for the answer in this thread.
    fn wait<T: Send + 'static>(
        &self,
        asked: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let (send, receive) = std::sync::mpsc::channel();
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Whoever asked may be gone.
                let _ = send.send(asked.await);
            });
        }
        receive
            .recv()
            .map_err(|_| Error::File(std::io::ErrorKind::Interrupted.into()))
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shelf for Bucket {
    fn put(&self, digest: &str, bytes: &[u8]) -> Result<(), Error> {
        let (store, place) = (self.store.clone(), self.place(Side::Kept, digest));
        let bytes = bytes.to_vec();
        self.wait(async move { store.put(&place, bytes.into()).await })?
            .map_err(failed)?;
        Ok(())
    }

    fn get(&self, side: Side, digest: &str) -> Result<Option<Vec<u8>>, Error> {
        let (store, place) = (self.store.clone(), self.place(side, digest));
        let found = self.wait(async move { store.get(&place).await?.bytes().await })?;
        Ok(absent_is_none(found)?.map(|bytes| bytes.to_vec()))
    }

    fn has(&self, side: Side, digest: &str) -> Result<bool, Error> {
        let (store, place) = (self.store.clone(), self.place(side, digest));
        let found = self.wait(async move { store.head(&place).await })?;
        Ok(absent_is_none(found)?.is_some())
    }

    fn list(&self, side: Side, head: &str) -> Result<Vec<Listed>, Error> {
        use object_store::ObjectStore as _;
        let (store, folder) = (self.store.clone(), self.folder(side, head));
        let found = self.wait(async move {
            let listed: Result<Vec<_>, _> = store.list(Some(&folder)).try_collect().await;
            listed
        })?;
        let mut listed = Vec::new();
        for one in found.map_err(failed)? {
            let tail = one.location.filename().unwrap_or_default();
            let digest = format!("{head}{tail}");
            if is_name(&digest) {
                listed.push(Listed {
                    digest,
                    since: Instant(one.last_modified.timestamp_millis()),
                    bytes: one.size,
                });
            }
        }
        Ok(listed)
    }

    /// The copy's own time says since when it is there.
    fn shift(&self, digest: &str, to: Side, _now: Instant) -> Result<(), Error> {
        let from = match to {
            Side::Kept => Side::Aside,
            Side::Aside => Side::Kept,
        };
        let (from, to) = (self.place(from, digest), self.place(to, digest));
        let store = self.store.clone();
        self.wait(async move {
            store.copy(&from, &to).await?;
            store.delete(&from).await
        })?
        .map_err(failed)
    }

    fn remove(&self, side: Side, digest: &str) -> Result<(), Error> {
        let (store, place) = (self.store.clone(), self.place(side, digest));
        let done = self.wait(async move { store.delete(&place).await })?;
        absent_is_none(done)?;
        Ok(())
    }

    /// Half a put leaves nothing in an object store.
    fn sweep(&self, _before: Instant) -> Result<(), Error> {
        Ok(())
    }
}

fn absent_is_none<T>(found: object_store::Result<T>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: object_store::Error) -> Error {
    Error::File(std::io::Error::other(error))
}
