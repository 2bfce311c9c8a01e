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
-- Capital and small letters by the rules of words and languages.
SELECT lower(s COLLATE az), upper(s COLLATE az), initcap(s COLLATE az) FROM VALUES ('ISTANBUL'), ('istanbul'), ('Iİıi'), ('é iI') AS t(s)
SELECT lower(s COLLATE tr), upper(s COLLATE tr), initcap(s COLLATE tr) FROM VALUES ('ISTANBUL'), ('istanbul'), ('Iİıi'), ('é iI') AS t(s)
SELECT lower(s COLLATE lt), upper(s COLLATE lt), initcap(s COLLATE lt) FROM VALUES ('ISTANBUL'), ('istanbul'), ('Iİıi'), ('é iI Ì ì Į̃ j̇̀') AS t(s)
SELECT lower(s COLLATE nl), upper(s COLLATE nl), initcap(s COLLATE nl) FROM VALUES ('ijs é'), ('IJS'), ('íjs ijé') AS t(s)
SELECT lower(s COLLATE tr_CI), upper(s COLLATE tr_AI), initcap(s COLLATE tr_CI_AI) FROM VALUES ('ISTANBUL'), ('istanbul'), ('Iİıi'), ('é iI') AS t(s)
SELECT initcap('1Σ 1ΑΣ Σ ΣΣ İΣ') , initcap('1Σ 1ΑΣ Σ ΣΣ İΣ' COLLATE UNICODE)
SELECT lower('ISTANBUL İx' COLLATE tr), upper('istanbul ı' COLLATE tr), initcap('istanbul ISTANBUL ıI' COLLATE tr), lower('I' COLLATE az), upper('i' COLLATE az)
SELECT upper('άλφα ΐ ή' COLLATE el), upper('άλφα ΐ ή'), upper('άλφα ΐ ή' COLLATE UNICODE), upper('ß ŉ' COLLATE de), initcap('άλφα' COLLATE el)
SELECT upper('ǆ ŉ ß' COLLATE UTF8_LCASE), lower('ΑΣ' COLLATE tr), initcap('ß ŉ ﬁ' COLLATE UNICODE), initcap('ʹX a͏b ⓐb' COLLATE UNICODE)
SELECT initcap('日本語 テスト abc日本 한국어x' COLLATE UNICODE), initcap('ไทยคำ abc' COLLATE UNICODE), initcap('a''b a’b a.b a:b a_b a-b 1a 1.a a1.b $a #b %c &d' COLLATE UNICODE), initcap('' COLLATE UNICODE), initcap(NULL COLLATE UNICODE)
SELECT initcap('🙂abc x🙂yz' COLLATE UNICODE), initcap('a' || chr(0) || 'bC' COLLATE UNICODE), initcap('ΑΣ-ΑΣ' COLLATE UNICODE), initcap('o''NEILL and MCDONALD''S' COLLATE UNICODE_CI_AI)
SELECT lower(s COLLATE tr), upper(s COLLATE tr), initcap(s COLLATE tr) FROM VALUES ('ISTANBUL'), ('istanbul'), ('Iİıi'), (NULL) AS t(s)
SELECT lower(s), upper(s), initcap(s) FROM (SELECT CAST(s AS STRING COLLATE el) s FROM VALUES ('Άλφα ΒΉΤΑ'), ('ΆΛΦΑ') AS t(s))
SELECT lower('ÌÍĨ I' COLLATE lt), upper('i̇̀' COLLATE lt), upper('ijs' COLLATE nl), initcap('ijs' COLLATE nl)
SELECT initcap('hello-wORLD o''neil x.y 3abc a1b2 _foo b_ar "qUOTED" (paren) e-mail@x.com don''t ab:cd ǆx' COLLATE UNICODE)
SELECT initcap('hello-wORLD o''neil x.y 3abc a1b2 _foo b_ar "qUOTED" (paren) e-mail@x.com don''t ab:cd ǆx')
SELECT initcap('hello-wORLD o''neil x.y 3abc a1b2 _foo b_ar "qUOTED" (paren) e-mail@x.com don''t ab:cd ǆx' COLLATE UTF8_LCASE)
SELECT initcap(concat('a', chr(9), 'b', chr(10), 'c')), initcap(concat('a', chr(9), 'b', chr(10), 'c') COLLATE UNICODE_CI), initcap('ijs IJS' COLLATE nl), initcap('istanbul ISTANBUL' COLLATE tr)
SELECT initcap('ΑΣ ΣΑΣ ς'), initcap('ΑΣ ΣΑΣ ς' COLLATE UNICODE), lower('ΑΣ ΣΑΣ'), lower('ΑΣ ΣΑΣ' COLLATE UNICODE), lower('ΑΣ ΣΑΣ' COLLATE UTF8_LCASE)
SELECT initcap('i̇x'), initcap('İSTANBUL i̇x'), initcap('ǆ ŉa ßa ﬁn ᾳx ᾲx აx'), initcap('ǆ ŉa ßa ﬁn ᾳx ᾲx აx' COLLATE UNICODE)
