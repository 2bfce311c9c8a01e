-- Scalar subqueries that depend on their row: groups that HAVING rejects, the group of no rows, one subquery several times.
create or replace temp view t as select * from values (1, 10), (2, 20), (3, 30), (4, null), (5, 50) as v(a, b)
create or replace temp view u as select * from values (1, 1), (1, 2), (2, 3), (2, null), (4, null) as v(c, d)
create or replace temp view w as select cast(c as double) as c, cast(d as string) as d from values ('1', 1), ('1', 2), ('2', 3), (null, 4) as v(c, d)
select a, (select coalesce(max(d), -1) from u where c = a having count(*) > 1) from t
select a, (select coalesce(max(d), -1) from u where c = a having count(*) < 2) from t
select a, (select count(*) + 1 from u where c = a having count(*) <> 0) from t
select a, (select coalesce(sum(d), 7) from u where c = a having max(d) is null) from t
select a, (select x + 1 from (select count(*) as x from u where c = a having count(*) > 0) where x < 2) from t
select a, (select coalesce(x, -5) from (select max(d) as x, count(*) as n from u where c = a having count(*) > 0) where n < 2) from t
select a, (select coalesce(max(d), -1) from u where c = a having count(*) > 1) is null from t where a > 2
select a from t where (select count(*) from u where c = a) between 0 and 1
select a from t where (select count(*) from u where c = a) not between 1 and 2
select a from t where (select max(d) from u where c = a) between -1 and 2
select b, count(*) from t where (select count(*) from w where w.c = t.a) between -4 and 6 group by b
select a from t where (select count(*) from u where c = a) = 0 or (select count(*) from u where c = a) = 2
select a, case when (select count(d) from u where c = a) > 1 then (select count(d) from u where c = a) else -(select count(*) from u where c = a) end from t
select a from t where exists (select 1 from u where c = a) and not exists (select 1 from u where c = a and d > 1)
select a, x, count(*) over (order by x nulls first range between 2 preceding and unbounded following) as n from t, lateral (select b / 10 as x)
select a, count(*) over (order by b range between unbounded preceding and 10 following), sum(a) over (order by b desc range between 10 following and unbounded following) from t
select a from t where a in (select c from u where d >= a order by d desc limit 1)
select a from t where a in (select c from (select c, d, coalesce(d, 9) as e from u) where d <= a order by e desc limit 1)
select a, (select c from u where d <= a order by d desc, c limit 1) from t
select a, x from t, lateral (select c + a as x from u where d <= a order by d desc limit 1 offset 1)
select (1, 'a') in (select 1, 'a'), (a + 1, b) in (select 1, 2), (null, 1L) in (select 1, 1L) from t limit 0
select (true, array(1)) in (select true, array(1)), (s.a, 1.5) in (select 1, 1.5) from (select struct(1 as a) as s) limit 0
