-- Buckets of equal width, counts up to the greatest of 64 bits, and groups of arrays.
SELECT width_bucket(5.3, 0.2, 10.6, 5), width_bucket(-2.1, 1.3, 3.4, 3), width_bucket(8.1, 0, 5.7, 4), width_bucket(-0.9, 5.2, 0.5, 2), width_bucket(5.2, 5.2, 0.5, 2)
SELECT width_bucket(0D, 0D, 10D, 5), width_bucket(10D, 0D, 10D, 5), width_bucket(10D, 10D, 0D, 5), width_bucket(0D, 10D, 0D, 5), width_bucket(1D, 0D, double('Infinity'), 5), width_bucket(double('NaN'), 0D, 1D, 5), width_bucket(double('Infinity'), 0D, 1D, 5)
SELECT width_bucket(2D, 0D, 1D, 9223372036854775806), width_bucket(2D, 0D, 1D, 9223372036854775807), width_bucket(2D, 0D, 1D, 9007199254740991), width_bucket(2D, 0D, 1D, 9007199254740990), width_bucket(0.5D, 0D, 1D, 9223372036854775806), width_bucket(0.3D, 0D, 1D, 9007199254740993)
SELECT width_bucket(INTERVAL '5' DAY, INTERVAL '0' DAY, INTERVAL '10' DAY, 4), width_bucket(INTERVAL '1-3' YEAR TO MONTH, INTERVAL '5' YEAR, INTERVAL '0' YEAR, 10), width_bucket(1D, 1D, 1D, 3), width_bucket(1D, 0D, 1D, 0), width_bucket(1D, 0D, 1D, -1)
SELECT width_bucket(id, 0, 7, 3) AS b, count(*) FROM range(-2, 10) GROUP BY b ORDER BY b
SELECT a, count(*) FROM VALUES (array(1, 2)), (array(1, 2)), (array(12)), (array(1)), (array(CAST(NULL AS INT))), (array()), (NULL) t(a) GROUP BY a
SELECT a, count(*) FROM VALUES (array(array(1), array(2))), (array(array(1, 2))), (array(array(1), array(2), array())), (array(array(), array(1), array(2))), (array(NULL, array(1))) t(a) GROUP BY a
SELECT a, count(*) FROM VALUES (array('1', '2')), (array('1,1:2')), (array('1', '2', '')), (array(NULL, '~')), (array('~', NULL)) t(a) GROUP BY a
SELECT a, count(*) FROM VALUES (array(0D, -0D)), (array(-0D, 0D)), (array(double('NaN'))), (array(double('NaN'))) t(a) GROUP BY a
