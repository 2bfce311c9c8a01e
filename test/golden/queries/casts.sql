-- Casts that are not, and what is said instead.
select cast(1.5 as date)
select try_cast(1 as date)
select cast(true as date)
select cast(date'2020-01-01' as int)
select try_cast(date'2020-01-01' as double)
select cast(timestamp_ntz'2020-01-01 00:00:00' as int)
select cast(array(1) as int)
select try_cast(x'00' as int)
