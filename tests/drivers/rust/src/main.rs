// SPDX-License-Identifier: MIT
//! The Rust driver against a node: schema, every type it knows, pages, batches, LWT.
//!
//!     drivers HOST:PORT [SHARDS]
//!
//! With SHARDS, a row's request must come from a connection of the shard that owns it.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt::Debug;
use std::net::IpAddr;

use futures::TryStreamExt;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::frame::Compression;
use scylla::serialize::value::SerializeValue;
use scylla::deserialize::value::DeserializeValue;
use scylla::statement::batch::Batch;
use scylla::statement::Statement;
use scylla::value::{Counter, CqlDate, CqlDecimal, CqlDuration, CqlTime, CqlTimestamp, CqlTimeuuid, CqlVarint};
use scylla::{DeserializeValue, SerializeValue};
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const KEYSPACE: &str = "drivers_rust";

#[derive(Debug, Clone, PartialEq, SerializeValue, DeserializeValue)]
struct Address {
    street: Option<String>,
    number: Option<i32>,
    tags: Option<Vec<String>>,
}

struct Run {
    session: Session,
    checked: u32,
}

impl Run {
    fn equal<T: PartialEq + Debug>(&mut self, got: T, want: T, what: &str) {
        self.checked += 1;
        assert_eq!(got, want, "{what}");
    }

    async fn make(&self, cql: &str) -> Result<()> {
        self.session.query_unpaged(cql, ()).await.map_err(|e| format!("{cql}: {e}"))?;
        Ok(())
    }

    /// Writes a value of a type and reads it back; and null.
    async fn value<T>(&mut self, name: &str, cql: &str, value: T) -> Result<()>
    where
        T: SerializeValue + for<'f, 'm> DeserializeValue<'f, 'm> + PartialEq + Debug + Clone,
    {
        let table = format!("{KEYSPACE}.v_{name}");
        self.make(&format!("CREATE TABLE {table} (id int PRIMARY KEY, v {cql})")).await?;
        let insert = self.session.prepare(format!("INSERT INTO {table} (id, v) VALUES (?, ?)")).await?;
        let select = self.session.prepare(format!("SELECT v FROM {table} WHERE id = ?")).await?;
        self.session.execute_unpaged(&insert, (1, &value)).await?;
        self.session.execute_unpaged(&insert, (2, None::<T>)).await?;
        let rows = self.session.execute_unpaged(&select, (1,)).await?.into_rows_result()?;
        let (got,) = rows.single_row::<(T,)>()?;
        self.equal(got, value, cql);
        let rows = self.session.execute_unpaged(&select, (2,)).await?.into_rows_result()?;
        let (got,) = rows.single_row::<(Option<T>,)>()?;
        self.equal(got, None, "null");
        Ok(())
    }

