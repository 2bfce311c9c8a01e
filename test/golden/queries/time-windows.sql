-- window, session_window, window_time
create or replace temporary view e as select * from values ('a', timestamp'2021-01-01 00:00:00', 1), ('a', timestamp'2021-01-01 00:05:00', 2), ('a', timestamp'2021-01-01 00:05:30', 3), ('b', timestamp'1969-12-31 23:58:00', 4), ('b', cast(null as timestamp), 5), ('a', timestamp'2021-01-01 00:20:00', 6) t(k, ts, v)
select window(ts, '5 minutes') from e
select window(ts, '5 minutes') as w, k from e
select *, window(ts, '5 minutes') from e
select k, window, sum(v) from e group by k, window(ts, '10 minutes')
select k, window(ts, '10 minutes'), sum(v) from e group by k, window(ts, '10 minutes') order by 1, 2
select window(ts, '10 minutes').start s, sum(v) from e group by window(ts, '10 minutes') order by s
select window, sum(v) from e group by window(ts, '10 minutes', '4 minutes', '1 minute') order by 1
select session_window, count(*) from e group by session_window(ts, '5 minutes')
select session_window, k, count(*) from e group by session_window(ts, '5 minutes'), k
select session_window, k, count(*) from e group by session_window(ts, case when k = 'a' then '5 minutes' else '1 hour' end), k
select k, session_window(ts, '5 minutes') from e
select window(ts, '5 minutes'), window(ts, '10 minutes') from e
select window(ts, '5 minutes', '10 minutes') from e
select window(ts, '1 month') from e
select window(ts, 'x') from e
select window(ts, '-5 minutes') from e
select window(ts, '5 minutes', '5 minutes', '6 minutes') from e
select window(v, '5 minutes') from e
select window(k, '5 minutes') from e
select window(cast(ts as date), '1 day') from e
select window(cast(ts as timestamp_ntz), '1 day') from e
select window_time(window) from (select window, count(*) from e group by window(ts, '10 minutes'))
select window_time(k) from e
select window.start from (select window, count(*) c from e group by window(ts, '10 minutes')) where window.end > timestamp'2021-01-01 00:10:00'
select window(window, '20 minutes'), sum(c) from (select window, count(*) c from e group by window(ts, '10 minutes')) group by window(window, '20 minutes')
select window(ts, interval 5 minutes) from e
select window(ts, 300000000) from e
select k from e where window(ts, '5 minutes').start > timestamp'2021-01-01 00:00:00'
select count(distinct v), session_window from e group by session_window(ts, '5 minutes')
select session_window(ts, '0 minutes'), count(*) from e group by session_window(ts, '0 minutes')
select session_window(ts, '1 month'), count(*) from e group by session_window(ts, '1 month')
select session_window(ts, '5 minutes') s, count(*) from e group by session_window(ts, '5 minutes') having count(*) > 1
select k, window, count(*) from e group by grouping sets ((k), (window(ts, '10 minutes')))
select k, window, count(*) from e group by k, window(ts, '10 minutes') with rollup
