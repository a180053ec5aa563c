import { type ExpectedWindow, isPlainSchedule, parseLength } from "./expected_window.ts";

type Texts = Readonly<Record<string, string>> | undefined;

export interface Labelled {
  readonly labels?: Texts;
  readonly annotations?: Texts;
}

/** What the owner of a workload asks for, by section 2 of the design. */
export type ExpectedPolicy =
  | { readonly kind: "unmanaged" | "invalid" }
  | {
    readonly kind: "managed";
    readonly percentage: number;
    readonly floor: number;
    readonly window: ExpectedWindow | undefined;
    /** Undefined: the operator's setting; Infinity: never. */
    readonly fallbackAfterMs: number | undefined;
  };

/** Neither of these is ever anybody's to manage. */
const OUT_OF_SCOPE = ["kube-system", "spotalis-system"];

export function expectedPolicy(
  workload: Labelled,
  namespace: Labelled & { readonly name: string },
): ExpectedPolicy {
  if (OUT_OF_SCOPE.includes(namespace.name)) return { kind: "unmanaged" };
  const own = workload.labels?.["spotalis.io/enabled"];
  const enabled = own ?? namespace.labels?.["spotalis.io/enabled"];
  if (enabled === undefined || enabled === "false") return { kind: "unmanaged" };
  const value = (key: string) =>
    workload.annotations?.[`spotalis.io/${key}`] ?? namespace.annotations?.[`spotalis.io/${key}`];
  const [percentage, floor] = [value("spot-percentage"), value("min-on-demand")];
  if (own === undefined && percentage === undefined && floor === undefined) return { kind: "unmanaged" };
  const asked = {
    percentage: integer(percentage?.replace(/%$/, "") ?? "0", 100),
    floor: integer(floor ?? "0", 2 ** 31 - 1),
    window: windowOf(value("disruption-schedule"), value("disruption-duration")),
    fallback: fallbackOf(value("spot-fallback")),
  };
  if (
    enabled !== "true" || asked.percentage === undefined || asked.floor === undefined ||
    asked.window === "invalid" || asked.fallback === "invalid"
  ) return { kind: "invalid" };
  const { percentage: spot, floor: least, window, fallback } = asked;
  return { kind: "managed", percentage: spot, floor: least, window, fallbackAfterMs: fallback };
}

function integer(text: string, most: number): number | undefined {
  return /^(?:0|[1-9]\d*)$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function windowOf(
  schedule: string | undefined,
  duration: string | undefined,
): ExpectedWindow | "invalid" | undefined {
  if (schedule === undefined && duration === undefined) return undefined;
  const durationMs = duration === undefined ? undefined : parseLength(duration);
  if (schedule === undefined || !isPlainSchedule(schedule) || durationMs === undefined) return "invalid";
  return { schedule, durationMs };
}

function fallbackOf(text: string | undefined): number | "invalid" | undefined {
  if (text === undefined) return undefined;
  return text === "off" ? Infinity : parseLength(text) ?? "invalid";
}

/** How many of `pods` belong on spot: section 3. */
export function expectedOnSpot(
  pods: number,
  { percentage, floor }: { readonly percentage: number; readonly floor: number },
): number {
  return pods <= floor ? 0 : Math.min(Math.floor(pods * percentage / 100), pods - floor);
}
