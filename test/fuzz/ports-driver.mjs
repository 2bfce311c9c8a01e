/** The application whose ports are tried: an executor on the cluster, a dashboard, and a job whenever the parent process asks. */
const { master, conf, firesteel } = JSON.parse(process.env.PORTS_PLAN);
const { SparkConf, SparkContext } = await import(firesteel);
const settings = new SparkConf().setMaster(master).setAppName("ports");
for (const [key, value] of Object.entries(conf)) settings.set(key, value);
const sc = new SparkContext(settings);
const job = () =>
  sc
    .range(0, 1000, 1, 4)
    .map((i) => [i % 7, i])
    .reduceByKey((a, b) => a + b)
    .values()
    .sum();
process.on("message", (message) => {
  if (message === "end") void sc.stop().then(() => process.disconnect());
  else
    job().then(
      (sum) => process.send({ sum }),
      (error) => process.send({ error: error.stack }),
    );
});
await job();
process.send({ ready: sc.applicationId });
