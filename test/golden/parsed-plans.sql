-- Queries whose parsed plans print as Spark's.
SELECT * FROM t
SELECT t.*, 1, 'x', 1.5, 2.5D, true, NULL, DATE'2024-01-01', TIMESTAMP'2024-01-01 00:00:00', INTERVAL 1 DAY, INTERVAL '1-2' YEAR TO MONTH, X'1F', 3L, 4S, 5Y, 1F, 2BD FROM t
SELECT DISTINCT a FROM t
SELECT a AS x, b y, s.x, m['k'], d[0], t.s.y FROM t AS q
SELECT a + 1, a - 1, a * 2, a / 2, a % 2, a DIV 2, -a, +a, ~a, a & 1, a | 1, a ^ 1, a << 1, a >> 1, a >>> 1, b || 'x' FROM t
SELECT NOT a, a AND b, a OR b AND c FROM t
SELECT a IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT FALSE, a IS UNKNOWN, a IS DISTINCT FROM b, a IS NOT DISTINCT FROM 1 FROM t
SELECT a IN (1, 2), a NOT IN (1, 2), a BETWEEN 1 AND 2, a NOT BETWEEN 1 AND 2, b LIKE 'x%', b NOT LIKE 'x', b LIKE 'x' ESCAPE '/', b RLIKE 'x', b ILIKE 'x', b LIKE ANY ('a', 'b'), b LIKE ALL ('a', 'b'), b NOT LIKE ALL ('a') FROM t
SELECT CASE WHEN a = 1 THEN 2 ELSE 3 END, CASE a WHEN 1 THEN 2 WHEN 3 THEN 4 END, IF(a, b, c), coalesce(a, b), nvl(a, b) FROM t
SELECT CAST(a AS STRING), TRY_CAST(b AS INT), b :: DOUBLE, CAST(a AS DECIMAL(10,2)) FROM t
SELECT sum(a), sum(DISTINCT a), count(*), count(1), count(DISTINCT a, b), first(a) IGNORE NULLS, sum(a) FILTER (WHERE a > 1), percentile_cont(0.5) WITHIN GROUP (ORDER BY a), listagg(b, ',') WITHIN GROUP (ORDER BY b DESC) FROM t
SELECT a, sum(c) AS s FROM t GROUP BY a HAVING sum(c) > 10
SELECT a, sum(c) AS s FROM t GROUP BY ALL
SELECT a, b, sum(c) FROM t GROUP BY GROUPING SETS ((a, b), (a), ())
SELECT a, b, sum(c) FROM t GROUP BY CUBE (a, b)
SELECT a, b, sum(c) FROM t GROUP BY a, b WITH ROLLUP
SELECT a, sum(c) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), rank() OVER (ORDER BY a DESC NULLS LAST), sum(c) OVER w FROM t WINDOW w AS (PARTITION BY a)
SELECT sum(c) OVER (), sum(c) OVER (ORDER BY a RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING), lag(a, 1) IGNORE NULLS OVER (ORDER BY a) FROM t
SELECT * FROM t JOIN u ON t.a = u.a
SELECT * FROM t LEFT JOIN u USING (a)
SELECT * FROM t RIGHT OUTER JOIN u ON t.a = u.a AND t.b < u.e
SELECT * FROM t FULL JOIN u USING (a, b)
SELECT * FROM t CROSS JOIN u
SELECT * FROM t, u
SELECT * FROM t NATURAL JOIN u
SELECT * FROM t LEFT SEMI JOIN u ON t.a = u.a
SELECT * FROM t LEFT ANTI JOIN u ON t.a = u.a
SELECT * FROM t INNER JOIN LATERAL (SELECT t.a + 1) ON true
SELECT * FROM t, LATERAL (SELECT t.a + 1) AS l(x)
SELECT * FROM t LATERAL VIEW explode(d) e AS x
SELECT * FROM t LATERAL VIEW OUTER explode(m) e AS k, v
SELECT * FROM t UNION SELECT * FROM u
SELECT * FROM t UNION ALL SELECT * FROM u UNION ALL SELECT 1
SELECT * FROM t INTERSECT SELECT * FROM u
SELECT * FROM t EXCEPT ALL SELECT * FROM u
SELECT * FROM t MINUS SELECT * FROM u
SELECT * FROM (SELECT a FROM t) AS q WHERE q.a IN (SELECT a FROM u) AND EXISTS (SELECT 1 FROM u) AND a = (SELECT max(a) FROM u)
WITH q AS (SELECT 1 AS x), r(y) AS (SELECT x FROM q) SELECT * FROM r
WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 5) SELECT * FROM q
SELECT * FROM VALUES (1, 'a'), (2, 'b') AS v(x, y)
VALUES (1, 2)
SELECT * FROM range(10)
SELECT * FROM range(1, 10, 2) AS r
SELECT * FROM explode(array(1, 2)) AS e(x)
SELECT * FROM default.t
SELECT * FROM spark_catalog.default.t TABLESAMPLE (10 PERCENT)
SELECT * FROM t TABLESAMPLE (5 ROWS)
SELECT * FROM t TABLESAMPLE (BUCKET 1 OUT OF 4)
SELECT * FROM t ORDER BY a NULLS LAST, b DESC LIMIT 10 OFFSET 5
SELECT * FROM t SORT BY a
SELECT * FROM t DISTRIBUTE BY a
SELECT * FROM t CLUSTER BY a
SELECT * FROM t ORDER BY ALL
SELECT * FROM t PIVOT (sum(c) FOR b IN ('x', 'y'))
SELECT * FROM t PIVOT (sum(c) AS q, avg(c) FOR (a, b) IN ((1, 'x') AS p, (2, 'y')))
SELECT * FROM t UNPIVOT (v FOR n IN (a, c))
SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR n IN (a AS aa, c))
SELECT /*+ BROADCAST(u) */ * FROM t JOIN u ON t.a = u.a
SELECT /*+ COALESCE(3) */ * FROM t
SELECT transform(d, x -> x + 1), filter(d, (x, i) -> x > i), aggregate(d, 0, (acc, x) -> acc + x) FROM t
SELECT struct(a, b), named_struct('x', a), array(a, 1), map('a', 1), (a, b) FROM t
SELECT extract(YEAR FROM d), date_add(d, 1), substring(b FROM 2 FOR 3), trim(BOTH 'x' FROM b), position('a' IN b), current_date, current_timestamp(), overlay(b PLACING 'x' FROM 1), floor(a), ceil(a, 2), now(), timestampadd(DAY, 1, d), timestampdiff(HOUR, a, b) FROM t
SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1
SELECT * EXCEPT (a) FROM t
TABLE t
SELECT * FROM parquet.`/tmp/x`
SELECT * FROM t VERSION AS OF 1
SELECT * FROM t TIMESTAMP AS OF '2020-01-01'
SELECT f(a), db.f(a, b => 1) FROM t
SELECT a.b.c.d, `a b`, `a.b`.c FROM t
SELECT b COLLATE UTF8_LCASE FROM t
SELECT current_user(), date'2020-01-01' + interval 2 days FROM t
SELECT a:b.c FROM t
SELECT 1
SELECT explode(m) AS (k, v) FROM t
SELECT * FROM VALUES (1, array(1)), (f(2), 3) AS v(x, y)
SELECT * FROM VALUES (1, array(1))
SELECT (a + 1, 2, s.x, f(a) AS z), struct(a + 1, 'x' AS y) FROM t
SELECT substring(b FROM 2), trim(b), trim(FROM b), trim(LEADING 'x' FROM b), ltrim(b), b NOT LIKE ANY ('x'), b ILIKE ANY ('X'), b LIKE ANY (a, 'x') FROM t
SELECT a IS NOT UNKNOWN, a IS UNKNOWN, -5, - 5, -a + 3, -2.5, -(3) FROM t
SELECT 1 + 1, 1 + 2L, 1 = 1, NOT true, 1 IS NULL, 'a' || 'b', CAST(1 AS STRING), 1 AS x, (1 + 1) AS y, 1 IN (1, 2), coalesce(1)
SELECT count(*) FROM t t1 WHERE (a, b) IN (SELECT a, b FROM t) HAVING count(*) > 1
SELECT a FROM t GROUP BY 1 ORDER BY 1 LIMIT 5 + 1
SELECT sum(a) FROM t WINDOW w AS (ORDER BY a), w2 AS w
SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN 1 + 1 PRECEDING AND 3 FOLLOWING), sum(a) OVER (ORDER BY a ROWS 2 PRECEDING), sum(a) OVER (ORDER BY a RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) FROM t
SELECT * FROM t WITH (x = 1, 'y' = 'z')
SELECT * FROM f(1, x => 2)
SELECT * FROM f(TABLE(t) PARTITION BY a ORDER BY b)
SELECT * FROM t AS q(x, y)
SELECT * FROM (t JOIN t AS u)
SELECT * FROM t JOIN LATERAL explode(t.d)
SELECT * FROM t LEFT JOIN LATERAL (SELECT 1) AS z ON t.a = z.b
SELECT /*+ REPARTITION(3, a), BROADCAST(t) */ * FROM t
SELECT DISTINCT a FROM t ORDER BY a
SELECT a FROM t GROUP BY GROUPING SETS (a, ROLLUP(b, c))
SELECT grouping(a), grouping_id() FROM t GROUP BY a
SELECT UNNEST(a), system.builtin.abs(a), `My F`(a) FROM t
SELECT a.*, `a b`.`c` FROM t
SELECT d[0].x, s['x'], m.k, f(a).b, (SELECT 1), (SELECT 1).x, EXISTS (SELECT 1) FROM t
SELECT try_cast(a AS array<int>), cast(a AS struct<x:int>), a::timestamp, cast(a as interval day to second) FROM t
SELECT * FROM t OFFSET 3
SELECT * FROM t LIMIT 3
SELECT 1 UNION ALL SELECT 2 ORDER BY 1
SELECT * FROM t UNPIVOT ((v, w) FOR n IN ((a, c) AS x, (b, d)))
SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (5)
SELECT * FROM t PIVOT (sum(c) FOR b IN ('x' AS q, 'y'))
WITH q AS (SELECT 1) SELECT * FROM q UNION ALL SELECT * FROM q
SELECT (WITH q AS (SELECT 1 AS x) SELECT x FROM q)
WITH RECURSIVE q(n) MAX RECURSION LEVEL 5 AS (SELECT 1) SELECT * FROM q
SELECT current_date(), current_timestamp, user, session_user, current_time, localtimestamp FROM t
SELECT first_value(a) OVER w, nth_value(a, 2) FROM t WINDOW w AS (PARTITION BY a, b ORDER BY c)
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY a) OVER (PARTITION BY b), mode() WITHIN GROUP (ORDER BY a) FROM t
SELECT CASE WHEN a THEN 1 END, IF(a, 1, 2), nullif(a, 1), if(true, 1, 2) FROM t
SELECT a FROM t HAVING a > 1
SELECT * FROM t WHERE a > (SELECT max(a) FROM t AS u WHERE u.b = t.b)
SELECT a FROM t QUALIFY rank() OVER w = 1 WINDOW w AS (ORDER BY a)
SELECT DISTINCT a FROM t QUALIFY rank() OVER (ORDER BY a) = 1
FROM t |> DROP a, b
FROM t |> AS x |> UNION ALL (SELECT 1)
FROM t |> PIVOT (sum(c) FOR b IN ('x'))
FROM t SELECT a
SELECT * FROM t LIMIT ALL
