import * as z from "zod";
import { type PathProblem, problemsOfIssues } from "../../config/scenario_problems.ts";
import { parseQuantity, QUANTITY_FORM } from "../../config/scenario_quantity.ts";
import { type LabelSelector, matchesSelector, requirementsOf } from "../../domain/label_selector.ts";

/** A mapping with more in it than is looked at here. */
function loose<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.looseObject(shape, { error: "has to be a mapping" });
}

function list<T extends z.ZodType>(item: T) {
  return z.array(item, { error: "has to be a list" });
}

function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `has to be ${values.join(" or ")}` });
}

const text = z.string({ error: 'has to be a text; true and numbers need quotes ("true")' });
const given = z.string({ error: "has to be a text" }).min(1, { error: "has to be a text" });
const textMap = z.record(z.string(), text, { error: "has to be a mapping of texts" });

function count(least = 0) {
  const error = `has to be an integer from ${least}`;
  return z.int({ error }).min(least, { error }).max(2_147_483_647, { error });
}

const SHARE = 'has to be an integer from 0, or a share such as "25%"';
const intOrPercent = z.union([count(), z.string().regex(/^\d{1,3}%$/, { error: SHARE })], { error: SHARE });

const requests = z.record(
  z.string(),
  z.union([z.string(), z.number()], { error: `has to be ${QUANTITY_FORM}` })
    .refine((each) => parseQuantity(each, 1_000) !== undefined, { error: `has to be ${QUANTITY_FORM}` }),
  { error: "has to be a mapping of quantities" },
).optional();

const selector = loose({
  matchLabels: textMap.optional(),
  matchExpressions: list(loose({
    key: given,
    operator: oneOf("In", "NotIn", "Exists", "DoesNotExist"),
    values: list(text).optional(),
  })).optional(),
});

const nodeTerm = loose({
  matchExpressions: list(loose({
    key: given,
    operator: oneOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    values: list(text).optional(),
  })).optional(),
});

const container = loose({
  name: given,
  image: given,
  resources: loose({ requests, limits: requests }).optional(),
});

const podSpec = loose({
  containers: list(container).min(1, { error: "has to hold a container" }),
  initContainers: list(container).optional(),
  restartPolicy: z.literal("Always", { error: "has to be Always" }).optional(),
  terminationGracePeriodSeconds: count().optional(),
  nodeSelector: textMap.optional(),
  tolerations: list(loose({
    key: text.optional(),
    operator: oneOf("Exists", "Equal").optional(),
    value: text.optional(),
    effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute").optional(),
    tolerationSeconds: z.int({ error: "has to be an integer" }).optional(),
  })).optional(),
  affinity: loose({
    nodeAffinity: loose({
      requiredDuringSchedulingIgnoredDuringExecution: loose({
        nodeSelectorTerms: list(nodeTerm).min(1, { error: "has to hold a term" }),
      }).optional(),
      preferredDuringSchedulingIgnoredDuringExecution: list(loose({
        weight: z.int({ error: "has to be an integer from 1 to 100" }),
        preference: nodeTerm,
      })).optional(),
    }).optional(),
  }).optional(),
  topologySpreadConstraints: list(loose({
    maxSkew: count(1),
    topologyKey: given,
    whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
    labelSelector: selector.optional(),
  })).optional(),
});

const metadata = loose({
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, {
    error: "has to be a name of small letters, digits, - and .",
  }),
  labels: textMap.optional(),
  annotations: textMap.optional(),
});

const template = loose({
  metadata: loose({ labels: textMap.optional(), annotations: textMap.optional() }).optional(),
  spec: podSpec,
});

const workload = { replicas: count().optional(), minReadySeconds: count().optional(), selector, template };

const SHAPES: Readonly<Record<string, z.ZodType>> = {
  Namespace: loose({ metadata }),
  Deployment: loose({
    metadata,
    spec: loose({
      ...workload,
      paused: z.boolean({ error: "has to be true or false" }).optional(),
      strategy: loose({
        type: oneOf("RollingUpdate", "Recreate").optional(),
        rollingUpdate: loose({ maxSurge: intOrPercent.optional(), maxUnavailable: intOrPercent.optional() })
          .optional(),
      }).optional(),
    }),
  }),
  StatefulSet: loose({
    metadata,
    spec: loose({
      ...workload,
      podManagementPolicy: oneOf("OrderedReady", "Parallel").optional(),
      ordinals: loose({ start: count().optional() }).optional(),
      updateStrategy: loose({
        type: oneOf("RollingUpdate", "OnDelete").optional(),
        rollingUpdate: loose({ partition: count().optional(), maxUnavailable: intOrPercent.optional() })
          .optional(),
      }).optional(),
    }),
  }),
  PodDisruptionBudget: loose({
    metadata,
    spec: loose({
      minAvailable: intOrPercent.optional(),
      maxUnavailable: intOrPercent.optional(),
      selector: selector.optional(),
      unhealthyPodEvictionPolicy: oneOf("IfHealthyBudget", "AlwaysAllow").optional(),
    }),
  }),
  HorizontalPodAutoscaler: loose({
    metadata,
    spec: loose({
      scaleTargetRef: loose({ kind: given, name: given }),
      minReplicas: count().optional(),
      maxReplicas: count(1),
    }),
  }),
};

/** What the API server would refuse, of what is simulated. */
export function shapeProblems(kind: string, object: unknown): PathProblem[] {
  const parsed = SHAPES[kind]?.safeParse(object);
  if (parsed === undefined) return [];
  return parsed.success ? ruleProblems(kind, object) : problemsOfIssues(parsed.error.issues);
}

interface Shaped {
  readonly spec?: {
    readonly selector?: LabelSelector;
    readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
    readonly minAvailable?: unknown;
    readonly maxUnavailable?: unknown;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
  };
}

/** Rules over two fields of an object whose fields are right one by one. */
function ruleProblems(kind: string, object: unknown): PathProblem[] {
  const { spec = {} } = object as Shaped;
  if (kind === "Deployment" || kind === "StatefulSet") {
    const { selector = {}, template } = spec;
    if (requirementsOf(selector).length === 0) {
      return [{ path: ["spec", "selector"], message: "has to select something" }];
    }
    if (matchesSelector(template?.metadata?.labels ?? {}, selector)) return [];
    return [{ path: ["spec", "template", "metadata", "labels"], message: "has to match spec.selector" }];
  }
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    return [{ path: ["spec", "maxUnavailable"], message: "may not be given beside minAvailable" }];
  }
  const { minReplicas = 1, maxReplicas } = spec;
  return maxReplicas !== undefined && maxReplicas < minReplicas
    ? [{ path: ["spec", "maxReplicas"], message: `has to be at least minReplicas (${minReplicas})` }]
    : [];
}
