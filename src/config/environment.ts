/** How the text of a variable becomes a value of the schema. */
type Form = "flag" | "integer" | "text";

export interface Variable {
  readonly name: string;
  /** Of the configuration, with dots. */
  readonly path: string;
  readonly form: Form;
}

function variables(
  path: string,
  entries: Readonly<Record<string, readonly [key: string, form: Form]>>,
): Variable[] {
  return Object.entries(entries).map(([name, [key, form]]) => ({ name, path: `${path}.${key}`, form }));
}

/** The variables that override the file. */
export const VARIABLES: readonly Variable[] = [
  ...variables("operator", {
    SPOTALIS_OPERATOR_NAMESPACE: ["namespace", "text"],
    SPOTALIS_OPERATOR_READ_ONLY_MODE: ["readOnlyMode", "flag"],
  }),
  ...variables("operator.leaderElection", {
    SPOTALIS_LEADER_ELECTION_ENABLED: ["enabled", "flag"],
    SPOTALIS_LEADER_ELECTION_ID: ["id", "text"],
    SPOTALIS_LEADER_ELECTION_LEASE_DURATION: ["leaseDuration", "text"],
  }),
  ...variables("controllers", {
    SPOTALIS_CONTROLLERS_MAX_CONCURRENT_RECONCILES: ["maxConcurrentReconciles", "integer"],
    SPOTALIS_CONTROLLERS_RECONCILE_INTERVAL: ["reconcileInterval", "text"],
  }),
  ...variables("controllers.workloadTiming", {
    SPOTALIS_CONTROLLERS_WORKLOAD_COOLDOWN_PERIOD: ["cooldownPeriod", "text"],
    SPOTALIS_CONTROLLERS_WORKLOAD_DISRUPTION_RETRY_INTERVAL: ["disruptionRetryInterval", "text"],
    SPOTALIS_CONTROLLERS_WORKLOAD_DISRUPTION_WINDOW_POLL_INTERVAL: ["disruptionWindowPollInterval", "text"],
  }),
  ...variables("webhook", {
    SPOTALIS_WEBHOOK_ENABLED: ["enabled", "flag"],
    SPOTALIS_WEBHOOK_PORT: ["port", "integer"],
    SPOTALIS_WEBHOOK_CERT_DIR: ["certDir", "text"],
  }),
  ...variables("observability.metrics", {
    SPOTALIS_METRICS_ENABLED: ["enabled", "flag"],
    SPOTALIS_METRICS_BIND_ADDRESS: ["bindAddress", "text"],
  }),
  ...variables("observability.logging", {
    SPOTALIS_LOGGING_LEVEL: ["level", "text"],
    SPOTALIS_LOGGING_FORMAT: ["format", "text"],
  }),
  ...variables("observability.health", {
    SPOTALIS_HEALTH_ENABLED: ["enabled", "flag"],
    SPOTALIS_HEALTH_BIND_ADDRESS: ["bindAddress", "text"],
  }),
];

/** A text that is no flag or integer stays a text: the schema then says what it has to be. */
export function variableValue(form: Form, text: string): unknown {
  if (form === "flag" && (text === "true" || text === "false")) return text === "true";
  if (form === "integer" && /^\d{1,15}$/.test(text)) return Number(text);
  return text;
}
