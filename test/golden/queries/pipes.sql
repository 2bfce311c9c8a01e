CREATE OR REPLACE TEMP VIEW pipe_t AS VALUES (0, 'abc'), (1, 'def'), (1, NULL) AS t(x, y)
CREATE OR REPLACE TEMP VIEW pipe_o AS VALUES (1, 1), (1, 2), (2, 4) AS o(a, b)
TABLE pipe_o |> SELECT a, sum(b) AS s GROUP BY a
TABLE pipe_o |> SELECT a, count(*) c GROUP BY ALL ORDER BY a OFFSET 1
TABLE pipe_o |> SELECT a LIMIT 2
TABLE pipe_o |> SELECT a UNION ALL SELECT 3
TABLE pipe_o |> SELECT a WHERE a > 1
TABLE pipe_o |> AGGREGATE sum(b) AS s GROUP BY 1 AS g
TABLE pipe_o |> AGGREGATE sum(b) AS s GROUP BY a, 2
TABLE pipe_o |> AGGREGATE sum(b) + a GROUP BY a
TABLE pipe_o |> AGGREGATE a GROUP BY a
TABLE pipe_o |> AGGREGATE b
TABLE pipe_o |> AGGREGATE grouping(a), sum(b) GROUP BY a
TABLE pipe_o |> AGGREGATE sum(b) OVER () GROUP BY a
TABLE pipe_o |> AGGREGATE sum(b) GROUP BY CUBE(a)
TABLE pipe_o |> AGGREGATE sum(b) GROUP BY GROUPING SETS ((a), ())
TABLE pipe_o |> AGGREGATE sum(b) GROUP BY a WITH ROLLUP
TABLE pipe_o |> AGGREGATE sum(b) GROUP BY ALL
TABLE pipe_o |> AGGREGATE * GROUP BY a
TABLE pipe_t |> EXTEND sum(x) AS z
TABLE pipe_t |> EXTEND *
TABLE pipe_t |> SET z = 1
TABLE pipe_t |> SET x = sum(x)
TABLE pipe_t |> SET X = 5
TABLE pipe_t |> ORDER BY x LIMIT 1
TABLE pipe_t |> SORT BY x OFFSET 1
TABLE pipe_t |> LIMIT 1 OFFSET 5
TABLE pipe_t |> WINDOW w AS (PARTITION BY x) |> SELECT sum(x) OVER w
SELECT IDENTIFIER('abs')(-5)
SELECT IDENTIFIER('max')(IDENTIFIER('c1')) FROM VALUES (1) AS t(c1)
SELECT 1 AS IDENTIFIER('c1')
SELECT t1.c1 FROM VALUES (1) AS t1(c1) JOIN VALUES (1) AS t2(c1) USING (IDENTIFIER('c1'))
SELECT * FROM VALUES (1) AS IDENTIFIER('t')(a) WHERE t.a = 1
VALUES (1), (2) AS v(a) |> SELECT /*+ BROADCAST(v) */ a
VALUES (1), (2) AS v(a) |> SELECT /*+ REPARTITION(3) */ DISTINCT a
