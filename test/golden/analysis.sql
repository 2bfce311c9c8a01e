-- Queries whose schema, or whose error, analysis.py asks Spark for. Statements end with a semicolon at the end of a line.
-- Names
CREATE OR REPLACE TEMPORARY VIEW t AS SELECT * FROM VALUES (1, 2, array(1, 2), named_struct('x', 1, 'y', 'a')), (1, 3, array(1, 2), null) AS t(a, b, arr, s);
CREATE OR REPLACE TEMPORARY VIEW u AS SELECT * FROM VALUES (1, 'x', 1.5D), (2, 'y', 2.5D) AS u(a, c, d);
SELECT A, t.b, s.x, s.Y AS y, arr[0], s['x'] FROM t;
SELECT * FROM t;
SELECT u.*, t.a FROM t, u;
SELECT * EXCEPT (arr) FROM t;
SELECT * EXCEPT (s.x, a) FROM t;
SELECT s.* FROM t;
SELECT nope FROM t;
SELECT t.nope FROM t;
SELECT x.a FROM t;
SELECT a FROM t, u;
SELECT a.b FROM t;
SELECT s.z FROM t;
SELECT nope.* FROM t;
SELECT a.* FROM t;
SELECT nope();
SELECT * FROM nope;
SELECT current_user, current_database();
SELECT current_catalog;
-- Automatic names
SELECT a + 1, -a, NOT true, a IS NULL, CAST(a AS string), CAST(a + 1 AS string), upper('x'), 'x', 1.5, count(*) OVER () FROM t;
SELECT CASE WHEN a = 1 THEN b ELSE 0 END, a BETWEEN 1 AND 2, a IN (1, 2), a LIKE 'x', struct(a, b AS c) FROM t;
SELECT (SELECT max(a) FROM t), EXISTS (SELECT 1), a IN (SELECT a FROM u) FROM t;
-- Aliases of the list
SELECT a + 1 AS x1, x1 * 2 AS x2, x2 + x1 FROM t;
SELECT a AS x1, b AS x1, x1 FROM t;
SELECT sum(a) AS z, z + 1 FROM t;
SELECT sum(a) AS z, sum(z) FROM t;
SELECT row_number() OVER (ORDER BY a) AS rn, rn + 1 FROM t;
SELECT a + 1, `(a + 1)` FROM t;
-- Groups
SELECT a, count(*), sum(b) + 1 FROM t GROUP BY a;
SELECT a, b FROM t GROUP BY a;
SELECT a, sum(b) FROM t;
SELECT a + 1 AS k, count(*) FROM t GROUP BY k;
SELECT a + 1 FROM t GROUP BY b;
SELECT a, count(*) FROM t GROUP BY 1;
SELECT a, count(*) FROM t GROUP BY 2;
SELECT a, count(*) FROM t GROUP BY 3;
SELECT * FROM t GROUP BY 1;
SELECT a, sum(b) FROM t GROUP BY ALL;
SELECT sum(a) + b FROM t GROUP BY ALL;
SELECT a, sum(b) FROM t GROUP BY ALL HAVING sum(b) > 1 ORDER BY ALL;
SELECT a FROM t GROUP BY sum(b);
SELECT sum(sum(a)) FROM t;
SELECT sum(rand()) FROM t;
SELECT a, b, grouping(a), grouping_id(), sum(1) FROM t GROUP BY CUBE (a, b);
SELECT a, grouping__id FROM t GROUP BY ROLLUP (a, b) ORDER BY grouping_id(a, b);
SELECT grouping(a) FROM t GROUP BY a;
SELECT grouping_id(b, a) FROM t GROUP BY CUBE (a, b);
SELECT count(DISTINCT a), sum(b) FILTER (WHERE a > 1) FROM t;
SELECT sum(a) FILTER (WHERE sum(b) > 1) FROM t;
SELECT abs(a) FILTER (WHERE a > 1) FROM t;
SELECT abs(DISTINCT a) FROM t;
SELECT a FROM t WHERE sum(b) > 1;
SELECT a FROM t HAVING a > 1;
SELECT a FROM t GROUP BY a HAVING b > 1;
SELECT a FROM t GROUP BY a ORDER BY min(b), a;
SELECT a FROM t GROUP BY a HAVING max(b) > 1 ORDER BY a;
SELECT sum(b) FROM t GROUP BY a + 1 ORDER BY a + 1;
SELECT a FROM t GROUP BY a HAVING EXISTS (SELECT 1 FROM u WHERE u.a = max(t.b));
-- Order
SELECT a FROM t ORDER BY b;
SELECT a + 1 FROM t ORDER BY a;
SELECT DISTINCT a FROM t ORDER BY a + 1;
SELECT DISTINCT a FROM t ORDER BY b;
SELECT a FROM t ORDER BY 2;
SELECT a FROM t ORDER BY sum(b);
SELECT a FROM t ORDER BY map(1, a);
SELECT a FROM t LIMIT a;
SELECT a FROM t LIMIT -1;
SELECT a FROM t LIMIT 'x';
-- Windows
SELECT sum(a) OVER (PARTITION BY b ORDER BY a), rank() OVER w, lag(a) OVER w, lead(a, 2, 0) OVER w FROM t WINDOW w AS (ORDER BY b);
SELECT sum(sum(a)) OVER (ORDER BY b) FROM t GROUP BY b;
SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t;
SELECT sum(a) OVER (ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM t;
SELECT sum(a) OVER (ORDER BY a, b RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t;
SELECT rank() OVER () FROM t;
SELECT row_number() FROM t;
SELECT abs(a) OVER () FROM t;
SELECT sum(a) OVER w FROM t;
SELECT count(DISTINCT a) OVER () FROM t;
SELECT lead(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t;
SELECT a FROM t WHERE row_number() OVER (ORDER BY a) > 1;
-- Generators
SELECT explode(arr) AS e, a FROM t;
SELECT explode(arr), posexplode_outer(arr) FROM t;
SELECT explode(map(1, 'a')) AS (k, v) FROM t;
SELECT explode(arr) + 1 FROM t;
SELECT * FROM t LATERAL VIEW OUTER posexplode(arr) v AS p, q;
SELECT * FROM t LATERAL VIEW explode(arr) v AS p, q;
SELECT * FROM t LATERAL VIEW abs(a) v;
SELECT * FROM t, LATERAL explode(arr) AS e(x);
SELECT * FROM explode(array(1, 2));
SELECT * FROM range(3);
SELECT * FROM range(1, 10, 2);
SELECT * FROM range(null);
SELECT * FROM abs(1);
SELECT range(1);
-- Joins
SELECT * FROM t JOIN u USING (a);
SELECT * FROM t FULL JOIN u USING (a) ORDER BY u.a;
SELECT u.* FROM t RIGHT JOIN u USING (a);
SELECT * FROM t NATURAL LEFT JOIN u;
SELECT * FROM t LEFT SEMI JOIN u ON t.a = u.a;
SELECT * FROM t JOIN u USING (nope);
SELECT * FROM t JOIN u ON t.a = u.nope;
SELECT * FROM t JOIN u ON t.a;
SELECT * FROM t JOIN u ON t.a = u.a AND sum(t.a) > 1;
SELECT * FROM t, LATERAL (SELECT t.a + d AS z FROM u WHERE u.a = t.a);
SELECT * FROM t, LATERAL (SELECT t.*);
-- Subqueries
SELECT (SELECT a, c FROM u);
SELECT * FROM t WHERE a IN (SELECT a, c FROM u);
SELECT * FROM t WHERE a IN (SELECT c FROM u);
SELECT * FROM t WHERE a = (SELECT max(u.a) FROM u WHERE u.a = t.a);
SELECT * FROM t WHERE EXISTS (SELECT sum(t.a) FROM u);
SELECT a, (SELECT max(d) FROM u WHERE u.a = t.a) FROM t GROUP BY a;
SELECT (SELECT (SELECT t.a)) FROM t;
SELECT * FROM t JOIN u ON t.a = u.a AND EXISTS (SELECT 1 FROM t x WHERE x.a = t.a);
-- Set operations
SELECT a, b FROM t UNION SELECT 1.5, 2L;
SELECT a FROM t UNION ALL SELECT c FROM u;
SELECT a FROM t UNION SELECT a, b FROM t;
SELECT a FROM t UNION SELECT arr FROM t;
SELECT map(1, 2) EXCEPT SELECT map(1, 2);
SELECT a FROM t INTERSECT SELECT a FROM u;
SELECT DISTINCT map(1, 2);
-- Tables of constants
SELECT * FROM VALUES (1, 'a'), (2L, null) AS x(a, b);
SELECT * FROM VALUES (1), (2, 3);
SELECT * FROM VALUES (1, 'a'), (2, 3) AS x(a, b);
SELECT * FROM VALUES (a);
SELECT * FROM VALUES (rand());
-- Pivot, unpivot
SELECT * FROM (SELECT a, b FROM t) PIVOT (sum(b) FOR a IN (1, 2));
SELECT * FROM (SELECT a, b FROM t) PIVOT (sum(b) AS s, max(b) FOR a IN (1 AS one, 2));
SELECT * FROM (SELECT a, b FROM t) PIVOT (b FOR a IN (1, 2));
SELECT * FROM (SELECT a, b FROM t) UNPIVOT (v FOR n IN (a, b));
SELECT * FROM t UNPIVOT ((v, w) FOR n IN ((a, b) AS x, (b, a)));
SELECT * FROM (SELECT a, s.y FROM t) UNPIVOT (v FOR n IN (a, y));
-- CTEs
WITH x AS (SELECT a FROM t), y(k) AS (SELECT a + 1 FROM x) SELECT * FROM x JOIN y ON x.a = y.k;
WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x;
WITH x(a, b) AS (SELECT 1) SELECT * FROM x;
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r;
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT max(n) FROM r) SELECT * FROM r;
-- Lambdas
SELECT transform(arr, x -> x + a), filter(arr, (x, i) -> i > 0), transform(arr, b) FROM t;
SELECT transform(arr, (x, y, z) -> x) FROM t;
SELECT transform(arr, (x, x) -> x) FROM t;
SELECT upper(x -> x);
-- Named arguments
SELECT mask(str => 'a', upperChar => 'b', lowerChar => 'c', digitChar => 'd');
SELECT mask(upperChar => 'a');
SELECT mask('a', str => 'b');
SELECT mask(str => 'a', 'b');
SELECT abs(x => 1);
-- Casts
SELECT CAST(array(1) AS int);
SELECT CAST(1 AS date);
SELECT CAST(DATE'2020-01-01' AS int);
SELECT CAST(null AS array<int>), CAST(array(1) AS array<bigint>);
-- Functions in SQL
CREATE TEMPORARY FUNCTION plus(x INT, y INT DEFAULT 1) RETURNS INT RETURN x + y;
CREATE TEMPORARY FUNCTION pairs(n INT) RETURNS TABLE (i INT, j STRING) RETURN SELECT a, c FROM u WHERE a > n;
SELECT plus(1), plus(a, b), plus(y => 2, x => a) FROM t;
SELECT plus();
SELECT plus(1, 2, 3);
SELECT * FROM pairs(1);
SELECT pairs(1);
-- Variables
DECLARE OR REPLACE VARIABLE v INT DEFAULT 5;
SELECT v, v + 1, system.session.v FROM t;
SELECT * FROM t WHERE a = v;
