-- Keys of grouping sets are null where a set leaves them out, also those that are never null below.
create or replace temp view k as select * from values ('a', 1), ('b', 2), ('b', 3) as v(s, n)
create or replace temp view o as select * from values ('a'), (cast(null as string)) as v(s)
(select s as c from k group by rollup (s)) except (select s from o)
(select s as c from k group by rollup (s)) intersect (select s from o)
(select upper(s) as c, n from k group by cube (s, n)) except all (select upper(s), 1 from o)
select c, d is null from (select concat(s, 'x') as c, cast(n as bigint) + 1 as d from k group by grouping sets ((s), (n), ()))
select count(*) from (select s as c from k group by rollup (s)) x join o on x.c <=> o.s
select coalesce(s, 'none') as c, case when n > 1 then s else 'z' end as d, if(s is null, 1, n) as e from k group by cube (s, n)
select s as c, n as d, count(c) from (select s as c, s, n from k) group by rollup (s, n) having c is null or d is null
SELECT a + b, b, sum(c) FROM (VALUES (1,1,1),(2,2,2)) AS t(a,b,c) GROUP BY GROUPING SETS ((a + b), (b + a), (b))
SELECT a * b, sum(c) FROM (VALUES (1,1,1),(2,2,2)) AS t(a,b,c) GROUP BY CUBE (a * b, b * a)
SELECT a > b, sum(c) FROM (VALUES (1,1,1),(2,2,2)) AS t(a,b,c) GROUP BY GROUPING SETS ((a > b), (b < a))
SELECT a + b, sum(c) FROM (VALUES (1,1,1),(2,2,2)) AS t(a,b,c) GROUP BY GROUPING SETS ((a + b), (B + A), (t.a + b))
SELECT a - b, sum(c) FROM (VALUES (1,1,1),(2,2,2)) AS t(a,b,c) GROUP BY GROUPING SETS ((a - b), (b - a))
SELECT b + a, sum(c), sum(c + a), sum(a + c) FROM (VALUES (1,1,1),(2,2,2)) AS t(a,b,c) GROUP BY a + b
CREATE TABLE commented (key INT COMMENT 'kc', b STRING COMMENT 'bc') USING parquet
DESC QUERY SELECT key FROM commented UNION ALL SELECT CAST(1 AS DOUBLE)
DESC QUERY SELECT key, b FROM commented UNION ALL SELECT 1, 'x'
DESC QUERY SELECT key FROM commented INTERSECT SELECT 1L
DROP TABLE commented
