import type { KubeClient } from "../../../src/kube/client.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Json } from "./json.ts";
import type { LogLine } from "./log_book.ts";
import type { ServedWebhook } from "./webhooks.ts";
import type { Witness } from "./witness.ts";

/** What the nodes of a stage are labelled with: spot or on-demand. */
export const CAPACITY_LABEL = "karpenter.sh/capacity-type";

/** What a node is in truth, where a test's nodes are labelled otherwise. */
export const TRUE_KIND_LABEL = "e2e.spotalis.io/true-kind";

/** A stage has the nodes spot-0, spot-1 … and on-demand-0, on-demand-1 …, as many of each. */
export const NODES_EACH = 6;

/** Scenes are played side by side, and need not wait for each other's evictions. */
export const UNCAPPED = 10_000;

/** The label that a namespace carries to belong to the operator of this name. */
export const OPERATOR_LABEL = "e2e.spotalis.io/operator";

/** What scenarios do to a cluster beside what its client can do. A target is written `deployment/web`. */
export interface ClusterLike {
  /** Makes objects that are not there yet, in order; what is in a namespace names it. */
  apply(...objects: Json[]): Promise<void>;
  /** A merge patch. The namespace is of no account where the target is in none. */
  patch(target: string, namespace: string, patch: Json): Promise<void>;
  /** Asks for the deletion and does not wait for its end; what is not there is no error. */
  remove(target: string, namespace?: string): Promise<void>;
}

/** An operator that is ready and leads. */
export interface OperatorLike {
  /** So far. */
  readonly log: readonly LogLine[];
  /** Waits for a log line that `is` the one; one that there is already will do. */
  logged(is: (line: LogLine) => boolean, ms?: number): Promise<LogLine>;
  /** The end of the log, for messages. */
  tail(lines?: number): string;
  /** As Prometheus reads them. */
  metrics(): Promise<string>;
  /** The sum of a metric's series that carry all of `labels`. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  /** What a command of the CLI prints, with this operator's configuration and rights; it has to succeed. */
  cli(...args: string[]): Promise<string>;
}

/** A cluster, an operator, and a client of the administrator's. All time of a scenario is on its clock. */
export interface Stage {
  /** The operator acts in namespaces whose OPERATOR_LABEL is this name. */
  readonly name: string;
  readonly cluster: ClusterLike;
  readonly operator: OperatorLike;
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Serves a webhook to the API server, until it is disposed of. */
  serveWebhook(handler: (request: Request) => Promise<Response>): Promise<ServedWebhook>;
  /** A short text of letters and digits that this stage's cluster has not seen yet. */
  unique(): string;
}

/** A namespace of its own on a stage, with a witness. */
export interface Scene extends Stage {
  readonly namespace: string;
  readonly witness: Witness;
  apply(...objects: Json[]): Promise<void>;
  /** `deployment/web` */
  patch(target: string, patch: Json): Promise<void>;
  remove(target: string): Promise<void>;
  scale(target: string, replicas: number): Promise<void>;
  annotate(target: string, annotations: Record<string, string | null>): Promise<void>;
  /** Events with this reason. */
  events(reason: string): Promise<Json[]>;
}

/** Plays one scene, as a step of the test. Steps may be played side by side. */
export type Play = (
  title: string,
  act: (scene: Scene) => Promise<void>,
  options?: SceneOptions,
) => Promise<void>;

export interface SceneOptions {
  /** Of the namespace. */
  readonly labels?: Record<string, string>;
}

export interface StageOptions {
  /** Of the stage and its operator. */
  readonly name: string;
  /** The operator's configuration, on top of what the stage itself has to set. */
  readonly config?: (clock: Clock) => Json;
}

/** One test, which every kind of stage can play. */
export interface Scenario {
  readonly options: StageOptions;
  readonly act: (play: Play, stage: Stage) => Promise<void>;
}
