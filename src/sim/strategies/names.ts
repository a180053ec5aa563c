import type { Cause } from "../api/failure.ts";
import { tooLong, wrong } from "./causes.ts";

/** Forms of names and labels (`apimachinery/pkg/util/validation/validation.go`). */
const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = "[-._a-zA-Z0-9]+";

const whole = (pattern: string) => new RegExp(`^${pattern}$`);
const isLabel = whole(LABEL);
const isSubdomain = whole(SUBDOMAIN);
const isQualified = whole(QUALIFIED);
const isLabelValue = whole(LABEL_VALUE);
const isConfigKey = whole(CONFIG_KEY);

const LONGEST_LABEL = 63;
const LONGEST_SUBDOMAIN = 253;
const MOST_ANNOTATIONS_BYTES = 256 * 1_024;

const usedFor = (pattern: string) => `regex used for validation is '${pattern}')`;
const WHY_LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must " +
  `start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', ${usedFor(LABEL)}`;
const WHY_SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or " +
  `'.', and must start and end with an alphanumeric character (e.g. 'example.com', ${usedFor(SUBDOMAIN)}`;
const ALPHANUMERIC = "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character";
const WHY_QUALIFIED = `${ALPHANUMERIC} (e.g. 'MyName',  or 'my.name',  or '123-abc', ${usedFor(QUALIFIED)}`;
const WHY_LABEL_VALUE = `a valid label must be an empty string or ${ALPHANUMERIC} ` +
  `(e.g. 'MyValue',  or 'my_value',  or '12345', ${usedFor(LABEL_VALUE)}`;
const WHY_CONFIG_KEY = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
  `(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', ${usedFor(CONFIG_KEY)}`;

/** What is wrong with a text; nothing: it is valid. */
export type Form = (text: string) => readonly string[];

const FINE: readonly string[] = [];

export const dnsLabel: Form = (text) => {
  if (text.length <= LONGEST_LABEL && isLabel.test(text)) return FINE;
  const tooMany = text.length > LONGEST_LABEL ? [`must be no more than ${LONGEST_LABEL} characters`] : [];
  if (isLabel.test(text)) return tooMany;
  return [...tooMany, isSubdomain.test(text) ? "must not contain dots" : WHY_LABEL];
};

export const dnsSubdomain: Form = (text) => {
  if (text.length <= LONGEST_SUBDOMAIN && isSubdomain.test(text)) return FINE;
  const tooMany = text.length > LONGEST_SUBDOMAIN
    ? [`must be no more than ${LONGEST_SUBDOMAIN} characters`]
    : [];
  return isSubdomain.test(text) ? tooMany : [...tooMany, WHY_SUBDOMAIN];
};

/** What can be a part of a URL: names of kinds that ask no more. */
export const pathSegment: Form = (text) => {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((each) => text.includes(each)).map((each) => `may not contain '${each}'`);
};

/** A key of labels, annotations, taints: a name, with an optional DNS subdomain and `/` in front. */
export const qualifiedName: Form = (text) => {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  if (name.includes("/")) {
    return [
      `a valid label key must ${WHY_QUALIFIED} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const ofPrefix = slash < 0
    ? FINE
    : slash === 0
    ? ["prefix part must be non-empty"]
    : dnsSubdomain(text.slice(0, slash)).map((why) => `prefix part ${why}`);
  if (ofPrefix.length === 0 && name.length <= LONGEST_LABEL && isQualified.test(name)) return FINE;
  return [
    ...ofPrefix,
    ...name === "" ? ["name part must be non-empty"] : [],
    ...name.length > LONGEST_LABEL ? [`name part must be no more than ${LONGEST_LABEL} bytes`] : [],
    ...isQualified.test(name) ? [] : [`name part must ${WHY_QUALIFIED}`],
  ];
};

export const labelValue: Form = (text) => {
  if (text.length <= LONGEST_LABEL && isLabelValue.test(text)) return FINE;
  const tooMany = text.length > LONGEST_LABEL ? [`must be no more than ${LONGEST_LABEL} bytes`] : [];
  return isLabelValue.test(text) ? tooMany : [...tooMany, WHY_LABEL_VALUE];
};

export const configKey: Form = (text) => isConfigKey.test(text) ? FINE : [WHY_CONFIG_KEY];

/** `http`, `metrics-1`: names of ports (`IsValidPortName`). */
export const portName: Form = (text) => {
  const problems = [];
  if (text.length > 15) problems.push("must be no more than 15 characters");
  if (!/^[-a-z0-9]*$/.test(text)) {
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(text)) problems.push("must contain at least one letter (a-z)");
  if (text.includes("--")) problems.push("must not contain consecutive hyphens");
  if (/^-|-$/.test(text)) problems.push("must not begin or end with a hyphen");
  return problems;
};

export function* formed(field: string, { text, form }: { text: string; form: Form }): Generator<Cause> {
  for (const why of form(text)) yield wrong(field, { value: text, why });
}

type Labels = Readonly<Record<string, string>>;

export function* labelProblems(field: string, labels: Labels = {}): Generator<Cause> {
  for (const key in labels) {
    yield* formed(field, { text: key, form: qualifiedName });
    yield* formed(field, { text: labels[key]!, form: labelValue });
  }
}

export function* annotationProblems(field: string, annotations: Labels = {}): Generator<Cause> {
  let length = 0;
  for (const key in annotations) {
    length += key.length + annotations[key]!.length;
    // Keys may be in upper case here, their prefix too.
    for (const why of qualifiedName(key.toLowerCase())) yield wrong(field, { value: key, why });
  }
  if (length > MOST_ANNOTATIONS_BYTES / 4 && bytesOf(annotations) > MOST_ANNOTATIONS_BYTES) {
    yield tooLong(field, MOST_ANNOTATIONS_BYTES);
  }
}

function bytesOf(texts: Labels): number {
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const [key, value] of Object.entries(texts)) {
    bytes += encoder.encode(key).length + encoder.encode(value).length;
  }
  return bytes;
}
