-- Small programs of many kinds
CREATE OR REPLACE TEMP VIEW emp AS SELECT * FROM VALUES (1, 'Ann', 'sales', 1000.50, DATE'2020-02-29', TIMESTAMP'2024-03-10 01:30:00'), (2, 'Bob', 'sales', 1500.00, DATE'2021-01-31', TIMESTAMP'2024-03-10 03:30:00'), (3, 'Cid', 'it', NULL, DATE'2019-12-31', TIMESTAMP'2024-11-03 00:30:00'), (4, NULL, 'it', 2000.25, NULL, NULL), (5, 'Eve', NULL, 0.00, DATE'1900-01-01', TIMESTAMP'1900-01-01 00:00:00') AS t(id, name, dept, pay, hired, seen)
CREATE OR REPLACE TEMP VIEW orders AS SELECT * FROM VALUES (1, 10, 'a,b'), (1, 20, 'b'), (2, NULL, ''), (9, 5, NULL) AS t(emp_id, qty, tags)
SELECT dept, count(*), count(pay), sum(pay), avg(pay), min(hired), max(name) FROM emp GROUP BY dept ORDER BY dept
SELECT *, rank() OVER (PARTITION BY dept ORDER BY pay DESC NULLS LAST) r, sum(pay) OVER (PARTITION BY dept ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) s FROM emp ORDER BY id
SELECT e.name, o.* FROM emp e LEFT JOIN orders o ON e.id = o.emp_id ORDER BY e.id, o.qty
SELECT * FROM emp e FULL OUTER JOIN orders o ON e.id = o.emp_id AND o.qty > 5 ORDER BY e.id, o.emp_id, o.qty
SELECT id FROM emp a JOIN emp b USING (id) ORDER BY id
SELECT id FROM emp a JOIN emp b ON a.id = b.id
SELECT * FROM (SELECT dept, id, pay FROM emp) PIVOT (sum(pay) AS s, count(id) AS c FOR dept IN ('sales', 'it' AS tech)) ORDER BY 1
SELECT * FROM (SELECT id, qty * 1.0 AS a, emp_id * 2.0 AS b FROM orders JOIN emp ON id = emp_id) UNPIVOT (v FOR k IN (a, b)) ORDER BY id, k, v
SELECT hired, add_months(hired, 12), last_day(hired), date_trunc('quarter', hired), months_between(hired, DATE'2020-01-31'), dayofweek(hired), weekofyear(hired), extract(YEAROFWEEK FROM hired) FROM emp ORDER BY id
SELECT seen, seen + INTERVAL 1 HOUR, seen + INTERVAL 1 DAY, date_format(seen, 'yyyy-MM-dd HH:mm:ss z XXX'), to_utc_timestamp(seen, 'Asia/Tokyo'), hour(seen), unix_timestamp(seen), to_date(seen) FROM emp ORDER BY id
SELECT from_json('{"a":1,"b":[1,2],"c":{"d":"x"}}', 'a INT, b ARRAY<BIGINT>, c STRUCT<d: STRING>').c.d, to_json(named_struct('t', TIMESTAMP'2020-01-01 00:00:00', 'd', 1.50, 'n', CAST(NULL AS INT))), get_json_object('{"a":[{"b":1},{"b":2}]}', '$.a[*].b'), json_tuple('{"x":1,"y":null}', 'x', 'y')
SELECT from_json('{"a":"bad"}', 'a INT'), from_json('{bad', 'a INT'), from_json('{"a":1}', 'a INT', map('mode', 'FAILFAST'))
SELECT CAST(1 AS DECIMAL(10,2)) / 3, CAST(12345678901234567890.123 AS DECIMAL(38,10)) * 2, 1.1 + 2.22, round(2.5), round(-2.5), bround(2.5), 10 % 3, -10 % 3, pmod(-10, 3), 7 DIV 2, 1e400, CAST('NaN' AS DOUBLE) = CAST('NaN' AS DOUBLE)
SELECT 1 / 0
SELECT CAST('12x' AS INT)
SELECT CAST(300 AS TINYINT)
SELECT array(1, 2)[5]
SELECT map('a', 1)['b'], element_at(map('a', 1), 'b'), try_element_at(array(1), 3)
SELECT nosuch FROM emp
SELECT nme FROM emp
SELECT upper(id, 2) FROM emp
SELECT nofunc(1)
SELECT * FROM missing_table
SELECT sum(name) FROM emp
SELECT dept, name FROM emp GROUP BY dept
SELEC 1
SELECT id FROM emp UNION SELECT id, name FROM emp
SELECT split(tags, ','), size(split(tags, ',')), explode(split(tags, ',')) FROM orders
SELECT emp_id, t FROM orders LATERAL VIEW OUTER explode(split(tags, ',')) x AS t ORDER BY emp_id, t
SELECT transform(array(1, 2, 3), x -> x * 2), filter(array(1, 2, NULL), x -> x > 1), aggregate(array(1, 2, 3), 0, (a, x) -> a + x), exists(array(1, NULL), x -> x > 5), zip_with(array(1, 2), array('a'), (a, b) -> concat(a, b)), map_filter(map(1, 'a', 2, 'b'), (k, v) -> k > 1)
SELECT aggregate(array(1, 2), named_struct('s', 0, 'n', 0), (a, x) -> (a.s + x, a.n + 1), a -> a.s / a.n)
SELECT sort_array(array('b', NULL, 'a')), array_sort(array(3, 1, NULL, 2)), array_distinct(array(1, 1, NULL, NULL)), flatten(array(array(1), array(2, 3))), sequence(DATE'2020-01-01', DATE'2020-03-01', INTERVAL 1 MONTH), slice(array(1, 2, 3), -2, 2), arrays_zip(array(1, 2), array('x'))
SELECT regexp_replace('a1b22', '(\\d+)', '<$1>'), regexp_extract_all('a1b22', '(\\d+)', 1), 'abc' RLIKE '^a.c$', 'a_c' LIKE 'a\\_c', split('a.b.c', '[.]', 2), initcap('hello wORLD'), translate('abc', 'ab', 'x'), lpad('7', 3, '0'), format_number(1234567.891, 2), substring_index('a.b.c', '.', -2), soundex('Robert'), levenshtein('kitten', 'sitting')
SELECT date_add(DATE'2024-02-28', 2), datediff(DATE'2024-03-01', DATE'2024-02-01'), make_date(2024, 2, 30)
SELECT to_date('31/12/2020', 'dd/MM/yyyy'), to_timestamp('2020-12-31T23:59:59.123Z'), try_to_timestamp('nope'), to_date('2020-13-01')
SELECT grouping(dept), dept, year(hired) y, count(*) FROM emp GROUP BY CUBE (dept, year(hired)) ORDER BY 1, 2, 3, 4
SELECT dept, collect_list(id), collect_set(dept), array_agg(name), first(name), percentile_approx(pay, 0.5), stddev(pay), listagg(name, ';') FROM emp GROUP BY dept ORDER BY dept
SELECT id, (SELECT sum(qty) FROM orders o WHERE o.emp_id = e.id) q, EXISTS (SELECT 1 FROM orders o WHERE o.emp_id = e.id) x, id IN (SELECT emp_id FROM orders) i FROM emp e ORDER BY id
SELECT id FROM emp WHERE dept NOT IN (SELECT dept FROM emp WHERE id = 5)
SELECT dept, id IN (SELECT emp_id FROM orders) x, count(*) FROM emp GROUP BY dept, id IN (SELECT emp_id FROM orders) ORDER BY 1, 2
WITH RECURSIVE r(n, f) AS (SELECT 1, 1L UNION ALL SELECT n + 1, f * (n + 1) FROM r WHERE n < 10) SELECT * FROM r ORDER BY n
SELECT id, lag(id, 1, -1) OVER (ORDER BY id), lead(name) IGNORE NULLS OVER (ORDER BY id), ntile(2) OVER (ORDER BY id), first_value(name) IGNORE NULLS OVER (ORDER BY id DESC), cume_dist() OVER (ORDER BY dept) FROM emp ORDER BY id
SELECT named_struct('a', 1, 'b', array(map('k', DATE'2020-01-01'))) AS s, struct(id, name).col1 FROM emp WHERE id = 1
SELECT struct(id, name).name, s.* FROM (SELECT id, name, named_struct('x', id, 'y', dept) AS s FROM emp) ORDER BY x
SELECT parse_json('{"a":[1,2.5,"x"],"b":null}'):a[1]::double, variant_get(parse_json('{"d":"2020-01-01"}'), '$.d', 'date'), to_json(parse_json('[1,true]')), schema_of_variant(parse_json('{"a":1}'))
SELECT INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 02:03:04.5' DAY TO SECOND, INTERVAL 3 DAYS * 2, DATE'2020-01-31' + INTERVAL 1 MONTH, TIMESTAMP'2020-01-01 00:00:00' - TIMESTAMP'2019-12-31 12:00:00', make_interval(1, 2, 3)
SELECT decimal('1.23'), hex('abc'), unhex('616263'), base64('x'), md5('a'), sha2('a', 256), crc32('a'), hash(1, 'a', NULL), xxhash64(1.5, DATE'2020-01-01'), uuid() IS NOT NULL
SELECT current_date() = to_date(now()), typeof(1.5), typeof(array(1L)), typeof(NULL), typeof(INTERVAL 1 DAY), typeof('x' COLLATE UNICODE_CI)
CREATE TABLE prog_t (id INT NOT NULL, name STRING DEFAULT 'none', p DECIMAL(5,2)) USING parquet PARTITIONED BY (id)
INSERT INTO prog_t (id, p) VALUES (1, 1.239), (2, NULL)
INSERT INTO prog_t VALUES ('x', 1, 2)
INSERT INTO prog_t BY NAME SELECT 3 AS id, 9.5 AS p, 'z' AS name
INSERT INTO prog_t VALUES (NULL, 1, 2)
SELECT * FROM prog_t ORDER BY id, name, p
INSERT INTO prog_t SELECT 'n', 12345.6, 4
SHOW PARTITIONS prog_t
SHOW COLUMNS IN prog_t
ALTER TABLE prog_t ADD COLUMNS (extra ARRAY<INT> COMMENT 'more')
SELECT * FROM prog_t WHERE id = 3
INSERT OVERWRITE prog_t PARTITION (id = 3) SELECT 'new', 1.0, array(1)
SELECT * FROM prog_t ORDER BY id, name, p
DROP TABLE prog_t
DROP TABLE prog_t
DECLARE VARIABLE v INT DEFAULT 5
SELECT v + 1, session.v
SET VAR v = (SELECT max(id) FROM emp)
SELECT * FROM emp WHERE id = v
EXECUTE IMMEDIATE 'SELECT ? + :b' USING 1, 2 AS b
EXECUTE IMMEDIATE 'SELECT id FROM emp WHERE id < ?' USING 3
FROM emp |> WHERE pay > 0 |> AGGREGATE sum(pay) AS s GROUP BY dept |> ORDER BY s
SELECT stack(2, 1, 'a', 2, 'b') AS (n, s)
SELECT * FROM VALUES (1, 'a'), (2, NULL) AS t(x, y) WHERE y <=> NULL
SELECT posexplode(array('a', 'b')), 1 AS one
SELECT inline(array(struct(1, 'a'), struct(2, 'b')))
SELECT width_bucket(5, 0, 10, 4), bin(10), conv('ff', 16, 10), factorial(5), cbrt(27), hypot(3, 4), greatest(1, NULL, 3), least('b', 'a'), sign(-2.5), ceil(1.234, 2), floor(-1.5), log(2, 8), e(), pi(), shiftleft(1, 3), bit_count(7)
SELECT dept, sum(pay) FILTER (WHERE id > 1), count(DISTINCT name, dept), any_value(dept), bool_and(id > 0), max_by(name, pay), mode(dept), corr(id, pay), regr_slope(pay, id), approx_count_distinct(id) FROM emp GROUP BY ALL ORDER BY 1
SELECT id FROM emp ORDER BY pay DESC NULLS FIRST, id LIMIT 2 OFFSET 1
SELECT id, dept FROM emp QUALIFY row_number() OVER (PARTITION BY dept ORDER BY id) = 1 ORDER BY id
SELECT * FROM emp TABLESAMPLE (100 PERCENT) WHERE id = 1
SELECT id a, a + 1 b, b * 2 c FROM emp ORDER BY c LIMIT 2
SELECT CASE id WHEN 1 THEN 'one' WHEN 2 THEN 2 END FROM emp ORDER BY id
SELECT nullif(1, 1), nvl2(NULL, 1, 2), coalesce(NULL, 1.5, 2), ifnull(NULL, 'x'), if(NULL, 1, 2), nanvl(CAST('NaN' AS DOUBLE), 1)
SELECT date'2020-01-01' = '2020-01-01', 1 = '1', true = 'true', 1 < 1.5, 'a' < 'B', NULL = NULL, array(1, NULL) = array(1, NULL), struct(1, 'a') < struct(1, 'b')
SELECT try_divide(1, 0), try_add(2147483647, 1), try_cast('x' AS DATE), try_subtract(CAST(-128 AS TINYINT), CAST(1 AS TINYINT)), try_to_number('$1', '999'), try_sum(x) FROM VALUES (9223372036854775807L), (1L) t(x)
SELECT to_number('$1,234.50', '$9,999.99'), to_char(1234.5, '9G999D99'), format_string('%05d|%-5s|%.2f|%x', 42, 'ab', 3.14159D, 255), printf('%s', 'x'), char_length('héllo'), octet_length('héllo'), reverse('héllo'), ascii('é'), chr(233)
-- PIVOT of aggregates that give no number, as well: of each value's rows alone
SELECT * FROM (SELECT emp_id, qty, tags FROM orders) PIVOT (collect_list(qty) AS l, count(*) AS c, first(tags) AS f FOR tags IN ('a,b', 'b', 'z')) ORDER BY emp_id
SELECT * FROM (SELECT id, name, dept, pay FROM emp) PIVOT (max(name) AS m, count(pay) FILTER (WHERE id > 1) AS c, count(DISTINCT id) + 1 AS d FOR dept IN ('sales', 'it'))
SELECT * FROM (SELECT name, dept, pay FROM emp) PIVOT (count(pay) AS c FOR dept IN ('sales', 'it')) ORDER BY name
-- Times beside local times
SELECT TIMESTAMP'2024-03-09 23:00:00' - TIMESTAMP_NTZ'2024-03-10 02:30:00', TIMESTAMP_NTZ'2024-03-10 02:30:00' - TIMESTAMP'2024-03-09 23:00:00', TIMESTAMP_NTZ'2024-03-10 03:30:00' - DATE'2024-03-10'
SELECT from_json('{"t":"2015-08-26T10:00:00Z"}', 't TIMESTAMP_NTZ'), from_csv('2015-08-26 10:00:00 Europe/Paris,1', 't TIMESTAMP_NTZ, i INT'), from_csv('2015-08-26T10:00,1', 't TIMESTAMP_NTZ, i INT')
SET spark.sql.timestampType = TIMESTAMP_NTZ
SELECT from_json('{"t":"2024-01-01T00:00:00"}', 't TIMESTAMP, m ARRAY<TIMESTAMP_LTZ>'), from_csv('2024-01-01T00:00:00', 't TIMESTAMP'), variant_get(parse_json('"2024-01-01T00:00:00"'), '$', 'timestamp')
RESET spark.sql.timestampType
-- Options of texts
SELECT from_csv('1', 'a INT', map('quote', 'ab'))
SELECT from_csv('1', 'a INT', map('charToEscapeQuoteEscaping', 'ab'))
SELECT to_json(named_struct('a', 1), map('timestampFormat', 'bad format'))
SELECT to_csv(named_struct('a', 1), map('timestampFormat', 'bad format'))
