export type Labels = Readonly<Record<string, string>>;

export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist";

export interface LabelRequirement {
  readonly key: string;
  readonly operator: Operator;
  /** Empty for Exists and DoesNotExist. */
  readonly values?: readonly string[] | undefined;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/ */
export interface LabelSelector {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly LabelRequirement[] | undefined;
}

/** Everything that a selector asks; its requirements are AND-ed. */
export function requirementsOf(selector: LabelSelector): readonly LabelRequirement[] {
  const exact = Object.entries(selector.matchLabels ?? {})
    .map(([key, value]): LabelRequirement => ({ key, operator: "In", values: [value] }));
  return [...exact, ...(selector.matchExpressions ?? [])];
}

export function meetsRequirement(labels: Labels, requirement: LabelRequirement): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case "In":
      return value !== undefined && (requirement.values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(requirement.values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** An empty selector matches everything, as the API server has it. */
export function matchesSelector(labels: Labels, { matchLabels, matchExpressions }: LabelSelector): boolean {
  // Asked for every pod and budget: so without `requirementsOf`, which would make objects to throw away.
  for (const key in matchLabels) {
    if (!Object.hasOwn(labels, key) || labels[key] !== matchLabels[key]) return false;
  }
  return matchExpressions?.every((requirement) => meetsRequirement(labels, requirement)) ?? true;
}
