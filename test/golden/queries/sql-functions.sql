-- Functions written in SQL whose bodies hold subqueries: over aggregates, windows, groups, in HAVING, PIVOT, views and other functions.
CREATE DATABASE sql_functions
USE sql_functions
CREATE TABLE t USING parquet AS SELECT * FROM VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'a'), (4, NULL, NULL) AS t(k, v, s)
CREATE TABLE u USING parquet AS SELECT * FROM VALUES (1, 100), (2, 200), (60, 600) AS u(k, w)
CREATE FUNCTION f1(x INT) RETURNS BIGINT RETURN (SELECT max(w) FROM u WHERE u.k = x)
CREATE FUNCTION f2(x BIGINT) RETURNS BIGINT RETURN x + (SELECT count(*) FROM u)
CREATE FUNCTION f3(x BIGINT) RETURNS BIGINT RETURN (SELECT count(*) FROM u WHERE u.k <= x)
CREATE FUNCTION f4(x BIGINT) RETURNS BOOLEAN RETURN EXISTS (SELECT 1 FROM u WHERE u.k = x)
CREATE FUNCTION f5(x BIGINT) RETURNS BOOLEAN RETURN x IN (SELECT k FROM u)
CREATE FUNCTION f6(x BIGINT, y BIGINT) RETURNS BIGINT RETURN (SELECT sum(w) FROM u WHERE u.k BETWEEN x AND y)
CREATE FUNCTION f7(x BIGINT) RETURNS BIGINT RETURN (SELECT x + 1)
CREATE FUNCTION f8(x BIGINT) RETURNS BIGINT RETURN (SELECT max(k) + x FROM u)
CREATE FUNCTION p1(x BIGINT) RETURNS BIGINT RETURN x + 1
SELECT f1(sum(v)) FROM t
SELECT f1(sum(k)) FROM t WHERE k < 2
SELECT f2(sum(k)) FROM t
SELECT f3(sum(k)) FROM t
SELECT f4(max(k)) FROM t
SELECT f5(max(k)) FROM t
SELECT f6(min(k), max(v)) FROM t
SELECT f7(sum(v)) FROM t
SELECT f8(sum(v)) FROM t
SELECT s, f3(sum(v)) FROM t GROUP BY s
SELECT s, f3(k), count(*) FROM t GROUP BY s, k
SELECT k, f3(k) FROM t GROUP BY k
SELECT f3(k), count(*) FROM t GROUP BY f3(k)
SELECT f3(k), count(*) FROM t GROUP BY 1
SELECT f3(k) AS a, count(*) FROM t GROUP BY a
SELECT f3(k) + 1 AS a, count(*) FROM t GROUP BY ALL
SELECT s, f3(sum(v)) + f3(max(k)) + sum(k) FROM t GROUP BY s
SELECT s, f3(v) FROM t GROUP BY s
SELECT s, sum(f3(v)) FROM t GROUP BY s
SELECT s, sum(f3(v)), f3(sum(v)) FROM t GROUP BY s
SELECT s, count(*) FROM t GROUP BY s HAVING f3(sum(v)) > 1
SELECT s, count(*) FROM t GROUP BY s HAVING f2(count(*)) > 4
SELECT s, count(*) FROM t GROUP BY s HAVING f4(max(k))
SELECT s, f3(sum(v)) FROM t GROUP BY s ORDER BY f3(sum(v))
SELECT s, f3(sum(v)) FROM t GROUP BY s ORDER BY s
SELECT s, f3(sum(v)) x FROM t GROUP BY s ORDER BY x, s
SELECT k, f3(sum(v) OVER (ORDER BY k)) FROM t ORDER BY k
SELECT k, f3(row_number() OVER (ORDER BY k)) FROM t ORDER BY k
SELECT k, f1(cast(rank() OVER (ORDER BY k) AS int)), f2(sum(k) OVER ()) FROM t ORDER BY k
SELECT k, f4(row_number() OVER (ORDER BY k)), f5(row_number() OVER (ORDER BY k DESC)) FROM t ORDER BY k
SELECT s, f3(sum(sum(v)) OVER (ORDER BY s)) FROM t GROUP BY s ORDER BY s
SELECT s, f3(rank() OVER (ORDER BY sum(v))) FROM t GROUP BY s ORDER BY s
SELECT k, sum(f3(k)) OVER (ORDER BY k) FROM t ORDER BY k
SELECT k, row_number() OVER (ORDER BY f3(k), k) FROM t ORDER BY k
SELECT k, f3(f2(k)) FROM t
SELECT s, f3(f2(sum(k))) FROM t GROUP BY s
SELECT s, f2(f3(sum(k))) FROM t GROUP BY s
SELECT f3(sum(v)), s FROM t GROUP BY ROLLUP(s)
SELECT s, k, f3(sum(v)) FROM t GROUP BY GROUPING SETS ((s), (k))
SELECT s, f3(grouping_id(s)) FROM t GROUP BY CUBE(s)
SELECT f3(count(DISTINCT s)) FROM t
SELECT s, f3(count(DISTINCT v) FILTER (WHERE k > 1)) FROM t GROUP BY s
SELECT p1(sum(v)) FROM t
SELECT k, p1(sum(v) OVER (ORDER BY k)) FROM t ORDER BY k
SELECT s, p1(k) FROM t GROUP BY s, k
SELECT s, p1(k) FROM t GROUP BY s, p1(k)
SELECT s, p1(p1(k)) FROM t GROUP BY s, p1(k)
SELECT s, f3(p1(k)) FROM t GROUP BY s, p1(k)
SELECT s, f3(f3(k)) FROM t GROUP BY s, f3(k)
SELECT f3(length(s)), max(k) FROM t GROUP BY length(s)
SELECT CASE WHEN f4(sum(k)) THEN 'x' ELSE 'y' END, s FROM t GROUP BY s
SELECT * FROM t WHERE f4(k) AND f3(v) > 1
SELECT * FROM t JOIN u ON f3(t.k) = u.k
SELECT (SELECT f3(sum(v)) FROM t)
SELECT k, (SELECT f3(max(u.k)) FROM u WHERE u.k = t.k) FROM t
SELECT k, (SELECT f3(t.k)) FROM t
SELECT * FROM t ORDER BY f3(k)
SELECT * FROM t LIMIT f2(0)
SELECT f3(max(k)) AS a, a + 1 AS b FROM t
SELECT sum(k) AS a, f3(a) AS b FROM t
SELECT s, sum(k) AS a, f3(a) AS b FROM t GROUP BY s
SELECT k AS a, f3(a) AS b FROM t
SELECT DISTINCT f3(k) FROM t
SELECT f3(x => sum(k)) FROM t
SELECT s, f6(min(k), y => max(v)) FROM t GROUP BY s HAVING f6(min(k), max(v)) IS NOT NULL
SELECT k, f3(k) FROM t GROUP BY k HAVING f3(k) > 1
SELECT * FROM (SELECT s, v FROM t) PIVOT (sum(v) FOR s IN ('a', 'b'))
FROM t |> AGGREGATE f3(sum(v)) AS a GROUP BY s
FROM t |> AGGREGATE sum(v) AS a GROUP BY f3(k) AS g
FROM t |> EXTEND f3(sum(v) OVER ()) AS g |> SELECT k, g
CREATE FUNCTION p0() RETURNS BIGINT RETURN 1
CREATE FUNCTION d(x DOUBLE) RETURNS DOUBLE RETURN x - x
SELECT filter(array(1, 2), x -> x > p0())
SELECT k FROM t LIMIT p0()
SELECT k, sum(k) OVER (ORDER BY f3(k)) FROM t ORDER BY k
SELECT k, sum(k) OVER (PARTITION BY f3(k) ORDER BY k) FROM t ORDER BY k
SELECT k, sum(k) OVER (PARTITION BY p1(k) ORDER BY k) FROM t ORDER BY k
SELECT s, max(k) FROM t GROUP BY s ORDER BY p1(max(k))
SELECT f3(k) IN (SELECT k FROM u) FROM t
SELECT * FROM t WHERE k IN (SELECT f3(k) FROM u)
SELECT * FROM t a JOIN t b ON f3(a.k) = f3(b.k) AND a.k < b.k
SELECT * FROM t a LEFT JOIN t b ON f3(a.k) = b.k
SELECT s, collect_list(f3(k)) FROM t GROUP BY s
SELECT s, sum(v) FILTER (WHERE f3(k) > 1) FROM t GROUP BY s
SELECT f3(sum(v) FILTER (WHERE f3(k) > 1)) FROM t
SELECT * FROM (SELECT k, v, s FROM t) PIVOT (sum(f3(v)) FOR s IN ('a', 'b'))
SELECT * FROM (SELECT v, s FROM t) PIVOT (f3(sum(v)) FOR s IN ('a', 'b'))
SELECT p1(sum(v)), f2(sum(v)), s FROM t GROUP BY s HAVING p1(sum(v)) > 3
SELECT s, f3(max(k)) m FROM t GROUP BY s HAVING m > 1
SELECT s, f3(max(k)) m FROM t GROUP BY s HAVING m > 1 ORDER BY m, s
WITH c AS (SELECT s, f3(sum(v)) g FROM t GROUP BY s) SELECT a.s, a.g, b.g FROM c a JOIN c b ON a.g = b.g
CREATE VIEW vw AS SELECT s, f3(sum(v)) AS g FROM t GROUP BY s
SELECT * FROM vw
SELECT f3(g) FROM vw
SELECT f3(count(*)) FROM vw
CREATE FUNCTION g1(x BIGINT) RETURNS TABLE (a BIGINT) RETURN SELECT f3(sum(k) + x) FROM u
SELECT * FROM g1(2)
CREATE TABLE dst (a STRING, b BIGINT) USING parquet
INSERT INTO dst SELECT s, f3(sum(v)) FROM t GROUP BY s
INSERT INTO dst VALUES ('x', f3(2))
SELECT * FROM dst ORDER BY a, b
VALUES (f3(1)), (p1(1))
SELECT f3(2)
SELECT f2(f2(f2(count(*)))) FROM t
SELECT count(*) OVER (), f3(count(*) OVER ()) + f3(max(k) OVER (PARTITION BY s)) FROM t
SELECT f3(max(k)) FROM t HAVING count(*) > 1
SELECT f3(max(k)) FROM t WHERE false
SELECT s, f3(NULL), count(*) FROM t GROUP BY s
SELECT s, f3(2), count(*) FROM t GROUP BY s
SELECT s, f2(2), count(*) FROM t GROUP BY s
SELECT s, f3(length(s)) FROM t GROUP BY s
SELECT s, f3(length(s) + max(k)) FROM t GROUP BY s
SELECT DISTINCT f3(max(k)) FROM t GROUP BY s
SELECT f3(max(k)) FROM t UNION ALL SELECT f3(min(k)) FROM t
SELECT CASE WHEN f3(max(k)) > 1 THEN f3(min(k)) ELSE f2(max(k)) END FROM t GROUP BY s
SELECT s FROM t GROUP BY s ORDER BY f3(max(k))
SELECT s, f3(max(k)) FROM t GROUP BY s ORDER BY 2, 1
SELECT any_value(f3(k)) > (SELECT f3(max(k)) FROM t WHERE k < 2) FROM t
SELECT k, v FROM t QUALIFY f3(row_number() OVER (ORDER BY k)) = 2 ORDER BY k
SELECT f3(explode(array(1, 2)))
SELECT p1(explode(array(1, 2)))
