SELECT typeof(b) FROM VALUES (1, 1.1F), (2, 5L) t(a, b)
SELECT typeof(b) FROM VALUES (1, 1.5BD), (2, 5F) t(a, b)
SELECT typeof(b) FROM VALUES (1, array(1)), (2, array(1.5F)) t(a, b)
SELECT typeof(b) FROM VALUES (1, date'2020-01-01'), (2, timestamp'2020-01-01') t(a, b)
SELECT * FROM VALUES (1), ('a') t(a)
SELECT typeof(coalesce(1, 1.5F)), typeof(array(1, 1.5F))
SELECT map_concat(map(10, 'a'), map(2147483648, '5'))
SELECT map_concat(map(10, 'a'), map(2147483648, 5))
SELECT typeof(map_concat(map(10, 1), map(2147483648, 5.5)))
SELECT map_concat(map(10, 'a'), map(date'2020-01-01', 5))
SELECT named_struct('a', 1) IN (named_struct('b', 1)), named_struct('a', 2) IN (named_struct('b', 1), named_struct('c', 3))
SELECT named_struct('a', 1) IN (named_struct('b', 1L))
SELECT ntile(3S) OVER (ORDER BY 1)
SELECT ntile('2') OVER (ORDER BY 1)
SELECT ceil(1.5, 1S)
SELECT floor(1.55, 1)
SELECT bitmap_count('a')
SELECT initcap('sPark  sql'), initcap('  a b'), initcap(' ')
SELECT hex(reverse(x'CAFE')), reverse(array(1, null)), hex(reverse(x''))
SELECT mask(5), mask('a')
SELECT mask('aB1', NULL, 'q')
SELECT * FROM sql_keywords() LIMIT 3
SELECT sql_keywords()
SELECT 1 AND true
SET spark.sql.ansi.enabled=false
SELECT 1 AND true
SELECT true OR CAST(NULL AS DOUBLE)
SELECT true AND NULL
SELECT map_concat(map(10, 'a'), map(2147483648, 5))
SELECT typeof(b) FROM VALUES (1, 1.1F), (2, 5L) t(a, b)
SET spark.sql.ansi.enabled=true
SELECT struct(1 AS a) UNION ALL SELECT struct(2 AS b) UNION ALL SELECT struct(CAST(NULL AS INT) AS c)
SELECT array(struct(1 AS a)) UNION SELECT array(struct(2 AS b))
SELECT map('x', struct(1 AS a)) AS m UNION ALL SELECT map('x', struct(2 AS b))
SELECT struct(1 AS a) UNION ALL SELECT struct(2L AS b)
SELECT struct(1 AS a) EXCEPT SELECT struct(1 AS b)
SELECT * FROM (VALUES (1) t1(x) CROSS JOIN VALUES (2) t2(y)) LEFT JOIN VALUES (3) t3(z) ON x + y = z
SELECT * FROM (VALUES (1) t1(x) JOIN VALUES (2) t2(y)) AS j(a, b)
SELECT * FROM (VALUES (1), (2)) AS j(a)
SELECT typeof(date'2020-01-01' - null), typeof(null - date'2020-01-01'), typeof(date'2020-01-01' + null), typeof(null + date'2020-01-01'), date'2020-01-01' + null
SELECT typeof(null / 1BD), typeof(1BD / null), typeof(null * 1BD), null / 1BD
SELECT interval 1 month - interval 1 day
SELECT interval 1 day - interval 1 month
SELECT true < 1
SET spark.sql.ansi.enabled=false
SELECT true < 1
SELECT 1.5 >= true
SELECT 1 BETWEEN true AND false
SELECT CAST(1 AS BOOLEAN) = CAST(1 AS INT), CAST(0 AS BIGINT) <=> CAST(1 AS BOOLEAN)
SELECT date'2020-01-01' - '1'
SELECT '2020-01-02' - date'2020-01-01'
