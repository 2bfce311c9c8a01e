-- Values that are taken out of arrays, maps and structs made on the spot.
CREATE TEMP VIEW t AS SELECT id x, cast(id AS STRING) s FROM range(3)
SELECT array(x, x + 1)[1], array(x, x + 1)[5], array(x, x + 1)[-1] FROM t
SELECT array(x, 1 div (x - x))[0] FROM t
SELECT array(x, x + 1)[x] FROM t
SELECT array(1, 2)[5] FROM t
SELECT get(array(x, x + 1), 1), get(array(x, x + 1), 2) FROM t
SELECT element_at(array(x, x + 1), 1) FROM t
SELECT array(x, cast(1.5 as double))[0] FROM t
SELECT array(named_struct('a', x, 'b', 1), named_struct('a', 1, 'b', 2)).a FROM t
SELECT array(named_struct('a', x, 'b', 1 div (x - x)), null).a FROM t
SELECT map('a', x, 'b', 1 div (x - x))['a'], map('a', x, 'a', x + 1)['a'] FROM t
SELECT map('a', x)['b'], map('b', x, 'c', null)['c'], map(s, 1)[upper(s)] FROM t
SELECT map(if(x = 1, null, 'b'), x)['b'] FROM t
SELECT map(array(x), 1)[array(1L)], map(cast('0.0' as double), x)[cast('-0.0' as double)] FROM t
SELECT map('b' collate utf8_lcase, x)['B'], map(1, x)[1.0], map(1L, x)[x] FROM t
SELECT sum(map(s, x, 'a', 1)['a']) FROM t WHERE map(s, x)['1'] = 1
SELECT map('a', 1, 'a', 2)['a'] FROM t
SELECT named_struct('a', 1 div (x - x), 'b', x).b FROM t
