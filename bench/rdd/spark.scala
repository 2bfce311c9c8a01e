// The cases of bench/rdd/firesteel.mjs on Spark's Scala RDD API: TEXT=… REPEAT=5 spark-shell -i spark.scala
val repeat = sys.env.getOrElse("REPEAT", "5").toInt
val wanted = sys.env.getOrElse("CASES", "").split(",").filter(_.nonEmpty).toSet

def timed[T](name: String)(body: => T): Unit = if (wanted.isEmpty || wanted(name)) {
  val runs = (1 to repeat).map { _ => val start = System.nanoTime; val result = body; ((System.nanoTime - start) / 1e6, result) }
  val times = runs.map(_._1)
  println(s"""{"engine":"spark","case":"$name","first_ms":${times.head.toInt},"best_ms":${times.min.toInt},"med_ms":${times.sorted.apply(repeat / 2).toInt},"result":"${runs.last._2}"}""")
}

sc.setLogLevel("ERROR")
val text = sys.env("TEXT")
timed("word count") { sc.textFile(text).flatMap(_.split(" ")).map((_, 1)).reduceByKey(_ + _).count() }
timed("word count, top 10") { sc.textFile(text).flatMap(_.split(" ")).map((_, 1)).reduceByKey(_ + _).sortBy(-_._2).take(10).map(_._2).sum }
timed("inside the circle, 20 M") { sc.range(0, 20000000L, 1, 4).map { i => val h = (i * 2654435761L) & 0xffffffffL; val x = (h & 0xffff) / 65536.0; val y = (h >>> 16) / 65536.0; if (x * x + y * y < 1) 1 else 0 }.reduce(_ + _) }
timed("reduceByKey, 5 M to 500 k") { sc.range(0, 5000000L, 1, 4).map(i => ((i * 7919) % 500000, 1L)).reduceByKey(_ + _, 4).count() }
timed("groupByKey, 5 M to 500 k") { sc.range(0, 5000000L, 1, 4).map(i => ((i * 7919) % 500000, i)).groupByKey(4).mapValues(_.size).map(_._2).sum().toLong }
timed("sortByKey, 3 M") { sc.range(0, 3000000L, 1, 4).map(i => ((i * 1103515245L + 12345) & 0x7fffffffL, i)).sortByKey(true, 4).count() }
timed("join, 1 M with 1 M") { val a = sc.range(0, 1000000L, 1, 4).map(i => (i, i * 2)); val b = sc.range(500000L, 1500000L, 1, 4).map(i => (i, "v" + i)); a.join(b, 4).count() }
timed("sortBy, 1 M strings") { sc.range(0, 1000000L, 1, 4).map(i => f"k${(i * 7919) % 1000003}%09d").sortBy(identity, true, 4).count() }
if (wanted.isEmpty || wanted("20 passes over 10 M cached")) {
  val cached = sc.range(0, 10000000L, 1, 4).map(_.toDouble).cache(); cached.count()
  timed("20 passes over 10 M cached") { var s = 0.0; for (k <- 1 to 20) s += cached.map(x => x * k).sum(); s.toLong }
  cached.unpersist()
}
timed("10,000 empty tasks") { sc.parallelize(1 to 10000, 10000).count() }
timed("1,000 x 1,000 shuffle") { sc.parallelize(1 to 100000, 1000).map(i => (i % 1000, 1)).reduceByKey(_ + _, 1000).count() }
System.exit(0)
