-- Strings of several collations in one expression
create or replace temporary view t as select s, s collate utf8_binary as b, s collate utf8_lcase as l, s collate unicode_ci as u from values ('Spark'),('sQL') v(s)
select contains(s, l) from t
select contains(b, l) from t
select contains(l, u) from t
select contains(l, 'sq') from t
select contains(l, cast('sq' as string)) from t
select contains(l, upper('sq')) from t
select contains(l, upper(s)) from t
select contains(l, upper(s collate unicode_ci)) from t
select contains(upper(l collate utf8_lcase), upper(s collate unicode_ci)) from t
select l = s from t
select l = u from t
select l || u from t
select collation(l || u) from t
select concat(l, 'a'), concat(s, l), concat(s, l collate unicode) from t
select replace(l, 's', 'x') from t
select replace(l, u, 'x') from t
select translate(l, 's', 'x') from t
select translate(l, u, 'x') from t
select lower(l collate unicode_ai), contains(l collate unicode_ci_ai, 'S') from t
select upper(l) from t
select replace(l collate unicode_ai, 's', 'x') from t
select translate(l collate unicode_ai, 's', 'x') from t
select locate(l collate unicode_ai, 's') from t
select startswith(l collate unicode_ai, 's') from t
select coalesce(l, u) from t
select coalesce(l, 'x') from t
select collation(coalesce(l, s)) from t
select if(true, l, u) from t
select case when true then l else u end from t
select l in (u) from t
select l in ('spark') from t
select array(l, u) from t
select array(l, 'a') from t
select array_contains(array(l), u) from t
select array_contains(array(l), 'spark') from t
select greatest(l, u) from t
select greatest(l, 'x') from t
select elt(1, l, u) from t
select elt(1, l, 'a') from t
select mask(l) from t
select initcap(l), reverse(l), repeat(l, 2), substr(l, 1, 2), left(l, 2), trim(l), ascii(l), soundex(l), lower(l) from t
select array_join(array(l), ',') from t
select array_join(array(l), u) from t
select levenshtein(l, u) from t
select levenshtein(l, 'x') from t
select nvl(l, u) from t
select overlay(l placing u from 1) from t
select concat_ws(',', array(l), 'x') from t
select instr(l, upper(u)) from t
select l = 'spark' collate unicode from t
select l collate unicode = u collate unicode_ci from t
select array_append(array(l), u) from t
select least(l, u) from t
select array_position(array(l), 'SPARK') from t
select ltrim('s', l), rtrim('L', l) from t
select substring_index(l, 'A', 1), split_part(l, 'A', 1) from t
select endswith(l, 'QL'), startswith(u, 'sp') from t
select lpad(l, 10, 'x'), rpad(l, 10) from t
select l < 'SPARK' from t
select max(l), min(u), any_value(l), collect_list(l) from t
