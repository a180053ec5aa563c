/** What the scheduler does with a pod's node constraints, written apart from the domain's own matching. */

export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface Term {
  readonly matchExpressions?: readonly Expression[];
  readonly matchFields?: readonly Expression[];
}

export interface PodSpec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly Term[] };
      readonly preferredDuringSchedulingIgnoredDuringExecution?: unknown;
    };
    readonly podAntiAffinity?: unknown;
  };
  readonly tolerations?: readonly unknown[];
  readonly [other: string]: unknown;
}

export function termsOf(spec: PodSpec): readonly Term[] | undefined {
  return spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity */
export function fits(spec: PodSpec, node: NodeFacts): boolean {
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
    if (node.labels[key] !== value) return false;
  }
  const terms = termsOf(spec);
  return terms === undefined || terms.some((term) => fitsTerm(term, node));
}

/** All of a term must hold; a term that asks nothing matches no node. */
export function fitsTerm({ matchExpressions = [], matchFields = [] }: Term, node: NodeFacts): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return matchExpressions.every((expression) => meets(node.labels[expression.key], expression)) &&
    matchFields.every((expression) => meets(node.name, expression));
}

export function meets(value: string | undefined, { operator, values = [] }: Expression): boolean {
  if (operator === "DoesNotExist") return value === undefined;
  if (operator === "NotIn") return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === "Exists") return true;
  if (operator === "In") return values.includes(value);
  if (operator === "Gt") return Number(value) > Number(values[0]);
  if (operator === "Lt") return Number(value) < Number(values[0]);
  throw new Error(`Unknown operator: ${operator}`);
}
