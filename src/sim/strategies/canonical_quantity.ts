const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

/** Powers of ten, counted in nano-units, of which there is always a whole number. */
const DECIMAL = [["n", 0], ["u", 3], ["m", 6], ["", 9], ["k", 12], ["M", 15], ["G", 18], ["T", 21], ["P", 24], [
  "E",
  27,
]] as const;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const NANO = 10n ** 9n;

interface Parsed {
  /** In units of 1e-9, rounded up. */
  readonly nano: bigint;
  readonly isBinary: boolean;
  /** Written as `1e3`. */
  readonly isExponent: boolean;
}

/** Whether the API takes it for a quantity. */
export function isQuantity(quantity: unknown): quantity is string | number {
  return (typeof quantity === "number" || typeof quantity === "string") &&
    parsed(String(quantity)) !== undefined;
}

/** As the API server writes it: `0.1` is `100m`, `1024Mi` is `1Gi`. What is no quantity stays as it is. */
export function canonicalQuantity(quantity: string | number): string {
  const value = parsed(String(quantity));
  if (value === undefined) return String(quantity);
  const { nano } = value;
  if (nano === 0n) return "0";
  if (value.isBinary && nano % NANO === 0n && (nano >= 1_024n * NANO || nano <= -1_024n * NANO)) {
    return binary(nano / NANO);
  }
  return decimal(nano, value.isExponent);
}

/** Negative, zero or positive: how one compares to another; both have to be quantities. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parsed(String(a))!.nano - parsed(String(b))!.nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function parsed(text: string): Parsed | undefined {
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  const power = BINARY.indexOf(suffix);
  const isBinary = power > 0;
  const isExponent = /^[eE][+-]?\d+$/.test(suffix);
  const nano = isBinary ? roundedUp(digits * 1_024n ** BigInt(power) * NANO, fraction.length) : shifted(
    digits,
    (isExponent ? Number(suffix.slice(1)) + 9 : DECIMAL.find(([name]) => name === suffix)![1]) -
      fraction.length,
  );
  return { nano: sign === "-" ? -nano : nano, isBinary, isExponent };
}

function shifted(digits: bigint, power: number): bigint {
  return power >= 0 ? digits * 10n ** BigInt(power) : roundedUp(digits, -power);
}

function roundedUp(value: bigint, power: number): bigint {
  const divisor = 10n ** BigInt(power);
  return (value + divisor - 1n) / divisor;
}

function binary(units: bigint): string {
  let power = 0;
  while (units % 1_024n === 0n && power < BINARY.length - 1) {
    units /= 1_024n;
    power++;
  }
  return `${units}${BINARY[power]}`;
}

function decimal(nano: bigint, isExponent: boolean): string {
  let power = 0;
  while (nano % 1_000n === 0n && power < DECIMAL.length - 1) {
    nano /= 1_000n;
    power++;
  }
  const [suffix, exponent] = DECIMAL[power]!;
  return isExponent && exponent !== 9 ? `${nano}e${exponent - 9}` : `${nano}${suffix}`;
}
