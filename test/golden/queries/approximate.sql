-- Quantiles of more rows than are held before they become samples, of one partition and of two.
SELECT percentile_approx((id * 7919) % 100003, array(0.001, 0.1, 0.25, 0.5, 0.77, 0.9, 0.999)) FROM range(0, 200000, 1, 1)
SELECT percentile_approx((id * 7919) % 100003, array(0.001, 0.1, 0.25, 0.5, 0.77, 0.9, 0.999), 100) FROM range(0, 200000, 1, 1)
SELECT percentile_approx((id * 7919) % 100003, array(0.1, 0.5, 0.9), 500) FROM range(0, 200000, 1, 2)
SELECT id % 3 AS k, percentile_approx(id * id % 65537, array(0.1, 0.5, 0.9), 50) FROM range(0, 300000, 1, 1) GROUP BY k ORDER BY k
SELECT percentile_approx(id / 7D, 0.3, 1000), percentile_approx(CAST(id AS FLOAT), 0.3, 20), percentile_approx(-id, array(0.5), 3) FROM range(0, 120000, 1, 1)
SELECT percentile_approx(x, array(0.1, 0.5, 0.9, 1.0), 40) FROM (SELECT CASE WHEN id % 5 = 0 THEN double('NaN') WHEN id % 7 = 0 THEN double('-Infinity') ELSE (id * 31) % 1009 END x FROM range(0, 110000, 1, 1))