    async fn every_type(&mut self) -> Result<()> {
        let id = Uuid::parse_str("123e4567-e89b-12d3-a456-426614174000")?;
        let time: CqlTimeuuid = "50554d6e-29bb-11e5-b345-feff819cdc9f".parse()?;
        let address = Address { street: Some("Main".into()), number: Some(5), tags: Some(vec!["a".into()]) };
        let four: IpAddr = "10.0.0.1".parse()?;
        let six: IpAddr = "2001:db8::1".parse()?;

        self.value("ascii", "ascii", "ascii".to_string()).await?;
        self.value("bigint", "bigint", i64::MIN).await?;
        self.value("blob", "blob", vec![0u8, 0xca, 0xfe]).await?;
        self.value("boolean", "boolean", true).await?;
        self.value("date", "date", CqlDate((1 << 31) + 18295)).await?;
        let decimal = CqlDecimal::from_signed_be_bytes_and_exponent(vec![0x80, 0x01], 3);
        self.value("decimal", "decimal", decimal).await?;
        self.value("double", "double", -2.25e100f64).await?;
        let duration = CqlDuration { months: 14, days: 3, nanoseconds: 7_200_000_000_001 };
        self.value("duration", "duration", duration).await?;
        self.value("float", "float", 1.5f32).await?;
        self.value("inet", "inet", four).await?;
        self.value("inet6", "inet", six).await?;
        self.value("int", "int", i32::MAX).await?;
        self.value("smallint", "smallint", i16::MIN).await?;
        self.value("text", "text", "ünïcödé ☃ 'quoted'".to_string()).await?;
        self.value("time", "time", CqlTime(14_706_789_000_001)).await?;
        self.value("timestamp", "timestamp", CqlTimestamp(1_580_702_706_789)).await?;
        self.value("timeuuid", "timeuuid", time).await?;
        self.value("tinyint", "tinyint", i8::MIN).await?;
        self.value("uuid", "uuid", id).await?;
        self.value("varchar", "varchar", String::new()).await?;
        let varint = CqlVarint::from_signed_bytes_be(vec![0x80, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        self.value("varint", "varint", varint).await?;
        self.value("list", "list<int>", vec![3, 1, 2]).await?;
        self.value("set", "set<text>", HashSet::from(["a".to_string(), "b".to_string()])).await?;
        self.value("map", "map<text, bigint>", HashMap::from([("x".to_string(), 1i64 << 40)])).await?;
        let frozen = HashMap::from([(1, vec!["a".to_string()]), (2, vec![])]);
        self.value("frozen", "frozen<map<int, frozen<list<text>>>>", frozen).await?;
        self.value("tuple", "tuple<int, text, boolean>", (1, "x".to_string(), None::<bool>)).await?;
        self.value("nested", "list<frozen<tuple<int, frozen<set<uuid>>>>>", vec![(1, HashSet::from([id]))]).await?;
        self.value("vector", "vector<float, 3>", vec![1.0f32, -2.5, 0.0]).await?;
        self.value("words", "vector<text, 2>", vec!["a".to_string(), "bc".to_string()]).await?;
        self.value("udt", &format!("frozen<{KEYSPACE}.address>"), address.clone()).await?;
        self.value("udt_cells", &format!("{KEYSPACE}.address"), address).await
    }

    async fn metadata(&mut self) -> Result<()> {
        self.session.refresh_metadata().await?;
        let state = self.session.get_cluster_state();
        let keyspace = state.get_keyspace(KEYSPACE).ok_or("no keyspace")?;
        let wide = keyspace.tables.get("wide").ok_or("no table wide")?;
        let fields = keyspace.user_defined_types["address"].field_types.len();
        let (key, clustering) = (wide.partition_key.clone(), wide.clustering_key.clone());
        let columns = wide.columns.len();
        self.equal(key, vec!["k".to_string()], "partition key of wide");
        self.equal(clustering, vec!["c".to_string()], "clustering key of wide");
        self.equal(columns, 4, "columns of wide");
        self.equal(fields, 3, "fields of address");
        Ok(())
    }

    async fn pages(&mut self) -> Result<()> {
        let insert = self.session.prepare(format!("INSERT INTO {KEYSPACE}.wide (k, c, v) VALUES (?, ?, ?)")).await?;
        for k in 0..10 {
            for c in 0..100 {
                self.session.execute_unpaged(&insert, (k, c, "v")).await?;
            }
        }
        let mut select = Statement::new(format!("SELECT k, c FROM {KEYSPACE}.wide"));
        select.set_page_size(7);
        let rows = self.session.query_iter(select, ()).await?.rows_stream::<(i32, i32)>()?;
        self.equal(rows.try_collect::<Vec<_>>().await?.len(), 1000, "rows in pages of 7");
        let mut select = self.session.prepare(format!("SELECT c FROM {KEYSPACE}.wide WHERE k = ?")).await?;
        select.set_page_size(30);
        let rows = self.session.execute_iter(select, (5,)).await?.rows_stream::<(i32,)>()?;
        let got: Vec<i32> = rows.map_ok(|(c,)| c).try_collect().await?;
        self.equal(got, (0..100).rev().collect(), "one partition");
        Ok(())
    }

    async fn batches_and_conditions(&mut self) -> Result<()> {
        let mut batch = Batch::default();
        batch.append_statement(format!("INSERT INTO {KEYSPACE}.wide (k, c, s) VALUES (?, ?, ?)").as_str());
        batch.append_statement(format!("INSERT INTO {KEYSPACE}.wide (k, c, v) VALUES (100, 2, 'x')").as_str());
        self.session.batch(&batch, ((100, 1, "static"), ())).await?;
        let all = format!("SELECT c, s FROM {KEYSPACE}.wide WHERE k = 100");
        let rows = self.session.query_unpaged(all, ()).await?.into_rows_result()?;
        let got: Vec<(i32, String)> = rows.rows()?.collect::<std::result::Result<_, _>>()?;
        self.equal(got, vec![(2, "static".into()), (1, "static".into())], "a batch");

        let once = format!("INSERT INTO {KEYSPACE}.wide (k, c, v) VALUES (?, 1, ?) IF NOT EXISTS");
        let once = self.session.prepare(once).await?;
        for (word, want) in [("first", true), ("second", false)] {
            let rows = self.session.execute_unpaged(&once, (200, word)).await?.into_rows_result()?;
            let specs = rows.column_specs();
            let (at, _) = specs.get_by_name("[applied]").ok_or("no [applied]")?;
            self.equal(at, 0, "the place of [applied]");
            let row = rows.single_row::<scylla::value::Row>()?;
            self.equal(row.columns[0].as_ref().and_then(|v| v.as_boolean()), Some(want), word);
        }
        self.make(&format!("UPDATE {KEYSPACE}.counters SET n = n + 5 WHERE k = 1")).await?;
        self.make(&format!("UPDATE {KEYSPACE}.counters SET n = n - 7 WHERE k = 1")).await?;
        let rows = self.session.query_unpaged(format!("SELECT n FROM {KEYSPACE}.counters"), ()).await?;
        let (n,) = rows.into_rows_result()?.single_row::<(Counter,)>()?;
        self.equal(n, Counter(-2), "a counter");
        Ok(())
    }

    async fn shards(&mut self, shards: u32) -> Result<()> {
        let select = self.session.prepare(format!("SELECT v FROM {KEYSPACE}.wide WHERE k = ?")).await?;
        let mut seen = HashSet::new();
        for k in 0..100 {
            let token = select.calculate_token(&(k,))?.ok_or("no token")?;
            let result = self.session.execute_unpaged(&select, (k,)).await?;
            let coordinator = result.request_coordinator();
            let sharder = coordinator.node().sharder().ok_or("the node has no shards")?;
            let (count, owner) = (sharder.nr_shards.get() as u32, sharder.shard_of(token));
            let shard = coordinator.shard();
            self.equal(count, shards, "shards that the node has");
            self.equal(shard, Some(owner), "the shard of a key");
            seen.insert(owner);
        }
        self.equal(seen.len() as u32, shards, "shards that were asked");
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let builder = SessionBuilder::new().known_node(&arguments[1]).compression(Some(Compression::Lz4));
    let mut run = Run { session: builder.build().await?, checked: 0 };

    run.make(&format!("DROP KEYSPACE IF EXISTS {KEYSPACE}")).await?;
    run.make(&format!(
        "CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    ))
    .await?;
    run.make(&format!("CREATE TYPE {KEYSPACE}.address (street text, number int, tags frozen<list<text>>)")).await?;
    run.make(&format!(
        "CREATE TABLE {KEYSPACE}.wide (k int, c int, s text STATIC, v text, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)"
    ))
    .await?;
    run.make(&format!("CREATE TABLE {KEYSPACE}.counters (k int PRIMARY KEY, n counter)")).await?;
    run.metadata().await?;
    run.every_type().await?;
    run.pages().await?;
    run.batches_and_conditions().await?;
    if let Some(shards) = arguments.get(2) {
        run.shards(shards.parse()?).await?;
    }
    let error = run.session.query_unpaged(format!("SELECT nothing FROM {KEYSPACE}.wide"), ()).await;
    let text = error.err().ok_or("an error should have come")?.to_string();
    let told = text.contains("Undefined column name nothing");
    run.equal(told, true, &text);
    run.make(&format!("DROP KEYSPACE {KEYSPACE}")).await?;
    println!("rust: {} checks passed", run.checked);
    Ok(())
}
