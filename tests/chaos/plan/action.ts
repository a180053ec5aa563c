import type { Partition } from "../process/api_trouble.ts";

export type Which = "leader" | "standby";
export type WebhookState = "well" | "refused" | "silent" | "failing" | "unregistered";

/** A number from 0 up to 1 that chooses among what there is when the time has come. */
export type Choice = number;

/** What happens to the cluster, its owners' wishes, or the operator. `of` is a number in the catalogue. */
export type Action =
  | { readonly do: "deploy"; readonly of: number }
  | { readonly do: "scale"; readonly of: number; readonly replicas: number }
  /** One size after the other, as an autoscaler asks for them. */
  | {
    readonly do: "curve";
    readonly of: number;
    readonly sizes: readonly number[];
    readonly everyMs: number;
  }
  | {
    readonly do: "annotate";
    readonly of: number;
    readonly annotations: Readonly<Record<string, string | null>>;
  }
  | { readonly do: "label"; readonly of: number; readonly labels: Readonly<Record<string, string | null>> }
  | {
    readonly do: "annotate namespace";
    readonly namespace: string;
    readonly annotations: Readonly<Record<string, string | null>>;
  }
  | { readonly do: "pause"; readonly of: number; readonly forMs: number }
  | {
    readonly do: "budget";
    readonly of: number;
    /** Two over one pod are what the eviction API refuses. */
    readonly name: "first" | "second";
    /** Undefined: it goes. */
    readonly spec: Readonly<Record<string, number | string>> | undefined;
  }
  | { readonly do: "recreate"; readonly of: number; readonly afterMs: number }
  | { readonly do: "recreate namespace"; readonly namespace: string; readonly afterMs: number }
  | { readonly do: "delete pod"; readonly of: number; readonly choice: Choice }
  | { readonly do: "sicken pod"; readonly of: number; readonly choice: Choice; readonly forMs: number }
  | { readonly do: "protect pod"; readonly of: number; readonly choice: Choice; readonly forMs: number }
  | {
    readonly do: "cordon";
    readonly node: Choice;
    readonly forMs: number;
    readonly drains: boolean;
  }
  | { readonly do: "relabel"; readonly node: Choice; readonly to: string; readonly forMs: number }
  | { readonly do: "break node"; readonly node: Choice; readonly forMs: number }
  | { readonly do: "reclaim"; readonly group: string; readonly nodes: number }
  | {
    readonly do: "outage";
    readonly group: string;
    readonly forMs: number;
    readonly takesNodes: boolean;
  }
  | { readonly do: "kill" | "restart"; readonly which: Which; readonly forMs: number }
  | { readonly do: "freeze"; readonly which: Which; readonly forMs: number }
  | { readonly do: "roll out operator" }
  | {
    readonly do: "part";
    readonly which: Which;
    readonly from: Exclude<Partition, "none">;
    readonly forMs: number;
  }
  | { readonly do: "storm"; readonly which: Which; readonly share: number; readonly forMs: number }
  | { readonly do: "cut watches"; readonly which: Which }
  | { readonly do: "compact" }
  | { readonly do: "webhook"; readonly is: Exclude<WebhookState, "well">; readonly forMs: number };

export interface TimedAction {
  /** Since the start of the run. */
  readonly atMs: number;
  readonly action: Action;
}

/** `scale of 3, replicas 5`: for people. */
export function actionText({ do: what, ...about }: Action): string {
  const parts = Object.entries(about).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return [what, ...parts].join(", ");
}
