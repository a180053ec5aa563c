const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

const SCALE: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** `500m` -> 0.5, `1Gi` -> 1073741824; undefined: it is none. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function parseQuantity(quantity: string | number): number | undefined {
  if (typeof quantity === "number") return quantity;
  const match = QUANTITY.exec(quantity);
  if (match === null) return undefined;
  const [, number, suffix = ""] = match;
  const scale = SCALE[suffix];
  return scale === undefined ? Number(`${number}${suffix}`) : Number(number) * scale;
}

/** What pods ask of a node: cores, bytes, and how many of them. */
export interface Resources {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

type Quantities = Readonly<Record<string, string | number>>;

/** Absent is `otherwise`, and so is what cannot be read: the API server has refused that already. */
export function resourcesOf({ cpu, memory, pods }: Quantities, otherwise: Resources): Resources {
  const read = (quantity: string | number | undefined, absent: number) =>
    quantity === undefined ? absent : parseQuantity(quantity) ?? absent;
  return {
    cpu: read(cpu, otherwise.cpu),
    memory: read(memory, otherwise.memory),
    pods: read(pods, otherwise.pods),
  };
}
