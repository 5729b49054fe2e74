// SPDX-License-Identifier: MIT

// gocql against a node: schema, every type it knows, pages, batches, LWT.
//
//	drivers HOST:PORT PROTOCOL
package main

import (
	"context"
	"fmt"
	"math/big"
	"net"
	"os"
	"reflect"
	"strconv"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"
	"gopkg.in/inf.v0"
)

const keyspace = "drivers_go"

var checked int

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func equal(got, want any, what string) {
	checked++
	if g, ok := got.(*big.Int); ok {
		got, want = g.String(), want.(*big.Int).String()
	}
	if g, ok := got.(*inf.Dec); ok {
		got, want = g.String(), want.(*inf.Dec).String()
	}
	if g, ok := got.(net.IP); ok {
		got, want = g.String(), want.(net.IP).String()
	}
	if !reflect.DeepEqual(got, want) {
		fail("%s: wanted %#v, got %#v", what, want, got)
	}
}

type address struct {
	Street string   `cql:"street"`
	Number int      `cql:"number"`
	Tags   []string `cql:"tags"`
}

func uuid(text string) gocql.UUID {
	u, err := gocql.ParseUUID(text)
	must(err, text)
	return u
}

func number(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}

var types = []struct {
	name, cql string
	value     any
}{
	{"t_ascii", "ascii", "ascii"},
	{"t_bigint", "bigint", int64(-1 << 63)},
	{"t_blob", "blob", []byte{0, 0xca, 0xfe}},
	{"t_boolean", "boolean", true},
	{"t_date", "date", time.Date(2020, 2, 3, 0, 0, 0, 0, time.UTC)},
	{"t_decimal", "decimal", inf.NewDec(-12340, 3)},
	{"t_double", "double", -2.25e100},
	{"t_duration", "duration", gocql.Duration{Months: 14, Days: 3, Nanoseconds: 7200000000001}},
	{"t_float", "float", float32(1.5)},
	{"t_inet", "inet", net.ParseIP("10.0.0.1")},
	{"t_inet6", "inet", net.ParseIP("2001:db8::1")},
	{"t_int", "int", int(2147483647)},
	{"t_smallint", "smallint", int16(-32768)},
	{"t_text", "text", "ünïcödé ☃ 'quoted'"},
	{"t_time", "time", 4*time.Hour + 5*time.Minute + 6789*time.Millisecond + 1},
	{"t_timestamp", "timestamp", time.Date(2020, 2, 3, 4, 5, 6, 789000000, time.UTC)},
	{"t_timeuuid", "timeuuid", uuid("50554d6e-29bb-11e5-b345-feff819cdc9f")},
	{"t_tinyint", "tinyint", int8(-128)},
	{"t_uuid", "uuid", uuid("123e4567-e89b-12d3-a456-426614174000")},
	{"t_varchar", "varchar", ""},
	{"t_varint", "varint", number("-10000000000000000000000000000000000000000")},
	{"t_list", "list<int>", []int{3, 1, 2}},
	{"t_set", "set<text>", []string{"a", "b"}},
	{"t_map", "map<text, bigint>", map[string]int64{"x": 1, "y": 1 << 40}},
	{"t_frozen", "frozen<map<int, frozen<list<text>>>>", map[int][]string{1: {"a"}, 2: {}}},
	{"t_nested", "list<frozen<list<frozen<set<uuid>>>>>", [][][]gocql.UUID{{{uuid("123e4567-e89b-12d3-a456-426614174000")}}}},
	{"t_vector", "vector<float, 3>", []float32{1, -2.5, 0}},
	{"t_words", "vector<text, 2>", []string{"a", "bc"}},
	{"t_udt", "frozen<address>", address{"Main", 5, []string{"a", "b"}}},
}

func do(s *gocql.Session, cql string, values ...any) {
	must(s.Query(cql, values...).Exec(), cql)
}

func makeSchema(s *gocql.Session) {
	columns := ""
	for _, t := range types {
		columns += ", " + t.name + " " + t.cql
	}
	do(s, "CREATE TYPE address (street text, number int, tags frozen<list<text>>)")
	do(s, "CREATE TABLE every (id int PRIMARY KEY"+columns+", t_tuple tuple<int, text, boolean>)")
	do(s, "CREATE TABLE wide (k int, c int, s text STATIC, v text, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)")
	do(s, "CREATE TABLE counters (k int PRIMARY KEY, n counter)")
}

func checkMetadata(s *gocql.Session) {
	k, err := s.KeyspaceMetadata(keyspace)
	must(err, "metadata")
	// the driver reads the schema anew a moment after an event has told it to
	for i := 0; k.Tables["counters"] == nil && i < 50; i++ {
		time.Sleep(100 * time.Millisecond)
		k, err = s.KeyspaceMetadata(keyspace)
		must(err, "metadata")
	}
	equal(len(k.Tables), 3, "tables")
	equal(len(k.Tables["every"].Columns), len(types)+2, "columns of every")
	wide := k.Tables["wide"]
	equal(wide.ClusteringColumns[0].Name, "c", "clustering column of wide")
	equal(wide.ClusteringColumns[0].Order, gocql.ColumnOrder(gocql.DESC), "order of c")
	equal(k.UserTypes["address"].FieldNames, []string{"street", "number", "tags"}, "fields of address")
}

