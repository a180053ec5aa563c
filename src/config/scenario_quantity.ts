/** What a message says is allowed where a quantity is asked for. */
export const QUANTITY_FORM = 'a Kubernetes quantity such as "500m", "2", "512Mi" or "32Gi"';

/** As a pattern of a JSON Schema; beside it, the length and the size are limited. */
export const QUANTITY_PATTERN = "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$";

const WHOLE = new RegExp(QUANTITY_PATTERN);
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * A quantity times `scale`, rounded up to a whole number as Kubernetes rounds, or undefined where the
 * text is none, is negative, or is too large for a number to hold.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string | number, scale = 1): number | undefined {
  const [, amount, , suffix = ""] = WHOLE.exec(String(text)) ?? [];
  if (amount === undefined || amount.length > 64) return undefined;
  const [whole = "", fraction = ""] = amount.split(".");
  const { multiplier, divisor } = unitOf(suffix);
  const dividend = BigInt(whole + fraction) * multiplier * BigInt(scale);
  const by = divisor * 10n ** BigInt(fraction.length);
  const value = Number((dividend + by - 1n) / by);
  return Number.isSafeInteger(value) ? value : undefined;
}

function unitOf(suffix: string): { multiplier: bigint; divisor: bigint } {
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) return { multiplier: 1024n ** BigInt(binary), divisor: 1n };
  const decimal = DECIMAL.indexOf(suffix);
  const power = decimal >= 0 ? (decimal - DECIMAL.indexOf("")) * 3 : Number(suffix.slice(1));
  const size = 10n ** BigInt(Math.abs(power));
  return power >= 0 ? { multiplier: size, divisor: 1n } : { multiplier: 1n, divisor: size };
}
