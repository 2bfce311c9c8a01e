/** Random data as RDDs. */
export {
  ExponentialGenerator,
  GammaGenerator,
  LogNormalGenerator,
  PoissonGenerator,
  type RandomDataGenerator,
  StandardNormalGenerator,
  UniformGenerator,
} from "./generators";
export { RandomRDDs } from "./random-rdds";