func roundTrip(s *gocql.Session) {
	for i, t := range types {
		do(s, "INSERT INTO every (id, "+t.name+") VALUES (?, ?)", i, t.value)
		got := reflect.New(reflect.TypeOf(t.value))
		must(s.Query("SELECT "+t.name+" FROM every WHERE id = ?", i).Scan(got.Interface()), t.name)
		equal(got.Elem().Interface(), t.value, t.name)
	}
	var number int
	var word string
	var truth bool
	do(s, "INSERT INTO every (id, t_tuple) VALUES (?, (?, ?, ?))", 100, 1, "x", true)
	must(s.Query("SELECT t_tuple FROM every WHERE id = 100").Scan(&number, &word, &truth), "t_tuple")
	equal([]any{number, word, truth}, []any{1, "x", true}, "t_tuple")
	do(s, "INSERT INTO every (id, t_int) VALUES (?, ?)", 101, nil)
	var nothing *int
	must(s.Query("SELECT t_int FROM every WHERE id = 101").Scan(&nothing), "null")
	equal(nothing, (*int)(nil), "null")
}

func pages(s *gocql.Session) {
	for k := 0; k < 10; k++ {
		for c := 0; c < 100; c++ {
			do(s, "INSERT INTO wide (k, c, v) VALUES (?, ?, ?)", k, c, "v")
		}
	}
	rows, k, c := 0, 0, 0
	it := s.Query("SELECT k, c FROM wide").PageSize(7).Iter()
	for it.Scan(&k, &c) {
		rows++
	}
	must(it.Close(), "pages")
	equal(rows, 1000, "rows in pages of 7")
	want := 99
	it = s.Query("SELECT c FROM wide WHERE k = ?", 5).PageSize(30).Iter()
	for it.Scan(&c) {
		equal(c, want, "order of one partition")
		want--
	}
	must(it.Close(), "one partition")
}

func batchesAndConditions(s *gocql.Session) {
	b := s.Batch(gocql.LoggedBatch)
	b.Query("INSERT INTO wide (k, c, s) VALUES (?, ?, ?)", 100, 1, "static")
	b.Query("INSERT INTO wide (k, c, v) VALUES (100, 2, 'x')")
	must(b.Exec(), "a batch")
	var static string
	must(s.Query("SELECT s FROM wide WHERE k = 100 LIMIT 1").Scan(&static), "the batch's static")
	equal(static, "static", "the batch's static")

	once := "INSERT INTO every (id, t_int) VALUES (?, ?) IF NOT EXISTS"
	row := map[string]any{}
	applied, err := s.Query(once, 300, 1).MapScanCAS(row)
	must(err, once)
	equal(applied, true, "the first IF NOT EXISTS")
	row = map[string]any{}
	applied, err = s.Query(once, 300, 2).MapScanCAS(row)
	must(err, once)
	equal(applied, false, "the second IF NOT EXISTS")
	equal(row["t_int"], 1, "the row that is there")

	var n int64
	do(s, "UPDATE counters SET n = n + ? WHERE k = 1", int64(5))
	do(s, "UPDATE counters SET n = n - ? WHERE k = 1", int64(7))
	must(s.Query("SELECT n FROM counters WHERE k = 1").Scan(&n), "a counter")
	equal(n, int64(-2), "a counter")
}

func main() {
	version, err := strconv.Atoi(os.Args[2])
	must(err, os.Args[2])
	c := gocql.NewCluster(os.Args[1])
	c.ProtoVersion = version
	c.Timeout = 30 * time.Second
	c.Consistency = gocql.One
	first, err := c.CreateSession()
	must(err, "connect")
	do(first, "DROP KEYSPACE IF EXISTS "+keyspace)
	do(first, "CREATE KEYSPACE "+keyspace+" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
	must(first.AwaitSchemaAgreement(context.Background()), "schema agreement")
	first.Close()
	c.Keyspace = keyspace
	s, err := c.CreateSession()
	must(err, "connect to the keyspace")
	makeSchema(s)
	checkMetadata(s)
	roundTrip(s)
	pages(s)
	batchesAndConditions(s)
	err = s.Query("SELECT nothing FROM every").Exec()
	if err == nil {
		fail("an error should have come")
	}
	equal(err.Error(), "Undefined column name nothing in table drivers_go.every", "an error's message")
	do(s, "DROP KEYSPACE "+keyspace)
	s.Close()
	fmt.Printf("go v%d: %d checks passed\n", version, checked)
}
