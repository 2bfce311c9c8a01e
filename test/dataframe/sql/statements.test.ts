import { parseStatement } from "../../../src/dataframe/sql/parse";

test.each([
  ["EXPLAIN FORMATTED SELECT 1", { kind: "explain", mode: "formatted", statement: { kind: "query" } }],
  [
    "CREATE DATABASE IF NOT EXISTS d COMMENT 'c' LOCATION '/l' WITH DBPROPERTIES (a = 'b')",
    { kind: "createDatabase", name: ["d"], ifNotExists: true, comment: "c", location: "/l", properties: { a: "b" } },
  ],
  [
    "CREATE TABLE IF NOT EXISTS a.t (x INT NOT NULL COMMENT 'k' DEFAULT 1 + 1, y STRING) USING parquet OPTIONS (o = 1) PARTITIONED BY (y) CLUSTERED BY (x) SORTED BY (x) INTO 4 BUCKETS TBLPROPERTIES ('p.q' = true)",
    {
      kind: "createTable",
      name: ["a", "t"],
      ifNotExists: true,
      query: null,
      spec: {
        columns: [
          { name: ["x"], nullable: false, comment: "k", default: { sql: "1 + 1" } },
          { name: ["y"], nullable: true },
        ],
        provider: ["parquet"],
        options: { o: "1" },
        partitioning: [{ kind: "column", name: ["y"] }],
        bucket: { buckets: 4, columns: ["x"] },
        properties: { "p.q": "true" },
      },
    },
  ],
  ["CREATE OR REPLACE TABLE t AS SELECT 1", { kind: "createTable", orReplace: true, query: { sql: "SELECT 1" } }],
  ["CREATE TABLE a LIKE b USING csv", { kind: "createTableLike", source: ["b"], provider: ["csv"] }],
  [
    "CREATE OR REPLACE TEMPORARY VIEW v (a COMMENT 'x', b) AS SELECT 1, 2",
    {
      kind: "createView",
      scope: "local",
      orReplace: true,
      columns: [{ name: "a", comment: "x" }, { name: "b" }],
      query: { sql: "SELECT 1, 2" },
    },
  ],
  [
    "CREATE GLOBAL TEMP VIEW v USING json OPTIONS (path '/x')",
    { kind: "createTempViewUsing", global: true, provider: ["json"], options: { path: "/x" } },
  ],
  [
    "CREATE FUNCTION f(a INT, b STRING DEFAULT 'x') RETURNS INT COMMENT 'c' RETURN a + 1",
    {
      kind: "createFunction",
      temporary: false,
      spec: { parameters: [{ name: ["a"] }, { default: { sql: "'x'" } }], body: { sql: "a + 1" } },
    },
  ],
  [
    "CREATE TEMPORARY FUNCTION f() RETURNS TABLE (c INT) RETURN SELECT 1",
    {
      kind: "createFunction",
      temporary: true,
      spec: { returns: { kind: "table" }, body: { tree: { plan: { kind: "project" } } } },
    },
  ],
  [
    "ALTER TABLE t ADD COLUMNS (a INT AFTER b, c.d STRING)",
    {
      kind: "alterTable",
      action: { kind: "addColumns", columns: [{ position: { kind: "after", column: "b" } }, { name: ["c", "d"] }] },
    },
  ],
  ["ALTER TABLE t ALTER COLUMN a SET DEFAULT 3", { action: { kind: "alterColumn", change: { default: { sql: "3" } } } }],
  [
    "ALTER TABLE t DROP IF EXISTS PARTITION (a = 1), PARTITION (b)",
    { action: { kind: "dropPartitions", ifExists: true, partitions: [[{ name: "a" }], [{ name: "b", value: null }]] } },
  ],
  ["ALTER VIEW v AS SELECT 1", { kind: "alterView", action: { kind: "query" } }],
  ["DROP TABLE IF EXISTS a.b PURGE", { kind: "dropTable", ifExists: true, purge: true }],
  ["INSERT OVERWRITE t PARTITION (a = 1, b) IF NOT EXISTS SELECT 1", "ERROR"],
  [
    "INSERT OVERWRITE t PARTITION (a = 1) SELECT 1",
    { kind: "insert", overwrite: true, partition: [{ name: "a" }], byName: false, columns: null },
  ],
  ["INSERT INTO t (a, b) VALUES (1, DEFAULT)", { kind: "insert", columns: ["a", "b"], query: { kind: "inlineTable" } }],
  ["INSERT INTO t BY NAME SELECT 1", { byName: true }],
  ["WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", { kind: "insert", query: { kind: "with" } }],
  [
    "FROM t INSERT INTO a SELECT 1 INSERT INTO b SELECT 2",
    { kind: "multiInsert", inserts: [{ table: ["a"] }, { table: ["b"] }] },
  ],
  [
    "INSERT OVERWRITE DIRECTORY '/x' USING csv OPTIONS (sep ',') SELECT 1",
    { kind: "insertDirectory", path: "/x", provider: ["csv"], options: { sep: "," } },
  ],
  [
    "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a) VALUES (1)",
    {
      kind: "merge",
      clauses: [
        { when: "matched", action: { kind: "delete" } },
        { when: "notMatched", action: { assignments: [{ target: ["a"] }] } },
      ],
    },
  ],
  [
    "UPDATE t AS x SET a = 1, b.c = DEFAULT WHERE d",
    {
      kind: "update",
      table: { kind: "alias" },
      assignments: [{ target: ["a"] }, { target: ["b", "c"], value: { kind: "default" } }],
    },
  ],
  ["DELETE FROM t WHERE a", { kind: "delete", condition: { kind: "name" } }],
  ["SET a.b = c d", { kind: "set", key: "a.b", value: "c d" }],
  ["SET -v", { kind: "set", key: null, verbose: true }],
  ["SET `a b` = `c``d`", { kind: "set", key: "a b", value: "c`d" }],
  ["SET TIME ZONE INTERVAL -2 HOURS", { kind: "setTimeZone", zone: "-02:00" }],
  ["SET VAR x = 1, y = DEFAULT", { kind: "setVariable", assignments: [{ name: ["x"] }, { value: { kind: "default" } }] }],
  ["SET VARIABLE (a, b) = (SELECT 1, 2)", { kind: "setVariableFromQuery", names: [["a"], ["b"]] }],
  [
    "DECLARE OR REPLACE VARIABLE x INT DEFAULT 5",
    { kind: "declareVariable", names: [["x"]], type: { kind: "int" }, default: { sql: "5" } },
  ],
  ["EXECUTE IMMEDIATE 'SELECT ?' INTO a USING 1 AS b", { kind: "executeImmediate", into: [["a"]], using: [{ names: ["b"] }] }],
  ["RESET a", { kind: "reset", key: "a" }],
  ["USE DATABASE x", { kind: "use", name: ["x"], database: true }],
  ["SHOW TABLES IN a LIKE 'b*'", { kind: "showTables", database: ["a"], pattern: "b*" }],
  ["SHOW USER FUNCTIONS LIKE 'x'", { kind: "showFunctions", scope: "user", pattern: "x" }],
  ["DESCRIBE EXTENDED t", { kind: "describeTable", extended: true, table: ["t"] }],
  ["DESC t a.b", { kind: "describeTable", column: ["a", "b"] }],
  ["DESCRIBE QUERY SELECT 1", { kind: "describeQuery" }],
  ["DESCRIBE FUNCTION EXTENDED +", { kind: "describeFunction", name: ["+"], extended: true }],
  [
    "CACHE LAZY TABLE t OPTIONS (storageLevel 'DISK_ONLY') AS SELECT 1",
    { kind: "cacheTable", lazy: true, options: { storageLevel: "DISK_ONLY" } },
  ],
  ["ANALYZE TABLE t COMPUTE STATISTICS FOR COLUMNS a, b", { kind: "analyzeTable", columns: ["a", "b"] }],
  ["TRUNCATE TABLE t", { kind: "truncateTable" }],
  ["MSCK REPAIR TABLE t SYNC PARTITIONS", { kind: "repairTable", add: true, drop: true }],
  ["ADD FILE '/a b' c", { kind: "addResource", resource: "FILE", paths: ["/a b", "c"] }],
  ["COMMENT ON TABLE t IS NULL", { kind: "comment", on: "table", comment: null }],
] as const)("%s", (sql, expected) => {
  if (expected === "ERROR") expect(() => parseStatement(sql)).toThrow("_LEGACY_ERROR_TEMP_0022");
  else expect(parseStatement(sql)).toMatchObject(expected);
});

