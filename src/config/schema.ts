import * as z from "zod";
import { DURATION_FORM } from "../domain/duration.ts";
import { PRESET_NAMES } from "../domain/presets.ts";
import { isSchedule, SCHEDULE_FORM } from "../domain/window.ts";
import { Duration } from "./duration.ts";

/** A section: absent ones take their defaults, unknown keys are refused. */
function section<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape).prefault({} as never);
}

const duration = (byDefault: string, { positive = true } = {}) =>
  z.string({ error: `has to be ${DURATION_FORM}` }).transform((text, context) => {
    const parsed = Duration.parse(text);
    if (parsed !== undefined && (!positive || parsed.ms >= 1)) return parsed;
    context.addIssue({
      code: "custom",
      message: `has to be ${DURATION_FORM}${positive ? ", at least 1ms" : ""}`,
    });
    return z.NEVER;
  }).prefault(byDefault);

const flag = (byDefault: boolean) => z.boolean({ error: "has to be true or false" }).default(byDefault);

const count = (byDefault: number, { least = 1, most = 1_000_000 } = {}) => {
  const error = `has to be an integer from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error }).default(byDefault);
};

const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;
const labelKey = z.string().regex(LABEL_KEY, { error: "has to be a label key" });
const labelValue = z.string({ error: "has to be a label value (a string)" })
  .regex(LABEL_VALUE, { error: "has to be a label value" });
const labelValues = z.array(labelValue, { error: "has to be a list of label values" }).min(1, {
  error: "has to name at least one value",
});

const requirement = z.discriminatedUnion("operator", [
  z.strictObject({ key: labelKey, operator: z.enum(["In", "NotIn"]), values: labelValues }),
  z.strictObject({
    key: labelKey,
    operator: z.enum(["Exists", "DoesNotExist"]),
    values: z.array(z.never()).optional(),
  }),
], { error: "operator has to be In, NotIn, Exists or DoesNotExist" });

const selector = z.strictObject({
  matchLabels: z.record(labelKey, labelValue, { error: "has to map label keys to label values" }).optional(),
  matchExpressions: z.array(requirement).optional(),
});

const nodeSelector = selector.refine(
  ({ matchLabels = {}, matchExpressions = [] }) =>
    Object.keys(matchLabels).length + matchExpressions.length > 0,
  { error: "has to ask something: an empty selector matches every node" },
);

const toleration = z.strictObject({
  key: labelKey.optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: labelValue.optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});

const isMaxUnavailable = (value: unknown) =>
  typeof value === "number"
    ? Number.isSafeInteger(value) && value >= 1
    : /^(?:[1-9]\d?|100)%$/.test(String(value));

const maxUnavailable = z.custom<number | string>(isMaxUnavailable, {
  error: 'has to be an integer from 1, or a share such as "10%"',
}).default(1);

/** A text that may not be empty. */
const text = (what: string) => z.string({ error: `has to be ${what}` }).min(1, { error: `has to be ${what}` });

const schedule = z.string({ error: `has to be empty, or ${SCHEDULE_FORM}` }).refine(
  (text) => text === "" || isSchedule(text),
  {
    error: `has to be empty, or ${SCHEDULE_FORM}`,
  },
).default("");

const optionalDuration = z.string({ error: `has to be empty, or ${DURATION_FORM}` }).transform(
  (text, context) => {
    const parsed = Duration.parse(text);
    if (text === "" || (parsed !== undefined && parsed.ms >= 1)) return parsed;
    context.addIssue({ code: "custom", message: `has to be empty, or ${DURATION_FORM}` });
    return z.NEVER;
  },
).prefault("");

const bindAddress = (byDefault: string) =>
  z.string().regex(/^(?:[\w.-]*|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/, {
    error: 'has to be host:port, such as ":8080" or "127.0.0.1:8080"',
  }).refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) <= 65_535, {
    error: "has to have a port up to 65535",
  }).default(byDefault);

const presets = [...PRESET_NAMES, "auto"] as const;

/** Then this replica still has to decide itself, in the time that deploy/webhook.yaml gives it. */
const MOST_FORWARDING_MS = 1_000;

/** Design section 8. What needs two keys to judge is in `cross_checks.ts`. */
export const ConfigSchema = z.strictObject({
  operator: section({
    namespace: text("the name of a namespace").default("spotalis-system"),
    readOnlyMode: flag(false),
    leaderElection: section({
      enabled: flag(true),
      id: text("the name of a Lease").default("spotalis-controller-leader"),
      namespace: z.string({ error: "has to be empty, or the name of a namespace" }).default(""),
      leaseDuration: duration("15s"),
      renewDeadline: duration("10s"),
      retryPeriod: duration("2s"),
    }),
    disruptionWindow: section({ schedule, duration: optionalDuration }),
  }),
  controllers: section({
    maxConcurrentReconciles: count(1, { most: 100 }),
    reconcileInterval: duration("5m"),
    watchNamespaces: z.array(text("the name of a namespace"), { error: "has to be a list of namespaces" })
      .default([]),
    namespaceSelector: selector.default({}),
    nodeClassifier: section({
      preset: z.enum(presets, { error: `has to be one of: ${presets.join(", ")}` }).default("karpenter"),
      spotLabels: z.array(nodeSelector).default([]),
      onDemandLabels: z.array(nodeSelector).default([]),
      spotTolerations: z.array(toleration).default([]),
      onDemandTolerations: z.array(toleration).default([]),
    }),
    workloadTiming: section({
      cooldownPeriod: duration("10s", { positive: false }),
      disruptionRetryInterval: duration("1m"),
      disruptionWindowPollInterval: duration("10m"),
    }),
    disruption: section({
      maxUnavailable,
      maxEvictionsPerMinute: count(30, { most: 10_000 }),
      holdInStorms: flag(true),
    }),
    spotFallback: section({
      enabled: flag(true),
      after: duration("2m"),
      retryAfter: duration("10m"),
      maxRetryAfter: duration("1h"),
    }),
    podDeletionCost: flag(true),
    rateLimit: section({ qps: count(50), burst: count(100) }),
  }),
  webhook: section({
    enabled: flag(true),
    port: count(9443, { least: 0, most: 65_535 }),
    certDir: text("the path of a folder").default("/tmp/k8s-webhook-server/serving-certs"),
    certName: text("the name of a file").default("tls.crt"),
    keyName: text("the name of a file").default("tls.key"),
    forwarding: section({
      enabled: flag(true),
      deadline: duration("300ms").refine(({ ms }) => ms <= MOST_FORWARDING_MS, {
        error: `has to be at most ${MOST_FORWARDING_MS}ms: the API server waits for 2s in all`,
      }),
    }),
  }),
  observability: section({
    metrics: section({
      enabled: flag(true),
      bindAddress: bindAddress(":8080"),
      path: text('a path that starts with "/"').startsWith("/", { error: 'has to start with "/"' }).default(
        "/metrics",
      ),
    }),
    logging: section({
      level: z.enum(["debug", "info", "warn", "error"], { error: "has to be debug, info, warn or error" })
        .default(
          "info",
        ),
      format: z.enum(["json", "console"], { error: "has to be json or console" }).default("json"),
    }),
    health: section({ enabled: flag(true), bindAddress: bindAddress(":8081") }),
  }),
});

export type Config = z.output<typeof ConfigSchema>;
