/** Transformers of columns. */
export { Binarizer } from "./binarizer";
export { Bucketizer } from "./bucketizer";
export { DCT } from "./dct";
export { ElementwiseProduct } from "./elementwise-product";
export { IndexToString } from "./index-to-string";
export { MaxAbsScaler, MaxAbsScalerModel } from "./max-abs-scaler";
export { MinMaxScaler, MinMaxScalerModel } from "./min-max-scaler";
export { Normalizer } from "./normalizer";
export { OneHotEncoder, OneHotEncoderModel } from "./one-hot-encoder";
export { PolynomialExpansion } from "./polynomial-expansion";
export { QuantileDiscretizer } from "./quantile-discretizer";
export { RobustScaler, RobustScalerModel } from "./robust-scaler";
export { StandardScaler, StandardScalerModel } from "./standard-scaler";
export { StringIndexer, StringIndexerModel } from "./string-indexer";
export { VectorAssembler } from "./vector-assembler";
export { VectorSizeHint } from "./vector-size-hint";
export { VectorSlicer } from "./vector-slicer";
