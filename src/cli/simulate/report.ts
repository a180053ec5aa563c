/** What `simulate` found: the whole of its JSON output. All that the table and the page show is in here. */
export interface Report {
  readonly version: string;
  readonly scenario: {
    /** Of the file; undefined: the defaults. */
    readonly file: string | undefined;
    /** The files of the manifests, as they were named. */
    readonly manifests: readonly string[];
    /** Of all prices. */
    readonly currency: string;
    readonly seeds: readonly number[];
    readonly lengthMs: number;
    /** Milliseconds since the epoch. */
    readonly startMs: number;
    readonly nodeGroups: readonly NodeGroupReport[];
  };
  /** What manifests, scenario and configuration say together that nobody can have meant. */
  readonly findings: readonly InputNote[];
  /** What of the input is not simulated, or was passed over, and why. */
  readonly notes: readonly InputNote[];
  /** What was assumed where neither manifests nor scenario say anything. */
  readonly assumptions: readonly string[];
  /** One a variant, in the order in which they were asked for. */
  readonly variants: readonly VariantReport[];
}

export interface NodeGroupReport {
  readonly name: string;
  readonly capacity: "spot" | "on-demand" | "unknown";
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly reclaimsPerHour: number;
}

export interface InputNote {
  /** A file, `-` for stdin. */
  readonly file: string;
  /** Counts from 1. */
  readonly document: number;
  /** Such as `StatefulSet shop/db`. */
  readonly object: string;
  /** Inside the object; empty: the whole of it. */
  readonly path: string;
  /** One sentence. */
  readonly why: string;
}

/**
 * Figures of one run, of all workloads together that are managed in any variant at any time; with several
 * seeds, each is the median.
 */
export interface Figures {
  readonly podsCreated: number;
  readonly evictions: number;
  /** Nodes that the cloud took back. */
  readonly reclaims: number;
  /** Pods that were on them. */
  readonly podsReclaimed: number;
  /**
   * Workload-minutes with fewer ready on-demand pods than the floor (and the replicas) ask for; from when
   * all replicas were ready once, or ten minutes had passed.
   */
  readonly minutesBelowFloor: number;
  /** Workload-minutes in which the split was not the one asked for. */
  readonly minutesOffSplit: number;
  /** Pod-minutes without a node. */
  readonly minutesPending: number;
  /** From a reclaim's notice until all replicas are ready again; undefined: there was none. */
  readonly recoverySeconds: { readonly median: number; readonly longest: number } | undefined;
  /** Workloads that had not recovered from their last reclaim at the end. */
  readonly unrecovered: number;
  /** Of the managed pods' time, by pod: 0 to 1. */
  readonly spotShare: number;
  readonly spotShareAsked: number;
  /** In the currency of the scenario's prices. Pods pay their share of their node. */
  readonly cost: number;
  readonly costOnDemand: number;
  /** 0 to 1; 0 where nothing ran. */
  readonly saved: number;
  /** What all nodes cost, used or not, by whichever pods. */
  readonly costOfNodes: number;
}

/** A figure's name, with least and most of all seeds. */
export type Ranges = Readonly<Record<string, { readonly least: number; readonly most: number }>>;

export interface VariantReport {
  /** Such as `as given`, `percentage 50`, `without the operator`. */
  readonly name: string;
  readonly figures: Figures;
  /** Only with several seeds. Keys as in `Figures`; `recoverySeconds.median` and `.longest`. */
  readonly ranges: Ranges | undefined;
  /** The rest is of the first seed. */
  readonly series: ClusterSeries;
  readonly workloads: readonly WorkloadReport[];
  readonly timeline: readonly TimelineEntry[];
}

/** One number a bucket of time; all arrays of a run have the same length. Means, unless said otherwise. */
export interface ClusterSeries {
  /** Milliseconds since the start at which each bucket begins. */
  readonly atMs: readonly number[];
  readonly spotAsked: readonly number[];
  readonly spot: readonly number[];
  readonly onDemand: readonly number[];
  readonly pending: readonly number[];
  readonly spotNodes: readonly number[];
  readonly onDemandNodes: readonly number[];
  /** Sums in the bucket. */
  readonly evictions: readonly number[];
  readonly reclaims: readonly number[];
}

export interface WorkloadSeries {
  readonly replicas: readonly number[];
  readonly spotAsked: readonly number[];
  readonly spot: readonly number[];
  readonly onDemand: readonly number[];
  /** The fewest in the bucket, once the workload had started. */
  readonly ready: readonly number[];
  readonly readyOnDemand: readonly number[];
  /** The most that was asked for in the bucket. */
  readonly floor: readonly number[];
  /** Minutes of the bucket in which fewer were ready: the minutes below the floor, in sum. */
  readonly belowFloor: readonly number[];
}

export interface WorkloadReport {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
  /** At the end, in words, such as `70 % spot, at least 2 on-demand`; or why it is not managed. */
  readonly policy: string;
  /** At any time of the run. */
  readonly isManaged: boolean;
  /** At the end. */
  readonly replicas: number;
  readonly spot: number;
  readonly onDemand: number;
  readonly spotAsked: number;
  readonly podsCreated: number;
  readonly evictions: number;
  readonly podsReclaimed: number;
  readonly minutesBelowFloor: number;
  readonly minutesOffSplit: number;
  readonly minutesPending: number;
  /** In which its new pods went to on-demand, since spot had no capacity. */
  readonly minutesInFallback: number;
  readonly recoverySeconds: Figures["recoverySeconds"];
  readonly isRecovered: boolean;
  readonly cost: number;
  readonly costOnDemand: number;
  readonly saved: number;
  /** Why not all of its pods run at the end, in a sentence; undefined: they do, or will in a moment. */
  readonly trouble: string | undefined;
  /** Minutes in which a gate held a move back, by its reason. */
  readonly heldMinutes: Readonly<Record<string, number>>;
  readonly series: WorkloadSeries;
}

export interface TimelineEntry {
  readonly atMs: number;
  readonly what: "eviction" | "reclaim" | "outage" | "deploy" | "scale" | "policy" | "fallback" | "warning";
  /** `Deployment shop/web`, or the node or group that it is about. */
  readonly subject: string;
  /** One sentence. */
  readonly detail: string;
  /** Of an outage: when it is over. */
  readonly untilMs?: number;
}