test("scripts", () => {
  const statement = parseStatement(`
    BEGIN
      DECLARE x INT = 1;
      DECLARE c CONDITION FOR SQLSTATE '45000';
      DECLARE EXIT HANDLER FOR SQLSTATE '02000', c BEGIN SELECT 2; END;
      WHILE x < 3 DO SET x = x + 1; END WHILE;
      IF x = 1 THEN SELECT 1; ELSEIF x = 2 THEN SELECT 2; ELSE SELECT 3; END IF;
      CASE x WHEN 1 THEN SELECT 1; END CASE;
      a: LOOP LEAVE a; END LOOP a;
      FOR r AS SELECT 1 DO SELECT r.x; END FOR;
      REPEAT SET x = 2; UNTIL x = 2 END REPEAT;
    END`);
  expect(statement).toMatchObject({
    kind: "compound",
    body: {
      label: null,
      conditions: [{ name: "C", sqlState: "45000" }],
      handlers: [{ kind: "exit", conditions: [{ value: "02000" }, { value: "C" }] }],
      statements: [
        { kind: "statement", statement: { kind: "declareVariable" } },
        { kind: "while" },
        { kind: "if" },
        { kind: "case" },
        { kind: "loop", label: "a" },
        { kind: "for", variable: "r" },
        { kind: "repeat" },
      ],
    },
  });
});

test.each([
  ["DECLARE x", "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED"],
  ["SET VARIABLE () = (SELECT 1)", "INVALID_SET_SYNTAX"],
  ["SET a b = c", "INVALID_SET_SYNTAX"],
  ["SET TIME ZONE INTERVAL 24 HOURS", "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE"],
  ["CREATE FUNCTION f(a INT CHECK (true)) RETURNS INT RETURN 1", "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS"],
  ["EXECUTE IMMEDIATE 'x' USING 1 AS a, 2 AS a", "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES"],
  ["GRANT x", "INVALID_STATEMENT_OR_CLAUSE"],
  ["CREATE TABLE a-b (c INT)", "INVALID_IDENTIFIER"],
])("%s is refused", (sql, errorClass) => {
  expect(() => parseStatement(sql)).toThrow(expect.objectContaining({ errorClass }) as Error);
});
