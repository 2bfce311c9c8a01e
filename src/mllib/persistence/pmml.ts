/** Models as PMML 4.4 (https://dmg.org/pmml/v4-4-1/GeneralStructure.html), the exchange format of other scoring engines, as Spark writes it. */
import { LAYOUT_VERSION } from "./directory";

/** An element with its attributes in order; its children, or its text. */
export interface PmmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children?: readonly PmmlElement[];
  readonly text?: string;
}

export interface PmmlModel {
  /** What the header says of it. */
  readonly description: string;
  /** Names of its numbers: those that it reads, and what it tells. */
  readonly fields: readonly string[];
  readonly element: PmmlElement;
}

export const element = (
  name: string,
  attributes: PmmlElement["attributes"],
  children: readonly PmmlElement[] = [],
): PmmlElement => ({ name, attributes, children });

/** Spark's names of features. */
export const fieldNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `field_${i}`);

export const miningField = (name: string, usageType: "active" | "target"): PmmlElement =>
  element("MiningField", { name, usageType });

/** The text of the document. */
export function pmmlText({ description, fields, element: model }: PmmlModel): string {
  const application = element("Application", { name: "Apache Spark MLlib", version: LAYOUT_VERSION });
  const timestamp = { name: "Timestamp", attributes: {}, text: new Date().toISOString().slice(0, 19) };
  const document = element("PMML", { version: "4.4", xmlns: "http://www.dmg.org/PMML-4_4" }, [
    element("Header", { description }, [application, timestamp]),
    element(
      "DataDictionary",
      { numberOfFields: fields.length },
      fields.map((name) => element("DataField", { name, optype: "continuous", dataType: "double" })),
    ),
    model,
  ]);
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${textOf(document, "")}`;
}

function textOf({ name, attributes, children = [], text }: PmmlElement, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const open = `${indent}<${name}${pairs.join("")}`;
  if (text !== undefined) return `${open}>${escaped(text)}</${name}>\n`;
  if (children.length === 0) return `${open}/>\n`;
  return `${open}>\n${children.map((child) => textOf(child, `${indent}    `)).join("")}${indent}</${name}>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
