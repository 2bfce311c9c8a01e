CREATE OR REPLACE TEMP VIEW windowed AS SELECT * FROM VALUES (1, 1L, date'2017-08-01', timestamp'2017-08-01', 'a'), (2, 2L, date'2017-08-02', timestamp'2017-08-05', 'a'), (3, 3L, date'2020-12-31', timestamp'2020-12-31', 'b') AS t(val, val_long, val_date, val_timestamp, cate)
SELECT avg(val_timestamp) OVER (PARTITION BY cate), sum(timestamp_seconds(5)) OVER () FROM windowed
SELECT count(*) OVER (ORDER BY val_date RANGE BETWEEN CURRENT ROW AND interval '1 2:3:4.001' day to second FOLLOWING) FROM windowed
SELECT count(*) OVER (ORDER BY val_date RANGE BETWEEN CURRENT ROW AND interval 1 day FOLLOWING) FROM windowed ORDER BY val
SELECT rank() OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM windowed
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY val) OVER (PARTITION BY cate ORDER BY val) FROM windowed
SELECT sum(val) IGNORE NULLS OVER (ORDER BY val) FROM windowed
SELECT last_value(val) RESPECT NULLS OVER (ORDER BY val) FROM windowed ORDER BY val
SELECT grouping(a) FROM VALUES (1) t(a)
SELECT a FROM VALUES (1) t(a) WHERE grouping(a) = 1
SELECT a FROM VALUES (1) t(a) WHERE explode(array(1)) = 1
SELECT 'abc' NOT ILIKE ANY ('A%', 'x'), 'abc' ILIKE ALL ('A%', '%C')
SELECT count(t.*) FROM VALUES (1) t(a)
SELECT mask(5)
SELECT interval '1:2' hour to foo
SELECT sequence(timestamp'2020-03-07', timestamp'2020-03-09', interval 1 day)
SELECT sequence(timestamp'2020-03-07', timestamp'2020-03-10', interval '1 12' day to hour)
SELECT sequence(date'2020-03-07', date'2020-03-10', interval '1 12' day to hour)
SELECT sequence(date'2020-03-10', date'2020-03-07', interval -1 day)
