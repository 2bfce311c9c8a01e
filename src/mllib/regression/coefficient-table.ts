/** The text of a generalized linear model's summary, as R and Spark lay it out. */

export interface CoefficientLine {
  readonly name: string;
  /** Estimate, standard error, t value, p value. */
  readonly numbers: readonly number[];
}

export interface FitFigures {
  readonly family: string;
  readonly dispersion: number;
  readonly nullDeviance: number;
  readonly deviance: number;
  readonly degreesOfFreedom: number;
  readonly aic: number | undefined;
}

const HEADINGS = ["Feature", "Estimate", "Std Error", "T Value", "P Value"];
const WIDEST = 20;

const shortened = (text: string): string => (text.length > WIDEST ? `${text.slice(0, 17)}...` : text);

export function coefficientTable(lines: readonly CoefficientLine[], figures: FitFigures): string {
  const cells = [
    HEADINGS,
    ...lines.map(({ name, numbers }) => [name, ...numbers.map((value) => value.toFixed(4))].map(shortened)),
  ];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const table = cells.map((line) => line.map((cell, column) => cell.padStart(widths[column]!)).join(" "));
  const { family, dispersion, nullDeviance, deviance, degreesOfFreedom, aic } = figures;
  const deviances = [
    `Null deviance: ${nullDeviance.toFixed(4)} on ${degreesOfFreedom} degrees of freedom`,
    `Residual deviance: ${deviance.toFixed(4)} on ${degreesOfFreedom} degrees of freedom`,
  ];
  const width = Math.max(...deviances.map((line) => line.length));
  return [
    "Coefficients:",
    ...table,
    "",
    `(Dispersion parameter for ${family} family taken to be ${dispersion.toFixed(4)})`,
    ...deviances.map((line) => line.padStart(width)),
    ...(aic === undefined ? [] : [`AIC: ${aic.toFixed(4)}`]),
  ].join("\n");
}
