-- Functions written in SQL: how nullable their results are, what their bodies may call, how they are declared.
CREATE FUNCTION one(x INT) RETURNS INT RETURN x
CREATE FUNCTION two(x INT) RETURNS INT RETURN one(x) + 1
SELECT two(1), one(NULL)
CREATE OR REPLACE FUNCTION one(x INT) RETURNS INT RETURN one(x)
CREATE FUNCTION self(x INT) RETURNS INT RETURN self(x)
CREATE TEMPORARY FUNCTION temp_self(x INT) RETURNS INT RETURN temp_self(x)
CREATE FUNCTION table_self(x INT) RETURNS TABLE(a INT) RETURN SELECT * FROM table_self(x)
CREATE FUNCTION lost(x INT) RETURNS INT RETURN nowhere(x)
CREATE FUNCTION twice(x INT) RETURNS INT COMMENT 'a' COMMENT 'b' RETURN x
CREATE FUNCTION foreign(x INT) RETURNS INT LANGUAGE PYTHON RETURN x
CREATE TEMPORARY FUNCTION default.placed(x INT) RETURNS INT RETURN x
EXECUTE IMMEDIATE 'SELECT 1' INTO nowhere
SELECT mask('AbCD123-@$#', otherChar => '*'), mask(str => 'aB1-', digitChar => 'd'), mask('aB1-', lowerChar => 'q', otherChar => 'o')
SELECT mask()
SELECT mask(lowerChar => 'q')
SELECT 'foo' LIKE ANY ('%oo', 'x'), 'foo' LIKE ALL ('f%', NULL), 'FOO' ILIKE ANY ('f%', NULL), 'foo' NOT LIKE ALL ('x', NULL)
SELECT from_utc_timestamp(timestamp'2020-01-01', 'GMT+8:30'), from_utc_timestamp(timestamp'2020-01-01', 'UTC-9:5')
SET spark.sql.legacy.timeParserPolicy
SELECT to_date('2020-1-1', 'yyyy-MM-dd')
SET spark.sql.legacy.timeParserPolicy=EXCEPTION
SELECT to_date('2020-1-1', 'yyyy-MM-dd')
SELECT try_to_timestamp('2020-01-01 10', 'yyyy-MM-dd')
SELECT unix_timestamp('2020-13-01', 'yyyy-MM-dd')
SELECT to_timestamp('2020-01-31', 'yyyy-MM-dd')
SET spark.sql.ansi.enabled=false
SELECT unix_timestamp('2020-1-1', 'yyyy-MM-dd')
SELECT to_timestamp('x', 'yyyy')
